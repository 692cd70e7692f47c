"""One request and how it was answered, in words that name neither the address nor what was sent."""

import logging
import re
import ssl
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mesh_platform.notifying.message import Message
from mesh_platform.schema.registry.unreachable import causes_of

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

CONNECT_SECONDS: Final = 2.0
SILENCE_SECONDS: Final = 3.0
EXCHANGE_SECONDS: Final = 5.0
"""From the first word to the end of the answer; whoever dribbles is cut off."""
_MOST: Final = 4096
"""Bytes of an answer that are read."""
_WORD: Final = re.compile(rb"[a-z]{2,12}(_[a-z]{2,12}){1,4}")
"""Slack's way to say what is wrong, `channel_is_archived`; anything else might repeat what was sent."""
_sending: ContextVar[bool] = ContextVar("sending", default=False)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int | None
    """None: no answer came."""
    retry_after: str | None = None
    problem: str = ""
    """Why it was not taken, without a secret."""


_TOO_LATE: Final = Answer(None, problem="no answer in time")

Post = Callable[[Message], Answer]


class _Discreet(logging.Filter):
    """The path of an address is the secret, and the library writes it into its log."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _sending.get()


_DISCREET: Final = _Discreet()


def post(message: Message, seconds: float = EXCHANGE_SECONDS) -> Answer:
    """Send it once, in so many seconds; certificates are checked, and a redirection is not followed. Never raises."""
    logging.getLogger("urllib3.connectionpool").addFilter(_DISCREET)
    token = _sending.set(True)
    try:
        return _posted(message, seconds)
    except Exception as problem:  # noqa: BLE001  whatever it is, it may name the address and must cost no other route
        return Answer(None, problem=_why(problem))
    finally:
        _sending.reset(token)


def _posted(message: Message, seconds: float) -> Answer:
    from mesh_platform.notifying.deadline import ended_after  # here, because most ticks tell nobody anything

    with ended_after(seconds) as exchange:
        try:
            answer = _exchanged(message)
        except Exception:
            if exchange.over:
                return _TOO_LATE
            raise
        return _TOO_LATE if exchange.over and answer.status in range(200, 300) else answer


def _exchanged(message: Message) -> Answer:
    import requests

    from mesh_platform.notifying.deadline import Bounded

    with requests.Session() as session:
        session.auth = _unsigned  # or a `.netrc` would be asked
        session.mount("https://", Bounded())
        session.mount("http://", Bounded())
        response = session.post(
            message.url,
            data=message.body,
            headers=dict(message.headers),
            timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
            allow_redirects=False,
            stream=True,
        )
        with response:
            return _answered(response, message)


def _unsigned(request: "PreparedRequest") -> "PreparedRequest":
    return request


def _answered(response: "Response", message: Message) -> Answer:
    status = response.status_code
    if 200 <= status < 300:
        return Answer(status)
    redirected = ", a redirection, which is not followed" if 300 <= status < 400 else ""
    said = redirected or _said(response, message)
    return Answer(status, response.headers.get("Retry-After"), f"it answered `{status}`{said}")


def _said(response: "Response", message: Message) -> str:
    try:
        body = response.raw.read1(_MOST, decode_content=True).strip()
    except Exception:  # noqa: BLE001  the status says enough
        return ""
    quiet = body in message.body or body in message.url.encode() or not _WORD.fullmatch(body)
    return "" if quiet else f": {body.decode()}"


def _why(problem: Exception) -> str:
    import requests

    causes = list(causes_of(problem))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return "its certificate is not accepted, or it does not speak TLS"
    if isinstance(problem, requests.Timeout):
        return "no answer in time"
    said = [c.strerror for c in causes if isinstance(c, OSError) and c.strerror]
    return said[-1].lower() if said else f"it cannot be reached ({type(problem).__name__})"
