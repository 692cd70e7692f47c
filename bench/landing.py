"""Landing envelopes end to end, and a small batch on a long history; beside the engine merely reading the files."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

from bench.envelopes import NOW, ZONE, as_avro, write
from mesh_platform.environment import PROJECT_ROOT, Environment, Target
from mesh_platform.landing.land import land
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, load_extension, open_duckdb

ENVELOPES = 200_000
REPEATS = 3
SHORT, LONG, BATCH = 100_000, 2_000_000, 10_000


def run() -> Iterator[tuple[str, str, str]]:
    """Rows of (what, figure, beside)."""
    mesh = gather(PROJECT_ROOT)
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as folder:
        for what, keys in (("inserts", ENVELOPES), ("updates of 10,000 rows", 10_000)):
            files = write(Path(folder) / what.split()[0] / ZONE, ENVELOPES, keys)
            landing = _median(lambda n, w=what: _land(mesh, Path(folder) / w.split()[0], Path(folder) / f"{w[:3]}{n}"))
            reading = _median(lambda n, f=files: _read(f, Path(folder) / f"{f[0].parts[-4]}{n}.duckdb"))
            yield (
                f"mesh land, {ENVELOPES:,} envelopes, {what}",
                f"{ENVELOPES / landing:,.0f} rows/s",
                f"{reading / landing:.0%} of the speed of read_json into a table",
            )
        files = as_avro(sorted((Path(folder) / "inserts" / ZONE).iterdir()), Path(folder) / "avro" / ZONE)
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
    write(folder / "zones" / ZONE, history, history)
    times = []
    with open_duckdb(environment.warehouse_file) as warehouse:
        land(mesh, environment, warehouse, NOW)
        for n in range(REPEATS):
            first = history + n * BATCH
            write(folder / "zones" / ZONE, BATCH, BATCH, first=first, name=f"more{n}", step=history // BATCH)
            times.append(_seconds(lambda: land(mesh, environment, warehouse, NOW)))
    return statistics.median(times)


def _median(work: Callable[[int], None]) -> float:
    return statistics.median(_seconds(lambda n=n: work(n)) for n in range(REPEATS))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
