"""Google Datastream's events of the scene's small table, as its Cloud Storage files have them."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import fastavro

from tests.landing.scene import THING

_TYPES = {"c": "INSERT", "u": "UPDATE", "d": "DELETE", "r": "INSERT"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def datastream(envelope: Any) -> Any:
    """The event of the same change as this envelope's; what is no change stays what it is."""
    if not isinstance(envelope, dict) or envelope.get("op") not in _TYPES:
        return envelope
    op, source = envelope["op"], envelope["source"]
    return event(
        op, position(source["lsn"]), envelope["before" if op == "d" else "after"], source["ts_us"], source["table"]
    )


def position(lsn: int) -> str:
    return f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}"


def event(op: str, lsn: str | None, row: Any, micros: int = 0, table: str = "things", **meta: Any) -> dict[str, Any]:
    moment = (_EPOCH + timedelta(microseconds=micros)).isoformat().replace("+00:00", "Z")
    return {
        "uuid": "f23df35c-01c0-4e72-bf69-d6c300000000",
        "read_timestamp": "2026-11-05T18:23:46.698000Z",
        "source_timestamp": moment,
        "object": f"public_{table}",
        "read_method": "postgresql-backfill" if op == "r" else "postgresql-cdc",
        "stream_name": "projects/1/locations/us-east1/streams/cdc",
        "schema_key": "69db90b9a8c1a263696eb5cbdf57404bd2a9b7f4",
        "sort_keys": [micros // 1000, lsn or ""],
        "source_metadata": {
            "schema": "public",
            "table": table,
            "is_deleted": op == "d",
            "change_type": _TYPES.get(op, op),
            "tx_id": 1186572,
            "lsn": lsn,
            "primary_keys": ["id"],
            **meta,
        },
        "payload": row,
    }


def datastream_avro(
    events: Iterable[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]] = THING, codec: str = "null"
) -> bytes:
    """Events as an Avro container; times are counts, as the logical types have them."""
    row = [{**c, "type": c["type"] if isinstance(c["type"], list) else ["null", c["type"]]} for c in columns]
    meta = {"schema": "string", "table": "string", "is_deleted": "boolean", "change_type": "string"}
    meta |= {"tx_id": ["null", "long"], "lsn": ["null", "string"]}
    millis = {"type": "long", "logicalType": "timestamp-millis"}
    fields = {"uuid": "string", "read_timestamp": millis, "source_timestamp": millis, "object": "string"}
    fields |= dict.fromkeys(("read_method", "stream_name", "schema_key"), "string")
    fields |= {"sort_keys": {"type": "array", "items": ["string", "long"]}}
    schema = {
        "type": "record",
        "name": "event",
        "fields": [
            *({"name": n, "type": t} for n, t in fields.items()),
            {
                "name": "source_metadata",
                "type": {
                    "type": "record",
                    "name": "source",
                    "fields": [
                        *({"name": n, "type": t} for n, t in meta.items()),
                        {"name": "primary_keys", "type": ["null", {"type": "array", "items": "string"}]},
                    ],
                },
            },
            {"name": "payload", "type": {"type": "record", "name": "payload", "fields": row}},
        ],
    }
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema(schema), map(_timed, events), codec=codec)
    return out.getvalue()


def _timed(event: Mapping[str, Any]) -> dict[str, Any]:
    times = {n: datetime.fromisoformat(event[n]) for n in ("read_timestamp", "source_timestamp")}
    return {**event, **times}
