"""One batch of one zone's files: parsed together, and landed in one transaction or not at all."""

import json
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Final

from mesh_platform.landing.envelopes.envelope import BAD, BLANK, CHANGE, PARSED, parse
from mesh_platform.landing.files.reading import lines, miscounted
from mesh_platform.landing.files.staging import Staged, Vanished, stage
from mesh_platform.landing.files.staging_folder import staging_folder
from mesh_platform.landing.landed_table import LandedTable
from mesh_platform.landing.records.heartbeat import note_heartbeats
from mesh_platform.landing.records.ledger import amend, enter
from mesh_platform.landing.records.quarantine import quarantine
from mesh_platform.landing.records.report import Rows
from mesh_platform.landing.records.transactions import note_transactions
from mesh_platform.landing.restaging import restage
from mesh_platform.landing.tables.change_log import FRESH, append, find_fresh, fold
from mesh_platform.landing.tables.current_state import renew
from mesh_platform.landing.tables.moved import inherit
from mesh_platform.landing.zones.zone import FileGeneration, zone_name
from mesh_platform.warehouse.duckdb import reads_avro
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse, WarehouseUnavailable, in_a_line
from mesh_platform.warehouse.revision import next_revision
from mesh_platform.warehouse.sql import literal

_AT_ONCE: Final = 8
"""Files that are brought and looked through at the same time: most of it is waiting for a disk or a bucket."""


@dataclass(frozen=True)
class Zone:
    """Where a batch's files lie, and the table whose changes they hold; None in a folder that is no table's."""

    system: str
    source_table: str
    table: LandedTable | None = field(compare=False)
    captured: Collection[str] = field(compare=False, default=())
    """The source tables of the system that some domain declares."""

    @property
    def name(self) -> str:
        return zone_name(self.system, self.source_table)


@dataclass(frozen=True)
class Landed:
    """What became of a batch."""

    files: int
    rows: Rows
    revision: int | None


def land_batch(
    warehouse: Warehouse,
    zone: Zone,
    files: Sequence[FileGeneration],
    now: datetime,
    run_id: str | None,
    home: Path,
    *,
    again: bool = False,
) -> Landed:
    """Everything about these files, their rows, the ledger and the rest, in one transaction.

    They are staged below `home`. `again`: they are in the ledger, and what of them is in quarantine is read once more.
    """
    with staging_folder(home) as folder:
        staged = _restage(warehouse, files, folder) if again else _stage(files, folder, not reads_avro(warehouse))
        readable = _readable(warehouse, zone, staged, folder)
        if readable is not staged:
            readable = _not_worse(staged, readable) if again else readable
            _parse(warehouse, zone, readable, folder)
        with warehouse.transaction():
            return _land(warehouse, zone, readable, now, run_id, again)


def _restage(warehouse: Warehouse, files: Sequence[FileGeneration], folder: Path) -> list[Staged]:
    found = (restage(warehouse, number, file, folder) for number, file in enumerate(sorted(files)))
    return [staged for staged in found if staged]


def _not_worse(staged: Sequence[Staged], readable: Sequence[Staged]) -> list[Staged]:
    """Without what a replay would spoil: records stay in quarantine as records."""
    spoilt = {s.number for s in staged if s.problem}
    return [s for s in readable if s.number in spoilt or not s.problem]


def _stage(files: Sequence[FileGeneration], folder: Path, as_lines: bool) -> list[Staged]:
    """In the order of their paths: a file's place in the stream, where the source tells no other."""

    def staged(number: int, file: FileGeneration) -> list[Staged]:
        return _staged(number, file, folder, as_lines)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [s for found in pool.map(staged, count(), sorted(files)) for s in found]


def _staged(number: int, file: FileGeneration, folder: Path, as_lines: bool) -> list[Staged]:
    """None of it when the file has vanished."""
    try:
        return [stage(number, file, folder, as_lines=as_lines)]
    except Vanished:
        return []


def _readable(warehouse: Warehouse, zone: Zone, staged: list[Staged], folder: Path) -> list[Staged]:
    """Parse; a file that vanished is left out; one that the engine refuses, found by halving, spoils itself only."""
    try:
        _parse(warehouse, zone, staged, folder)
    except (QueryRejected, WarehouseUnavailable) as problem:
        there = [s for s in staged if s.path is None or Path(s.path).exists()]
        if len(there) < len(staged):
            return _readable(warehouse, zone, there, folder)
        if isinstance(problem, WarehouseUnavailable):
            raise
        if len(staged) == 1:
            return _refused(warehouse, zone, staged[0], folder, in_a_line(problem))
        half = len(staged) // 2
        return [s for part in (staged[:half], staged[half:]) for s in _readable(warehouse, zone, part, folder)]
    cut = miscounted(staged, _counts(warehouse)) if any(s.container for s in staged) else []
    return _readable(warehouse, zone, _one_by_one(staged, cut, folder), folder) if cut else staged


def _refused(warehouse: Warehouse, zone: Zone, file: Staged, folder: Path, why: str) -> list[Staged]:
    if file.container:
        return _readable(warehouse, zone, _one_by_one([file], [file], folder), folder)
    return [replace(file, path=None, problem=f"the engine cannot read it: {why}")]


def _one_by_one(staged: Sequence[Staged], cut: Collection[Staged], folder: Path) -> list[Staged]:
    """The other reader says where these containers cannot be decoded, or decodes them."""
    again = {s.number: t for s in cut for t in _staged(s.number, s.file, folder, as_lines=True)}
    gone = {s.number for s in cut} - again.keys()
    return [again.get(s.number, s) for s in staged if s.number not in gone]


def _counts(warehouse: Warehouse) -> list[tuple[int, int]]:
    return [(file, rows) for file, rows in warehouse.query(f"select _mesh_file, count(*) from {PARSED} group by 1")]


def _parse(warehouse: Warehouse, zone: Zone, staged: Sequence[Staged], folder: Path) -> None:
    warehouse.execute(parse(lines(staged, folder), zone.table))


def _land(
    warehouse: Warehouse, zone: Zone, staged: Sequence[Staged], now: datetime, run_id: str | None, again: bool
) -> Landed:
    _note_places(warehouse, staged)
    revision = _land_changes(warehouse, zone.table, now) if zone.table else None
    rows = _tally(warehouse, zone)
    (amend if again else enter)(warehouse, revision, now, run_id)
    quarantine(warehouse, now, again=again)
    note_heartbeats(warehouse, zone.system, now)
    note_transactions(warehouse, zone.system, zone.table, zone.captured, now)
    return Landed(len(staged), rows, revision)


def _land_changes(warehouse: Warehouse, table: LandedTable, now: datetime) -> int | None:
    """The revision they landed in; None where nothing was new."""
    fresh = find_fresh(warehouse, table)
    if not fresh.changes:
        return None
    revision = next_revision(warehouse, "landing", table.zone, now)
    if fresh.folded_keys:
        fold(warehouse, table, fresh)
    append(warehouse, table, fresh, revision, now)
    renew(warehouse, table, fresh, revision)
    inherit(warehouse, table, fresh)
    return revision


def _note_places(warehouse: Warehouse, staged: Sequence[Staged]) -> None:
    """The batch's files as a table, with the row of the parsed lines each begins at."""
    shape = {"number": "INTEGER", "size": "BIGINT"}
    shape |= dict.fromkeys(("path", "generation", "system", "source_table", "checksum", "problem"), "VARCHAR")
    files = [
        {
            "number": s.number,
            "size": s.file.size,
            "path": s.file.path,
            "generation": s.file.generation,
            "system": s.file.system,
            "source_table": s.file.source_table,
            "checksum": s.checksum,
            "problem": s.problem,
        }
        for s in staged
    ]
    warehouse.execute(
        f"""create or replace temp table mesh_places as
        select f.*, coalesce(p.first_row, 0) as first_row
        from (select unnest(from_json(?, {literal(json.dumps([shape]))}), recursive := true)) f
        left join (select _mesh_file, min(rowid) as first_row from {PARSED} group by 1) p on p._mesh_file = f.number""",
        [json.dumps(files)],
    )


def _tally(warehouse: Warehouse, zone: Zone) -> Rows:
    """Make `mesh_outcome`, the counts of every file of the batch; returns what they add up to."""
    applied = f"from {FRESH} group by 1" if zone.table else f"from {PARSED} where false group by 1"
    times = (
        "min(_cdc_source_timestamp), max(_cdc_source_timestamp)"
        if zone.table
        else "null::timestamptz, null::timestamptz"
    )
    warehouse.execute(
        f"""create or replace temp table mesh_outcome as
        with lines as (
            select _mesh_file as number, count(*) filter (_mesh_kind <> '{BLANK}') as read,
                count(*) filter (_mesh_kind = '{CHANGE}') as changes, count(*) filter (_mesh_kind = '{BAD}') as bad
            from {PARSED} group by 1),
        fresh (number, applied, first_event_at, last_event_at) as (select _mesh_file, count(*), {times} {applied})
        select f.*, if(problem is null, coalesce(read, 0), 1) as read, coalesce(applied, 0) as applied,
            coalesce(changes - coalesce(applied, 0), 0) as duplicate,
            if(problem is null, coalesce(bad, 0), 1) as quarantined,
            first_event_at, last_event_at
        from mesh_places f left join lines using (number) left join fresh using (number)""",
    )
    totals = ", ".join(f"coalesce(sum({c}), 0)" for c in ("read", "applied", "duplicate", "quarantined"))
    read, applied_rows, duplicate, bad = map(int, warehouse.query(f"select {totals} from mesh_outcome")[0])
    return Rows(read, applied_rows, duplicate, read - applied_rows - duplicate - bad, bad)
