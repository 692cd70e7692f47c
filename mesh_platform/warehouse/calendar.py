"""Times as Python can hold them: a warehouse knows more years than `datetime` does, and the ends of time."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from mesh_platform.warehouse.protocol import Row

FIRST: Final = datetime.min.replace(tzinfo=UTC)
LAST: Final = datetime.max.replace(tzinfo=UTC)


def within_the_calendar(rows: list[Row], kinds: Sequence[str]) -> list[Row]:
    """The rows, each time in them a time of Python's: what lies outside of its years is the nearest within.

    `kinds` are the columns' types as the warehouse spells them. Order is kept: `a <= b` there is `a <= b` here.
    """
    held = [(place, clamp) for place, kind in enumerate(kinds) if (clamp := _clamp(kind))]
    if not held:
        return rows
    return [_held(row, held) for row in rows]


def _held(row: Row, held: Sequence[tuple[int, Callable[[Any], Any]]]) -> Row:
    values = list(row)
    for place, clamp in held:
        values[place] = clamp(values[place])
    return tuple(values)


def _clamp(kind: str) -> Callable[[Any], Any] | None:
    if kind == "TIMESTAMP WITH TIME ZONE":
        return _moment
    if kind.startswith("TIMESTAMP"):
        return lambda value: _nearest(value, datetime.min, datetime.max)
    return (lambda value: _nearest(value, date.min, date.max)) if kind == "DATE" else None


def _moment(value: Any) -> Any:
    # infinity arrives as the end of the calendar, and without a zone
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return _nearest(value, FIRST, LAST)


def _nearest(value: Any, first: date, last: date) -> Any:
    """What arrives as text is outside of the calendar: before it, or after."""
    if not isinstance(value, str):
        return value
    return first if "(BC)" in value else last
