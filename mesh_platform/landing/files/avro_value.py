"""Values of Avro's logical types as texts; what Python's calendar has no place for is told in its own words.

One date of the year 29349 is a date to the warehouse, and if it were none, it would spoil its record and no other.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from fastavro.read import LOGICAL_READERS

_OURS: Final = "mesh-"
_EPOCH: Final = datetime(1970, 1, 1)
_DAY: Final = 86_400_000_000
_CYCLE: Final = 146_097
"""Days after which the calendar begins anew, and 400 years have passed."""
_FOREVER: Final = 9_223_372_036_825_200_000
"""What Debezium writes for PostgreSQL's `infinity`, in microseconds."""


def instant(micros: int) -> str:
    """A moment, since 1970 in UTC."""
    return _moment(micros, "+00:00")


def local(micros: int) -> str:
    """A time without a zone."""
    return _moment(micros, "")


def _moment(micros: int, zone: str) -> str:
    if abs(micros) >= _FOREVER:
        return "infinity" if micros > 0 else "-infinity"
    days, passed = divmod(micros, _DAY)
    cycles, day = divmod(days, _CYCLE)
    near = _EPOCH + timedelta(days=day, microseconds=passed)
    year = near.year + 400 * cycles
    return f"{'-' * (year < 0)}{abs(year):04}{near.isoformat()[4:]}{zone}"


def _clock(micros: int) -> str:
    seconds, rest = divmod(micros, 1_000_000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:06}"


def _millis(told: Callable[[int], str]) -> Callable[[int], str]:
    return lambda count: told(count * 1000)


_TOLD: Final[dict[str, Callable[[Any], Any]]] = {
    "int-date": int,
    "int-time-millis": _millis(_clock),
    "long-time-micros": _clock,
    "long-timestamp-millis": _millis(instant),
    "long-timestamp-micros": instant,
    "long-local-timestamp-millis": _millis(local),
    "long-local-timestamp-micros": local,
    "string-uuid": str,
}


def _read(usual: Callable[..., Any], otherwise: Callable[[Any], Any], data: Any, *schemas: Any) -> Any:
    try:
        return usual(data, *schemas)
    except (ValueError, OverflowError):
        return otherwise(data)


# under names of ours, so that nobody else's Avro in this process is read differently
for _name, _otherwise in _TOLD.items():
    LOGICAL_READERS[_name.replace("-", f"-{_OURS}", 1)] = partial(_read, LOGICAL_READERS[_name], _otherwise)


def with_our_readers(schema: Any) -> Any:
    """The schema with the logical types that are read here under our names."""
    match schema:
        case list():
            return [with_our_readers(s) for s in schema]
        case Mapping():
            ours = {k: with_our_readers(v) for k, v in schema.items() if k in ("type", "fields", "items", "values")}
            return {**schema, **ours, **_renamed(schema)}
        case _:
            return schema


def _renamed(schema: Mapping[str, Any]) -> dict[str, str]:
    logical = schema.get("logicalType")
    known = isinstance(logical, str) and f"{schema.get('type')}-{logical}" in _TOLD
    return {"logicalType": f"{_OURS}{logical}"} if known else {}
