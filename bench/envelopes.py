"""The envelopes that the benchmarks of landing read: change records of an order, in commit order."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fastavro

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ZONE = Path("orders_service_postgres") / "public.orders"


def write(
    zone: Path, count: int, keys: int, *, first: int = 0, name: str = "part", step: int = 0, files: int = 8
) -> list[Path]:
    """So many change records; with a `step`, every second one is of a row that far apart from the last."""
    zone.mkdir(parents=True, exist_ok=True)
    paths = [zone / f"{name}-{n:05}.jsonl" for n in range(files)]
    share = count // files
    for n, path in enumerate(paths):
        with path.open("w") as out:
            for i in range(first + n * share, first + (n + 1) * share):
                out.write(_envelope(i, (i * step) % first if step and i % 2 else i % keys if keys < count else i))
    return paths


def as_avro(plain: list[Path], zone: Path) -> list[Path]:
    """The same records as an Avro sink writes them."""
    zone.mkdir(parents=True)
    for file in plain:
        with (zone / f"{file.stem}.avro").open("wb") as out, file.open() as told:
            fastavro.writer(out, _SCHEMA, map(json.loads, told), codec="deflate")
    return sorted(zone.iterdir())


def _fields(kinds: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "type": kind} for name, kind in kinds.items()]


def _schema() -> Any:
    long, text = ["null", "long"], ["null", "string"]
    row = dict.fromkeys(("id", "customer_id", "status"), text) | {"total_amount_cents": long}
    row |= dict.fromkeys(("currency_code", "channel", "metadata", "created_at", "updated_at"), text)
    source = dict.fromkeys(("version", "connector", "name"), "string") | {"ts_ms": "long", "snapshot": text}
    source |= {"db": "string", "sequence": text, "ts_us": long, "ts_ns": long, "schema": "string", "table": "string"}
    source |= dict.fromkeys(("txId", "lsn", "xmin"), long)
    envelope = {
        "before": ["null", {"type": "record", "name": "Value", "fields": _fields(row)}],
        "after": ["null", "Value"],
        "source": {"type": "record", "name": "Source", "fields": _fields(source)},
        "transaction": text,
        "op": "string",
    } | dict.fromkeys(("ts_ms", "ts_us", "ts_ns"), long)
    return fastavro.parse_schema({"type": "record", "name": "Envelope", "fields": _fields(envelope)})


_SCHEMA = _schema()


def _envelope(number: int, key: int) -> str:
    committed = NOW - timedelta(days=3) + timedelta(milliseconds=number)
    told = f"{committed:%Y-%m-%dT%H:%M:%S.%fZ}"
    micros = int(committed.timestamp() * 1_000_000)
    times = {"ts_ms": micros // 1000, "ts_us": micros, "ts_ns": micros * 1000}
    row = {
        "id": f"order-{key}",
        "customer_id": f"customer-{number % 1000}",
        "status": "PLACED",
        "total_amount_cents": 2500 + number % 100_000,
        "currency_code": "EUR",
        "channel": "web",
        "metadata": "{\"basket\": 3}",
        "created_at": told,
        "updated_at": told,
    }  # fmt: skip
    source = {
        "version": "3.6.3.Final", "connector": "postgresql", "name": "orders_service", "ts_ms": times["ts_ms"],
        "snapshot": "false", "db": "orders", "sequence": f'[null,"{number}"]', "ts_us": micros, "ts_ns": micros * 1000,
        "schema": "public", "table": "orders", "txId": number, "lsn": 26_717_584 + number * 56, "xmin": None,
    }  # fmt: skip
    op = "c" if number == key else "u"
    envelope = {"before": None, "after": row, "source": source, "transaction": None, "op": op, **times}
    return json.dumps(envelope, separators=(",", ":")) + "\n"
