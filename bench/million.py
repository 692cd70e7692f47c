"""A million envelopes by the whole command, its memory, a peer on the same files, and a batch on ten million rows."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

from bench.envelopes import NOW, ZONE, as_avro, write
from mesh_platform.environment import PROJECT_ROOT, Environment, Target
from mesh_platform.landing.land import land
from mesh_platform.manifest.gather import gather
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, load_extension, open_duckdb

ENVELOPES = 1_000_000
FEW, MANY = 8, 1_000
PEER_FILES = 2
SHORT, LONG, BATCH = 100_000, 10_000_000, 10_000
MESH = Path(sys.executable).with_name("mesh")

Row = tuple[str, str, str]


def run() -> Iterator[Row]:
    """Rows of (what, figure, beside)."""
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as name:
        folder = Path(name)
        plain = write(folder / "few" / ZONE, ENVELOPES, ENVELOPES, files=FEW)
        yield from _formats(folder, plain)
        yield _peer(folder, plain)
        for zone in ("few", "many", "avro"):
            shutil.rmtree(folder / zone)
        yield _history(folder)


def _formats(folder: Path, plain: list[Path]) -> Iterator[Row]:
    write(folder / "many" / ZONE, ENVELOPES, ENVELOPES, files=MANY)
    packed = as_avro(plain, folder / "avro" / ZONE)
    for what, zone, files, reader in (
        (f"JSONL in {FEW} files", "few", plain, "read_json"),
        (f"JSONL in {MANY:,} files", "many", plain, "read_json"),
        (f"Avro in {FEW} files", "avro", packed, "read_avro"),
    ):
        seconds, peak = _command(folder / zone, folder / f"{zone}-home")
        reading = _read(files, reader, folder / f"{zone}-read.duckdb")
        yield (
            f"mesh land, {ENVELOPES:,} envelopes, {what}",
            f"{ENVELOPES / seconds:,.0f} rows/s",
            f"{reading / seconds:.0%} of the speed of {reader} into a table; {peak / 2**30:.2f} GiB at the most",
        )


def _command(zones: Path, home: Path) -> tuple[float, int]:
    """Seconds and bytes of memory at the most of the whole command in a process of its own."""
    variables = {**os.environ, "MESH_HOME": str(home), "MESH_LANDING": str(zones), "MESH_ROOT": str(PROJECT_ROOT)}
    started = time.perf_counter()
    child = subprocess.Popen([MESH, "land"], env=variables, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"mesh land ended with {child.returncode}")
    return time.perf_counter() - started, used.ru_maxrss * 1024


def _read(files: list[Path], reader: str, target: Path) -> float:
    started = time.perf_counter()
    with duckdb.connect(str(target)) as connection:
        if reader == "read_avro":
            load_extension(DuckDbWarehouse(connection), "avro")
        connection.execute(f"create table envelopes as select * from {reader}(?)", [[str(f) for f in files]])
    return time.perf_counter() - started


def _peer(folder: Path, plain: list[Path]) -> Row:
    """dlt from the file system to DuckDB, appending, which neither tells duplicates nor keeps a current state."""
    subset, count = folder / "peer" / ZONE, ENVELOPES // FEW * PEER_FILES
    subset.mkdir(parents=True)
    for file in plain[:PEER_FILES]:
        shutil.copy(file, subset)
    ours, _ = _command(folder / "peer", folder / "peer-home")
    what = f"mesh land, {count:,} of these envelopes, JSONL"
    try:
        theirs = _dlt(subset, folder)
    except ModuleNotFoundError:
        return what, f"{count / ours:,.0f} rows/s", "no peer: `make bench` installs dlt"
    return what, f"{count / ours:,.0f} rows/s", f"{theirs / ours:.1f} x dlt, filesystem to DuckDB, append"


def _dlt(files: Path, folder: Path) -> float:
    os.environ |= {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "ERROR",
        "DLT_DATA_DIR": str(folder / "dlt"),
    }
    import dlt
    from dlt.sources.filesystem import filesystem, read_jsonl

    started = time.perf_counter()
    pipeline = dlt.pipeline(
        "peer", destination=dlt.destinations.duckdb(str(folder / "peer.duckdb")), dataset_name="raw", dev_mode=False
    )
    pipeline.run(
        (filesystem(bucket_url=files.as_uri(), file_glob="*.jsonl") | read_jsonl()).with_name("orders"),
        write_disposition="append",
    )
    return time.perf_counter() - started


def _history(folder: Path) -> Row:
    short, long = (_on_top_of(folder / f"top{n}", n) for n in (SHORT, LONG))
    return f"mesh land, {BATCH:,} rows on {LONG:,}", f"{long:.2f} s", f"{long / short:.1f} x the same on {SHORT:,}"


def _on_top_of(folder: Path, history: int) -> float:
    """Seconds for a batch of half new rows, half updates, on a history of so many rows; the least of three."""
    environment = Environment(root=PROJECT_ROOT, home=folder, target=Target.DUCKDB, landing=str(folder / "zones"))
    mesh, zone = gather(PROJECT_ROOT), folder / "zones" / ZONE
    write(zone, history, history, files=40)
    times = []
    with open_duckdb(environment.warehouse_file) as warehouse:
        land(mesh, environment, warehouse, NOW)
        for n in range(3):
            write(zone, BATCH, BATCH, first=history + n * BATCH, name=f"more{n}", step=history // BATCH)
            started = time.perf_counter()
            land(mesh, environment, warehouse, NOW)
            times.append(time.perf_counter() - started)
    return min(times)
