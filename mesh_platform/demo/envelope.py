"""What Debezium's PostgreSQL connector writes of a change: the envelope, the tombstone, the heartbeat."""

import json
from typing import Any, Final

from mesh_platform.demo.change import COLUMNS, Change

SCHEMA: Final = "public"
CONNECTOR_VERSION: Final = "3.6.3.Final"
TOMBSTONE: Final = "null"

_LSN_ZERO = 1_600_000_000_000_000
_COMMIT_BYTES = 56

_Fields = list[dict[str, Any]]


def envelope(change: Change) -> dict[str, Any]:
    """The value of the change record. Its lsn grows with the commits; nothing else in it may be ordered by.

    With PostgreSQL's default REPLICA IDENTITY an update does not know the row before it, a delete knows only the key.
    """
    return {
        "before": {"id": change.key} if change.op == "d" else None,
        "after": None if change.row is None else dict(change.row),
        "source": _source(change),
        "transaction": None,
        "op": change.op,
        **_times(change.seen),
    }


def lines(change: Change) -> list[str]:
    """The change as lines of a .jsonl file: a delete is followed by its tombstone."""
    record = json.dumps(envelope(change), separators=(",", ":"), ensure_ascii=False)
    return [record, TOMBSTONE] if change.op == "d" else [record]


def heartbeat(seen: int) -> str:
    """The connector lives, whether or not anything was committed; `seen` in microseconds since 1970."""
    return json.dumps({"ts_ms": seen // 1000}, separators=(",", ":"))


def lsn(change: Change) -> int:
    """The place in the write-ahead log. Made from the commit time, so that it needs no memory over a restart."""
    return change.committed - _LSN_ZERO


def _source(change: Change) -> dict[str, Any]:
    place = lsn(change)
    last = None if change.snapshot == "first" else str(place - _COMMIT_BYTES)
    times = _times(change.committed)
    return {
        "version": CONNECTOR_VERSION,
        "connector": "postgresql",
        "name": "orders_service",
        "ts_ms": times["ts_ms"],
        "snapshot": change.snapshot,
        "db": "orders",
        "sequence": json.dumps([last, str(place)], separators=(",", ":")),
        "ts_us": times["ts_us"],
        "ts_ns": times["ts_ns"],
        "schema": SCHEMA,
        "table": change.table,
        "txId": place // 1000,
        "lsn": place,
        "xmin": None,
        "origin": None,
        "origin_lsn": None,
    }


def _times(microseconds: int) -> dict[str, int]:
    return {"ts_ms": microseconds // 1000, "ts_us": microseconds, "ts_ns": microseconds * 1000}


def avro_schema(table: str) -> dict[str, Any]:
    """The Avro schema of the envelopes of one table, as a connector with an Avro sink writes them.

    A delete's `before` holds only the key, so every column of `before` may be null.
    """
    row: _Fields = [{"name": c, "type": _avro(kind)} for c, kind in COLUMNS[table].items()]
    key: _Fields = [
        {"name": c, "type": ["null", kind.rstrip("?")], "default": None} for c, kind in COLUMNS[table].items()
    ]
    fields: _Fields = [
        {"name": "before", "type": ["null", _record("Key", key)], "default": None},
        {"name": "after", "type": ["null", _record("Row", row)], "default": None},
        {"name": "source", "type": _record("Source", _fields(_SOURCE))},
        {"name": "transaction", "type": ["null", "string"], "default": None},
        *_fields({"op": "string", "ts_ms": "long?", "ts_us": "long?", "ts_ns": "long?"}),
    ]
    return {**_record("Envelope", fields), "namespace": f"orders_service.{SCHEMA}.{table}"}


_SOURCE = {
    "version": "string",
    "connector": "string",
    "name": "string",
    "ts_ms": "long",
    "snapshot": "string?",
    "db": "string",
    "sequence": "string?",
    "ts_us": "long?",
    "ts_ns": "long?",
    "schema": "string",
    "table": "string",
    "txId": "long?",
    "lsn": "long?",
    "xmin": "long?",
    "origin": "string?",
    "origin_lsn": "long?",
}


def _fields(kinds: dict[str, str]) -> _Fields:
    return [{"name": name, "type": _avro(kind)} for name, kind in kinds.items()]


def _record(name: str, fields: _Fields) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": fields}


def _avro(kind: str) -> Any:
    return ["null", kind[:-1]] if kind.endswith("?") else kind
