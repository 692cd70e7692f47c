"""One batch of one zone's files: parsed together, and landed in one transaction or not at all."""

import json
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Final

from mesh_platform.landing.envelopes.envelope import BAD, BLANK, CHANGE, PARSED, parse
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
from mesh_platform.landing.tables.shape import retired
from mesh_platform.landing.zones.zone import FileGeneration, zone_name
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse, WarehouseUnavailable, in_a_line
from mesh_platform.warehouse.revision import next_revision
from mesh_platform.warehouse.sql import literal

_ROOM: Final = 2 << 20
"""Bytes of a line the engine's reader is prepared for at least; its own default."""
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
        staged = _restage(warehouse, files, folder) if again else _stage(files, folder)
        readable = _readable(warehouse, zone, staged, folder)
        if readable is not staged:
            readable = _not_worse(staged, readable) if again else readable
            _parse(warehouse, zone, readable, folder)
        with warehouse.transaction():
            return _land(warehouse, zone, readable, now, run_id, again)


def _restage(warehouse: Warehouse, files: Sequence[FileGeneration], folder: Path) -> list[Staged]:
    return [restage(warehouse, number, file, folder) for number, file in enumerate(sorted(files))]


def _not_worse(staged: Sequence[Staged], readable: Sequence[Staged]) -> list[Staged]:
    """Without what a replay would spoil: records stay in quarantine as records."""
    spoilt = {s.number for s in staged if s.problem}
    return [s for s in readable if s.number in spoilt or not s.problem]


def _stage(files: Sequence[FileGeneration], folder: Path) -> list[Staged]:
    """In the order of their paths: a file's place in the stream, where the source tells no other."""

    def staged(number: int, file: FileGeneration) -> Staged | None:
        with suppress(Vanished):
            return stage(number, file, folder)
        return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [s for s in pool.map(staged, count(), sorted(files)) if s]


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
            reason = f"the engine cannot read it: {in_a_line(problem)}"
            return [replace(staged[0], path=None, problem=reason)]
        half = len(staged) // 2
        return [s for part in (staged[:half], staged[half:]) for s in _readable(warehouse, zone, part, folder)]
    return staged


def _parse(warehouse: Warehouse, zone: Zone, staged: Sequence[Staged], folder: Path) -> None:
    paths = [s.path for s in staged if s.path]
    if not paths:
        empty = folder / "-1.jsonl"
        empty.touch()
        paths = [str(empty)]
    longest = max([_ROOM, *(s.longest + 1 for s in staged)])
    gone = retired(warehouse, zone.table) if zone.table else ()
    warehouse.execute(parse(paths, longest, zone.table, gone))


def _land(
    warehouse: Warehouse, zone: Zone, staged: Sequence[Staged], now: datetime, run_id: str | None, again: bool
) -> Landed:
    _note_places(warehouse, staged)
    revision = _land_changes(warehouse, zone.table, now) if zone.table else None
    rows = _tally(warehouse, zone)
    (amend if again else enter)(warehouse, revision, now, run_id)
    quarantine(warehouse, now)
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
