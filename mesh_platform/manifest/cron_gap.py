"""How long a cron expression may leave one waiting: the longest time between two of its ticks."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

from mesh_platform.manifest.cadence import FIELDS, CronField, field_number

_DAY: Final = 1440
_FROM: Final = date(2024, 1, 1)
_DAYS: Final = 8 * 366
"""Two leap years among them, so that the 29th of February comes round."""


@lru_cache(maxsize=1024)
def longest_gap(cron: str) -> timedelta | None:
    """The longest time between two ticks of a valid expression; None for one that ticks once, or never, in years."""
    minutes, hours, days, months, weekdays = (_values(p, f) for p, f in zip(cron.split(), FIELDS, strict=True))
    in_a_day = sorted(hour * 60 + minute for hour in hours for minute in minutes)
    either = not cron.split()[2].startswith("*") and not cron.split()[4].startswith("*")
    ticking = [n for n, day in enumerate(_calendar()) if _ticks(day, days, months, {d % 7 for d in weekdays}, either)]
    within = max((b - a for a, b in pairwise(in_a_day)), default=0)
    between = max((b - a for a, b in pairwise(ticking)), default=0)
    if not between:
        return None
    return timedelta(minutes=max(within, between * _DAY + in_a_day[0] - in_a_day[-1]))


def _calendar() -> Iterator[date]:
    return (_FROM + timedelta(days=n) for n in range(_DAYS))


def _ticks(day: date, days: set[int], months: set[int], weekdays: set[int], either: bool) -> bool:
    """Cron's own rule: where both the day of the month and the day of the week are named, one of them is enough."""
    by_month, by_week = day.day in days, day.isoweekday() % 7 in weekdays
    return day.month in months and (by_month or by_week if either else by_month and by_week)


def _values(part: str, field: CronField) -> set[int]:
    return {value for item in part.split(",") for value in _range(item, field)}


def _range(item: str, field: CronField) -> range:
    span, _, step = item.partition("/")
    low, dash, high = span.partition("-")
    first = field.least if span == "*" else field_number(low, field) or 0
    last = field.most if span == "*" else field_number(high, field) or 0 if dash else first
    return range(first, last + 1, int(step or 1))
