"""How often something happens, as a manifest says it: a cron expression, or `every N minutes|hours|days`."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_EVERY: Final = re.compile(r"every\s+(\S+)\s+(minute|hour|day)s?", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,5}")
_MINUTES: Final = {"minute": 1, "hour": 60, "day": 1440}
_YEAR: Final = 365 * 1440
UNSAID: Final = timedelta(hours=1)
"""How often, where what is written is neither."""
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@dataclass(frozen=True)
class CronField:
    """One of the five fields of a cron expression."""

    name: str
    least: int
    most: int
    words: tuple[str, ...] = ()


FIELDS: Final = (
    CronField("minute", 0, 59),
    CronField("hour", 0, 23),
    CronField("day of the month", 1, 31),
    CronField("month", 1, 12, _MONTHS),
    CronField("day of the week", 0, 7, _DAYS),
)
_LONGEST_MONTH: Final = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


def every(text: str) -> int | None:
    """The minutes of `every N minutes|hours|days`, at most a year; None for anything else."""
    match = _EVERY.fullmatch(text.strip())
    if not match or not _NUMBER.fullmatch(match[1]):
        return None
    minutes = int(match[1]) * _MINUTES[match[2].lower()]
    return minutes if minutes <= _YEAR else None


def cadence_problem(text: str) -> str | None:
    """Why this is neither `every N minutes|hours|days` nor a cron expression that comes round; None when it is one."""
    if every(text) is not None:
        return None
    if not re.match(r"\s*every\b", text, re.IGNORECASE):
        return cron_problem(text)
    match = _EVERY.fullmatch(text.strip())
    if not match:
        return "after `every` come a number and `minutes`, `hours` or `days`"
    unit = match[2].lower()
    return f"the {unit}s after `every` are a whole number from `1` to `{_YEAR // _MINUTES[unit]}`, a year"


def next_due(text: str, last: datetime) -> datetime:
    """The first moment after `last` at which this cadence asks again; an hour later where it is none."""
    try:
        if (minutes := every(text)) is not None:
            return last + timedelta(minutes=minutes)
        return last + UNSAID if cron_problem(text) else _tick(text, last)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _tick(cron: str, last: datetime) -> datetime:
    # imported late: whoever only reads manifests never asks when
    from croniter import croniter

    try:
        found: datetime = croniter(cron, last.astimezone(UTC)).get_next(datetime)
    except ValueError:  # a day that none of its months has, or the calendar ends before
        return datetime.max.replace(tzinfo=UTC)
    return found


def cron_problem(text: str) -> str | None:
    """Why this is no cron expression of five fields; None when it is one that comes round."""
    parts = text.split()
    if len(parts) != len(FIELDS):
        return f"a cron expression has 5 fields, this one has `{len(parts)}`"
    for part, kind in zip(parts, FIELDS, strict=True):
        for item in part.split(","):
            if problem := _item_problem(item, kind):
                return problem
    return _never(parts)


def _item_problem(item: str, kind: CronField) -> str | None:
    span, slash, step = item.partition("/")
    if slash and (not step.isascii() or not step.isdigit() or not 0 < int(step[:9]) <= kind.most):
        return f"the step `{step}` of the {kind.name} must be a number from `1` to `{kind.most}`"
    if span == "*":
        return None
    low, dash, high = span.partition("-")
    bounds = [field_number(word, kind) for word in ((low, high) if dash else (low,))]
    if None in bounds:
        return f"`{item}` is no {kind.name}; it goes from `{kind.least}` to `{kind.most}`"
    if slash and not dash:
        return f"`{item}`: a step needs a range or `*`"
    return f"the range `{span}` of the {kind.name} runs backwards" if dash and bounds[0] > bounds[1] else None  # type: ignore[operator]


def field_number(word: str, kind: CronField) -> int | None:
    """The number a word means in this field; None when it means none."""
    if word.lower() in kind.words:
        return kind.words.index(word.lower()) + kind.least
    if not (word.isascii() and word.isdigit() and len(word) <= 2):
        return None
    return int(word) if kind.least <= int(word) <= kind.most else None


def _never(parts: list[str]) -> str | None:
    """A day that none of the months has: cron would wait for ever."""
    day, month, weekday = parts[2:]
    if weekday != "*" or not day.isdigit() or not all(field_number(m, FIELDS[3]) for m in month.split(",")):
        return None
    months = [field_number(m, FIELDS[3]) or 0 for m in month.split(",")]
    fits = any(int(day) <= _LONGEST_MONTH.get(m, 31) for m in months)
    return None if fits else f"day `{day}` never comes in month `{month}`"
