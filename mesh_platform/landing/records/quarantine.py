"""Quarantine: what could not be read, kept with its place, its reason and its bytes; nothing in it is ever deleted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.landing.envelopes.envelope import BAD, PARSED
from mesh_platform.landing.records.reason import kind_sql, shown_sql
from mesh_platform.warehouse.protocol import Warehouse

_BAD: Final = f"""
    select f.*, p.rowid - f.first_row + 1 as record, p._mesh_reason as reason, p._mesh_raw as raw
    from {PARSED} p join mesh_places f on f.number = p._mesh_file where p._mesh_kind = '{BAD}'
    union all by name
    select *, 0 as record, problem as reason, null::blob as raw from mesh_places where problem is not null"""
_SAME: Final = "b.path = q.path and b.generation = q.generation and b.record = q.record and b.reason = q.reason"


@dataclass(frozen=True)
class Item:
    """A record that is open in quarantine, or a file as a whole (record 0)."""

    system: str
    source_table: str
    path: str
    generation: str
    record: int
    kind: str
    """Which of the reasons that the docs list."""
    reason: str
    """Without any value of the record, unless its bytes were asked for too."""
    quarantined_at: datetime
    raw: bytes | None
    """What was kept of it; None where it was not asked for, or nothing was kept."""


def items(
    warehouse: Warehouse, system: str | None = None, table: str | None = None, *, raw: bool = False
) -> list[Item]:
    """What is open, by table, kind and place."""
    if not warehouse.columns(*names.QUARANTINE.split(".")):
        return []
    asked = [(c, v) for c, v in (("system", system), ("source_table", table)) if v is not None]
    chosen = "".join(f" and {column} = ?" for column, _ in asked)
    rows = warehouse.query(
        f"""select system, source_table, path, generation, record, {kind_sql("reason")} as kind,
            {"reason" if raw else shown_sql("reason")}, quarantined_at, {"raw" if raw else "null"}
        from {names.QUARANTINE} where superseded_at is null{chosen}
        order by system, source_table, kind, path, record""",
        [value for _, value in asked],
    )
    return [Item(*row) for row in rows]


def ensure_quarantine(warehouse: Warehouse) -> None:
    """Make the table; one that an earlier version made learns to say why something was dismissed."""
    warehouse.execute(
        f"""create table if not exists {names.QUARANTINE} (
        path varchar not null, generation varchar not null, record bigint not null, system varchar not null,
        source_table varchar not null, reason varchar not null, raw blob, quarantined_at timestamptz not null,
        superseded_at timestamptz, dismissed_because varchar)"""
    )
    if "dismissed_because" not in dict(warehouse.columns(*names.QUARANTINE.split("."))):
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
