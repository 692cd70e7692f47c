"""Quarantine: what could not be read, kept with its place, its reason and its bytes; nothing in it is ever deleted."""

from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.landing.envelopes.envelope import BAD, PARSED
from mesh_platform.warehouse.protocol import Warehouse

_BAD: Final = f"""
    select f.*, p.rowid - f.first_row + 1 as record, p._mesh_reason as reason, p._mesh_raw as raw
    from {PARSED} p join mesh_places f on f.number = p._mesh_file where p._mesh_kind = '{BAD}'
    union all by name
    select *, 0 as record, problem as reason, null::blob as raw from mesh_places where problem is not null"""
_SAME: Final = "b.path = q.path and b.generation = q.generation and b.record = q.record and b.reason = q.reason"


def quarantine(warehouse: Warehouse, now: datetime) -> None:
    """Keep the bad records of the batch, and the files that could not be read at all (record 0; the file is the bytes).

    What an earlier reading of a path left here, of this generation or another, is marked as superseded, unless this
    reading came to the very same.
    """
    warehouse.execute(
        f"""update {names.QUARANTINE} as q set superseded_at = ? from mesh_places f
        where q.superseded_at is null and q.path = f.path and q.rowid not in (
            select q.rowid from {names.QUARANTINE} q join ({_BAD}) b on {_SAME} where q.superseded_at is null)""",
        [now],
    )
    warehouse.execute(
        f"""insert into {names.QUARANTINE}
        select path, generation, record, system, source_table, reason, raw, ?::timestamptz, null from ({_BAD}) b
        where not exists (select 1 from {names.QUARANTINE} q where q.superseded_at is null and {_SAME})
        order by path, record""",
        [now],
    )
