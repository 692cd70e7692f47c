"""Landing envelopes end to end, and a small batch on a long history; beside the engine merely reading the files."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import fastavro

from mesh_platform.environment import PROJECT_ROOT, Environment, Target
from mesh_platform.landing.land import land
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, load_extension, open_duckdb

ENVELOPES = 200_000
FILES = 8
REPEATS = 3
SHORT, LONG, BATCH = 100_000, 2_000_000, 10_000
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ZONE = Path("orders_service_postgres") / "public.orders"


def run() -> Iterator[tuple[str, str, str]]:
    """Rows of (what, figure, beside)."""
    mesh = gather(PROJECT_ROOT)
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as folder:
        for what, keys in (("inserts", ENVELOPES), ("updates of 10,000 rows", 10_000)):
            files = _write(Path(folder) / what.split()[0] / ZONE, ENVELOPES, keys)
            landing = _median(lambda n, w=what: _land(mesh, Path(folder) / w.split()[0], Path(folder) / f"{w[:3]}{n}"))
            reading = _median(lambda n, f=files: _read(f, Path(folder) / f"{f[0].parts[-4]}{n}.duckdb"))
            yield (
                f"mesh land, {ENVELOPES:,} envelopes, {what}",
                f"{ENVELOPES / landing:,.0f} rows/s",
                f"{reading / landing:.0%} of the speed of read_json into a table",
            )
        files = _write_avro(Path(folder) / "avro" / ZONE)
        landing = _median(lambda n: _land(mesh, Path(folder) / "avro", Path(folder) / f"avro{n}"))
        reading = _median(lambda n: _read_avro(files, Path(folder) / f"read-avro{n}.duckdb"))
        yield (
            f"mesh land, {ENVELOPES:,} envelopes, inserts, Avro",
            f"{ENVELOPES / landing:,.0f} rows/s",
            f"{reading / landing:.0%} of the speed of read_avro into a table",
        )
        short, long = (_on_top_of(mesh, Path(folder) / f"top{n}", n) for n in (SHORT, LONG))
        yield f"mesh land, {BATCH:,} rows on {LONG:,}", f"{long:.2f} s", f"{long / short:.1f} x the same on {SHORT:,}"


def _land(mesh: Mesh, zones: Path, home: Path) -> None:
    environment = Environment(root=PROJECT_ROOT, home=home, target=Target.DUCKDB, landing=str(zones))
    with open_duckdb(environment.warehouse_file) as warehouse:
        report = land(mesh, environment, warehouse, NOW)
    assert report.rows.applied == ENVELOPES, report


def _read(files: list[Path], target: Path) -> None:
    with duckdb.connect(str(target)) as connection:
        connection.execute("create table envelopes as select * from read_json(?)", [[str(f) for f in files]])


def _read_avro(files: list[Path], target: Path) -> None:
    with duckdb.connect(str(target)) as connection:
        load_extension(DuckDbWarehouse(connection), "avro")
        connection.execute("create table envelopes as select * from read_avro(?)", [[str(f) for f in files]])


def _on_top_of(mesh: Mesh, folder: Path, history: int) -> float:
    """Seconds for a batch of half new rows, half updates, on a history of so many rows."""
    environment = Environment(root=PROJECT_ROOT, home=folder, target=Target.DUCKDB, landing=str(folder / "zones"))
    _write(folder / "zones" / ZONE, history, history)
    times = []
    with open_duckdb(environment.warehouse_file) as warehouse:
        land(mesh, environment, warehouse, NOW)
        for n in range(REPEATS):
            first = history + n * BATCH
            _write(folder / "zones" / ZONE, BATCH, BATCH, first=first, name=f"more{n}", step=history // BATCH)
            times.append(_seconds(lambda: land(mesh, environment, warehouse, NOW)))
    return statistics.median(times)


def _write(zone: Path, count: int, keys: int, *, first: int = 0, name: str = "part", step: int = 0) -> list[Path]:
    """Change records in commit order; with a `step`, every second one is of a row that far apart from the last."""
    zone.mkdir(parents=True, exist_ok=True)
    files = [zone / f"{name}-{n}.jsonl" for n in range(FILES)]
    share = count // FILES
    for n, file in enumerate(files):
        numbers = range(first + n * share, first + (n + 1) * share)
        file.write_text(
            "".join(
                _envelope(i, (i * step) % first if step and i % 2 else i % keys if keys < count else i) for i in numbers
            )
        )
    return files


def _write_avro(zone: Path) -> list[Path]:
    """The inserts once more, as an Avro sink writes them."""
    plain = _write(zone.parent / "plain", ENVELOPES, ENVELOPES)
    zone.mkdir(parents=True)
    for file in plain:
        with (zone / f"{file.stem}.avro").open("wb") as out, file.open() as told:
            fastavro.writer(out, _SCHEMA, map(json.loads, told), codec="deflate")
        file.unlink()
    plain[0].parent.rmdir()
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


def _median(work: Callable[[int], None]) -> float:
    return statistics.median(_seconds(lambda n=n: work(n)) for n in range(REPEATS))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
