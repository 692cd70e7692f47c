"""The ledger: which file generations have been loaded, with counts; the truth about what has landed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.landing.landed_table import landed_tables
from mesh_platform.landing.records.heartbeat import ensure_heartbeats
from mesh_platform.landing.records.quarantine import ensure_quarantine
from mesh_platform.landing.tables.evolution import ensure_tables
from mesh_platform.landing.zones.zone import FileGeneration
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse
from mesh_platform.warehouse.revision import ensure_revisions
from mesh_platform.warehouse.sql import any_of
from mesh_platform.warehouse.table import columns_of

LANDED: Final = "landed"
QUARANTINED: Final = "quarantined"

_TABLES: Final = (
    f"""create table if not exists {names.LEDGER} (
        path varchar not null, generation varchar not null, system varchar not null, source_table varchar not null,
        state varchar not null check (state in ('{LANDED}', '{QUARANTINED}')), size bigint not null, checksum varchar,
        rows_read bigint not null, rows_applied bigint not null, rows_duplicate bigint not null,
        rows_skipped bigint not null, rows_quarantined bigint not null,
        first_event_at timestamptz, last_event_at timestamptz, revision bigint, landed_at timestamptz not null,
        run_id varchar, unique (path, generation),
        check (rows_read = rows_applied + rows_duplicate + rows_skipped + rows_quarantined))""",
    f"""create table if not exists {names.TRANSACTIONS} (
        system varchar not null, transaction_id varchar not null, source_table varchar not null, expected bigint,
        landed bigint not null, ended_at timestamptz)""",
)


def ensure_landing(warehouse: Warehouse, mesh: Mesh) -> dict[str, str]:
    """Make the platform's own tables, and the empty change log and current state of every declared source table.

    A row schema that gained a column adds it to both. Returns zone → why its tables cannot follow the row schema.
    """
    ensure_revisions(warehouse)
    warehouse.execute("create schema if not exists mesh_landing")
    for statement in _TABLES:
        warehouse.execute(statement)
    ensure_heartbeats(warehouse)
    ensure_quarantine(warehouse)
    return ensure_tables(warehouse, landed_tables(mesh))


def enter(warehouse: Warehouse, revision: int | None, now: datetime, run_id: str | None) -> None:
    """A row for every file of the batch, from its counts in `mesh_outcome`."""
    warehouse.execute(
        f"""insert into {names.LEDGER}
        select path, generation, system, source_table, if(problem is null, '{LANDED}', '{QUARANTINED}'), size, checksum,
            read, applied, duplicate, read - applied - duplicate - quarantined, quarantined,
            first_event_at, last_event_at, ?, ?::timestamptz, ?
        from mesh_outcome order by path""",
        [revision, now, run_id],
    )


def amend(warehouse: Warehouse, revision: int | None, now: datetime, run_id: str | None) -> None:
    """The same row of every file whose quarantined records were read again: what they came to, instead of quarantined.

    Before the quarantine is renewed, since what is open there is what was read again. A row stays one terminal state.
    """
    warehouse.execute(
        f"""update {names.LEDGER} as l set
            state = if(o.problem is null, '{LANDED}', '{QUARANTINED}'),
            checksum = coalesce(o.checksum, l.checksum),
            rows_read = l.rows_read - o.held + o.read,
            rows_applied = l.rows_applied + o.applied,
            rows_duplicate = l.rows_duplicate + o.duplicate,
            rows_skipped = l.rows_skipped + o.read - o.applied - o.duplicate - o.quarantined,
            rows_quarantined = l.rows_quarantined - o.held + o.quarantined,
            first_event_at = least(l.first_event_at, o.first_event_at),
            last_event_at = greatest(l.last_event_at, o.last_event_at),
            revision = if(o.applied > 0, ?, l.revision),
            landed_at = if(o.quarantined < o.read, ?::timestamptz, l.landed_at),
            run_id = if(o.quarantined < o.read, ?, l.run_id)
        from (select o.*, q.held from mesh_outcome o join (
            select path, generation, count(*) as held from {names.QUARANTINE} where superseded_at is null group by all
            ) q using (path, generation)) o
        where l.path = o.path and l.generation = o.generation""",
        [revision, now, run_id],
    )


def known_generations(warehouse: Warehouse | None, systems: Iterable[str]) -> set[tuple[str, str]]:
    """(path, generation) of every file generation of these systems that the ledger knows; none without a ledger."""
    if warehouse is None:
        return set()
    try:
        rows = warehouse.query(f"select path, generation from {names.LEDGER} where system in {any_of(systems)}")
    except QueryRejected:
        if columns_of(warehouse, names.LEDGER):
            raise
        return set()
    return {(path, generation) for path, generation in rows}


def unknown(files: Sequence[FileGeneration], known: set[tuple[str, str]]) -> list[FileGeneration]:
    """Those the ledger does not know yet, the oldest first."""
    new = [f for f in files if (f.path, f.generation) not in known]
    return sorted(new, key=lambda f: (f.modified_ns, f.path))
