"""Quarantine: what could not be read, kept with its place, its reason and its bytes; nothing in it is ever deleted."""

from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.landing.envelopes.envelope import BAD, PARSED
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.table import columns_of

_BAD: Final = f"""
    select f.*, p.rowid - f.first_row + 1 as record, p._mesh_reason as reason, p._mesh_raw as raw
    from {PARSED} p join mesh_places f on f.number = p._mesh_file where p._mesh_kind = '{BAD}'
    union all by name
    select *, 0 as record, problem as reason, null::blob as raw from mesh_places where problem is not null"""
_SAME: Final = "b.path = q.path and b.generation = q.generation and b.record = q.record and b.reason = q.reason"


def ensure_quarantine(warehouse: Warehouse) -> None:
    """Make the table; one that an earlier version made learns to say why something was dismissed."""
    warehouse.execute(
        f"""create table if not exists {names.QUARANTINE} (
        path varchar not null, generation varchar not null, record bigint not null, system varchar not null,
        source_table varchar not null, reason varchar not null, raw blob, quarantined_at timestamptz not null,
        superseded_at timestamptz, dismissed_because varchar)"""
    )
    if "dismissed_because" not in dict(columns_of(warehouse, names.QUARANTINE)):
        warehouse.execute(f"alter table {names.QUARANTINE} add column dismissed_because varchar")


def quarantine(warehouse: Warehouse, now: datetime, *, again: bool = False) -> None:
    """Keep the bad records of the batch, and the files that could not be read at all (record 0; the file is the bytes).

    What an earlier reading left here is marked as superseded, unless this reading came to the very same: what was left
    of the path, since a new generation takes the place of the others; `again`, only what was left of the generation.
    """
    replaced = "q.path = f.path" + (" and q.generation = f.generation" if again else "")
    warehouse.execute(
        f"""update {names.QUARANTINE} as q set superseded_at = ? from mesh_places f
        where q.superseded_at is null and {replaced} and q.rowid not in (
            select q.rowid from {names.QUARANTINE} q join ({_BAD}) b on {_SAME} where q.superseded_at is null)""",
        [now],
    )
    warehouse.execute(
        f"""insert into {names.QUARANTINE}
        select path, generation, record, system, source_table, reason, raw, ?::timestamptz, null, null from ({_BAD}) b
        where not exists (select 1 from {names.QUARANTINE} q where q.superseded_at is null and {_SAME})
        order by path, record""",
        [now],
    )
