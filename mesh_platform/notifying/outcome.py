"""What an answer makes of a delivery: sent, to be tried again after a pause, or given up."""

from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from mesh_platform.notifying.delivery import Delivery, State
from mesh_platform.notifying.post import Answer

MOST_ATTEMPTS: Final = 10
"""With doubling pauses of at most an hour, the last comes after four hours."""
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)
LONGEST_WISH: Final = timedelta(hours=6)
"""A receiver that wants to be left alone for longer is asked again all the same."""
_PASSING: Final = frozenset({408, 425, 429})
"""Of the answers that say that the request is wrong, those that say that it is only now."""


def after(delivery: Delivery, answer: Answer, now: datetime) -> Delivery:
    """The delivery after this attempt."""
    attempts = delivery.attempts + 1
    if answer.status and 200 <= answer.status < 300:
        return replace(delivery, state=State.SENT, attempts=attempts, sent_at=now, last_error=None)
    tried = replace(delivery, attempts=attempts, last_error=answer.problem)
    if attempts >= MOST_ATTEMPTS or not passing(answer):
        return replace(tried, state=State.DEAD)
    pause = max(_pause(attempts), _wished(answer.retry_after, now))
    return replace(tried, next_attempt_at=now + pause)


def passing(answer: Answer) -> bool:
    """Whether the same request may be taken later."""
    return answer.status is None or answer.status >= 500 or answer.status in _PASSING


def _pause(attempts: int) -> timedelta:
    doubled: timedelta = FIRST_PAUSE * 2 ** min(attempts - 1, 16)
    return min(doubled, LONGEST_PAUSE)


def _wished(retry_after: str | None, now: datetime) -> timedelta:
    """Seconds or a date, as the header may say; nothing where it says neither."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WISH)
    try:
        wished: timedelta = parsedate_to_datetime(text) - now
        return min(wished, LONGEST_WISH)
    except (ValueError, TypeError, OverflowError):
        return timedelta(0)
