"""Landing: what has arrived and is not in the ledger, batch by batch; each batch lands whole or not at all."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from mesh_platform.environment import Environment
from mesh_platform.landing.batch import Zone, land_batch
from mesh_platform.landing.records.ledger import ensure_landing, known_generations, unknown
from mesh_platform.landing.records.report import LandingReport, Rows
from mesh_platform.landing.replay import quarantined_files
from mesh_platform.landing.survey import Survey, survey
from mesh_platform.landing.zones.zone import FileGeneration, ZoneUnreachable
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse, in_a_line

BATCH_BYTES: Final = 256 << 20
"""Of lines, as far as a file's size tells; what bounds a landing's memory. A larger file is a batch of its own."""
BATCH_FILES: Final = 2_000
_EXPANDED: Final = {".gz": 15, ".avro": 4}
"""How many bytes of lines a byte of such a file is, more often than not."""

Progress = Callable[[LandingReport, int], None]
"""Called after every batch with the report so far and the number of files still to come."""

__all__ = ["LandingReport", "Rows", "land"]


def land(
    mesh: Mesh,
    environment: Environment,
    warehouse: Warehouse,
    now: datetime,
    *,
    domain: str | None = None,
    systems: Collection[str] | None = None,
    tables: Collection[str] | None = None,
    run_id: str | None = None,
    limit: int | None = None,
    replay: bool = False,
    on_progress: Progress | None = None,
) -> LandingReport:
    """Land what the ledger does not know yet, the oldest files first, at most `limit` files.

    `replay`: after that, read what is in quarantine again; a file that was rewritten has landed by then, as a new one.
    Raises WarehouseUnavailable in an outage, EnvironmentProblem where there is nowhere to stage; batches that
    have landed before it stay landed.
    """
    problems = ensure_landing(warehouse, mesh)
    found = survey(mesh, environment, domain, systems, tables)
    waiting = _waiting(found, known_generations(warehouse, found.systems), limit)
    report = _nothing_yet(found, problems)
    left = sum(len(files) for _, files in waiting)
    for zone, files in _batches(waiting):
        report = _landed(warehouse, environment.home, zone, files, now, run_id, report)
        left -= len(files)
        if on_progress:
            on_progress(report, left)
    for zone, files in _batches(quarantined_files(warehouse, found)) if replay else ():
        report = _landed(warehouse, environment.home, zone, files, now, run_id, report, again=True)
    return report


def _nothing_yet(found: Survey, problems: Mapping[str, str]) -> LandingReport:
    """What keeps a zone from landing is told before any file of it comes."""
    zones = [zone.name for zone in found.files if zone.table]
    stuck = {zone: problems[zone] for zone in zones if zone in problems}
    return LandingReport(
        tables={zone: Rows() for zone in zones},
        unreachable={**found.unreachable, **stuck},
        strangers=found.strangers,
    )


def _landed(
    warehouse: Warehouse,
    home: Path,
    zone: Zone,
    files: Sequence[FileGeneration],
    now: datetime,
    run_id: str | None,
    report: LandingReport,
    again: bool = False,
) -> LandingReport:
    """A zone whose batch cannot be had, or the engine refuses, skips itself: its files stay, and are tried again."""
    if zone.name in report.unreachable:
        return report
    try:
        landed = land_batch(warehouse, zone, files, now, run_id, home, again=again)
    except QueryRejected as rejected:
        return report.without(zone.name, f"the warehouse refused it: {in_a_line(rejected)}")
    except ZoneUnreachable as outage:
        return report.without(zone.name, outage.reason)
    return report.plus(zone.name, landed.files, landed.rows, landed.revision)


def _waiting(found: Survey, known: set[tuple[str, str]], limit: int | None) -> list[tuple[Zone, list[FileGeneration]]]:
    """What is not in the ledger, by zone; a limit is spent on the oldest files of all zones."""
    waiting = {zone: unknown(files, known) for zone, files in found.files.items()}
    if limit is not None:
        oldest = sorted((f for files in waiting.values() for f in files), key=lambda f: (f.modified_ns, f.path))
        taken = {f.path for f in oldest[:limit]}
        waiting = {zone: [f for f in files if f.path in taken] for zone, files in waiting.items()}
    return [(zone, files) for zone, files in waiting.items() if files]


def _batches(
    waiting: Sequence[tuple[Zone, list[FileGeneration]]],
) -> Iterator[tuple[Zone, list[FileGeneration]]]:
    for zone, files in waiting:
        batch: list[FileGeneration] = []
        size = 0
        for file in files:
            if batch and (size + _lines_size(file) > BATCH_BYTES or len(batch) == BATCH_FILES):
                yield zone, batch
                batch, size = [], 0
            batch.append(file)
            size += _lines_size(file)
        yield zone, batch


def _lines_size(file: FileGeneration) -> int:
    return file.size * next((n for suffix, n in _EXPANDED.items() if file.path.endswith(suffix)), 1)
