"""Values for which Datastream's Avro files have record types of their own, told as its JSON files tell them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from mesh_platform.landing.files.avro_value import instant, local

Told = Callable[[Any], Any]

_EPOCH: Final = date(1970, 1, 1)
_DAY: Final = 86_400_000_000
_EVENT: Final = {"source_metadata", "payload"}


def telling(schema: Any) -> Told:
    """What makes of a record with this writer's schema one whose times are texts; of most, the record itself."""
    fields = _fields(schema)
    if not fields.keys() >= _EVENT:
        return lambda record: record
    kinds = {name: _TOLD.get(frozenset(_fields(kind))) for name, kind in _fields(fields["payload"]).items()}
    times = {name: told for name, told in kinds.items() if told}
    return lambda record: {**record, "payload": _with_times(record["payload"], times)}


def _with_times(row: dict[str, Any] | None, times: Mapping[str, Told]) -> dict[str, Any] | None:
    return row and {**row, **{name: told(row[name]) for name, told in times.items() if row[name] is not None}}


def _fields(kind: Any) -> dict[str, Any]:
    """The fields of a record type, or of the only one in a union."""
    if isinstance(kind, list):
        return next(filter(None, map(_fields, kind)), {})
    if not isinstance(kind, Mapping):
        return {}
    if isinstance(kind.get("type"), dict | list):
        return _fields(kind["type"])
    return {f["name"]: f["type"] for f in kind.get("fields", ())}


def _instant(value: Mapping[str, Any]) -> str:
    """The offset is how the source showed it, not when it was."""
    moment = value["timestamp"]
    if isinstance(moment, datetime):
        return moment.isoformat()
    return instant(moment) if isinstance(moment, int) else str(moment)


def _local(value: Mapping[str, Any]) -> str:
    """Days since 1970 and microseconds since midnight, with or without their logical types."""
    day, clock = value["date"], value["time"]
    days = (day - _EPOCH).days if isinstance(day, date) else day
    passed = datetime.combine(date.min, clock) - datetime.min if isinstance(clock, time) else timedelta()
    return local(days * _DAY + (passed // timedelta(microseconds=1) if isinstance(clock, time) else clock))


_TOLD: Final[dict[frozenset[str], Told]] = {
    frozenset({"timestamp", "offset"}): _instant,
    frozenset({"date", "time"}): _local,
}
