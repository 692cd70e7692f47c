"""A tick of the landing sensor over files that have all landed; beside a bare walk over the same folders.

The walk lists every folder and asks the file system for every file's size and times, which is what no sensor that
notices a rewritten file can go below.
"""

import json
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg

from mesh_platform import names
from mesh_platform.environment import PROJECT_ROOT, Environment, Target
from mesh_platform.landing.pending import pending
from mesh_platform.landing.records.ledger import ensure_landing
from mesh_platform.landing.survey import survey
from mesh_platform.manifest.gather import gather
from mesh_platform.orchestration.sensors import landing_sensor
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.warehouse.duckdb import open_duckdb

FILES = 100_000
A_FOLDER = 500
REPEATS = 5
ZONE = Path("orders_service_postgres") / "public.orders"


def run() -> Iterator[tuple[str, str, str]]:
    """Rows of (what, figure, beside)."""
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as folder, dg.DagsterInstance.ephemeral() as instance:
        environment = Environment(PROJECT_ROOT, Path(folder), Target.DUCKDB, str(Path(folder) / "landing"))
        zone = Path(environment.landing) / ZONE
        _fill(zone)
        _landed(environment)
        tick = _sensor(environment, instance)
        cursor = tick(None).cursor
        assert cursor, "the ledger does not know what it should"
        walk = _median(lambda: _walk(zone))
        for what, work in (
            ("all published", lambda: tick(cursor)),
            ("the ledger asked", lambda: tick(None)),
        ):
            seconds = _median(work)
            yield (
                f"sensor tick, {FILES:,} known files, {what}",
                f"{seconds:.2f} s",
                f"{seconds / walk:.1f} x a bare walk",
            )
        (zone / "new.jsonl").write_text("null\n")
        seconds = _median(lambda: tick(cursor))
        yield (
            f"sensor tick, {FILES:,} known files and a new one",
            f"{seconds:.2f} s",
            f"{seconds / walk:.1f} x a bare walk",
        )


def _fill(zone: Path) -> None:
    """Files of one line that changes nothing: what is measured is how they are found."""
    for first in range(0, FILES, A_FOLDER):
        folder = zone / f"{first // A_FOLDER:05}"
        folder.mkdir(parents=True)
        for number in range(first, first + A_FOLDER):
            (folder / f"part-{number:07}.jsonl").write_text("null\n")


def _landed(environment: Environment) -> None:
    """As if they had: landing a hundred thousand files takes minutes, and is measured elsewhere."""
    mesh = gather(PROJECT_ROOT)
    with open_duckdb(environment.warehouse_file) as warehouse:
        ensure_publishing(warehouse)
        ensure_landing(warehouse, mesh)
        told = [
            {"path": f.path, "generation": f.generation, "system": f.system, "source_table": f.source_table}
            for f in pending(survey(mesh, environment, "orders"), None)
        ]
        shape = json.dumps([dict.fromkeys(told[0], "VARCHAR")])
        warehouse.execute(
            f"insert into {names.LEDGER} by name select f.*, 'landed' as state, 5 as size, 1 as rows_read,"
            " 0 as rows_applied, 0 as rows_duplicate, 1 as rows_skipped, 0 as rows_quarantined, now() as landed_at"
            f" from (select unnest(from_json(?, '{shape}'), recursive := true)) f",
            [json.dumps(told)],
        )


def _sensor(environment: Environment, instance: dg.DagsterInstance) -> Callable[[str | None], dg.SensorResult]:
    """The tick as the daemon makes it, from a location that is loaded."""
    mesh = gather(PROJECT_ROOT)
    sensor = landing_sensor(
        mesh,
        environment,
        mesh.domains["orders"],
        [dg.AssetKey(["orders", "order_events"])],
        frozenset({"orders.order_events"}),
    )

    def tick(cursor: str | None) -> dg.SensorResult:
        with dg.build_sensor_context(instance=instance, cursor=cursor) as context:
            return sensor(context)  # type: ignore[return-value]

    return tick


def _walk(top: Path) -> int:
    found, stack = 0, [str(top)]
    while stack:
        with os.scandir(stack.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    stack.append(entry.path)
                else:
                    found += entry.stat().st_size
    return found


def _median(work: Callable[[], object]) -> float:
    return statistics.median(_seconds(work) for _ in range(REPEATS))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
