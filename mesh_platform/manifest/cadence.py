"""How often something happens, as a manifest says it: a cron expression, or `every N minutes|hours|days`."""

import re
from dataclasses import dataclass
from typing import Final

_EVERY: Final = re.compile(r"every\s+([1-9][0-9]{0,4})\s+(minute|hour|day)s?", re.IGNORECASE)
_MINUTES: Final = {"minute": 1, "hour": 60, "day": 1440}
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@dataclass(frozen=True)
class CronField:
    """One of the five fields of a cron expression."""

    name: str
    least: int
    most: int
    words: tuple[str, ...] = ()


_FIELDS: Final = (
    CronField("minute", 0, 59),
    CronField("hour", 0, 23),
    CronField("day of the month", 1, 31),
    CronField("month", 1, 12, _MONTHS),
    CronField("day of the week", 0, 7, _DAYS),
)
_LONGEST_MONTH: Final = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


def every(text: str) -> int | None:
    """The minutes of `every N minutes|hours|days`; None for anything else."""
    match = _EVERY.fullmatch(text.strip())
    return int(match[1]) * _MINUTES[match[2].lower()] if match else None


def cron_problem(text: str) -> str | None:
    """Why this is no cron expression of five fields; None when it is one that comes round."""
    parts = text.split()
    if len(parts) != len(_FIELDS):
        return f"a cron expression has 5 fields, this one has `{len(parts)}`"
    for part, kind in zip(parts, _FIELDS, strict=True):
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
    bounds = [_number(word, kind) for word in ((low, high) if dash else (low,))]
    if None in bounds:
        return f"`{item}` is no {kind.name}; it goes from `{kind.least}` to `{kind.most}`"
    if slash and not dash:
        return f"`{item}`: a step needs a range or `*`"
    return f"the range `{span}` of the {kind.name} runs backwards" if dash and bounds[0] > bounds[1] else None  # type: ignore[operator]


def _number(word: str, kind: CronField) -> int | None:
    if word.lower() in kind.words:
        return kind.words.index(word.lower()) + kind.least
    if not (word.isascii() and word.isdigit() and len(word) <= 2):
        return None
    return int(word) if kind.least <= int(word) <= kind.most else None


def _never(parts: list[str]) -> str | None:
    """A day that none of the months has: cron would wait for ever."""
    day, month, weekday = parts[2:]
    if weekday != "*" or not day.isdigit() or not all(_number(m, _FIELDS[3]) for m in month.split(",")):
        return None
    months = [_number(m, _FIELDS[3]) or 0 for m in month.split(",")]
    fits = any(int(day) <= _LONGEST_MONTH.get(m, 31) for m in months)
    return None if fits else f"day `{day}` never comes in month `{month}`"
