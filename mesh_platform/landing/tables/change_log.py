"""The change log: every change once, in the place the source gave it, with what the source left out filled in.

Works on temporary tables, in the caller's transaction: `mesh_fresh` are the changes that were not there yet,
`mesh_keys` their keys with what must be known to place them, `mesh_folded` the changes of those keys that take more
than an insert.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mesh_platform.landing.envelopes.envelope import CHANGE, PARSED
from mesh_platform.landing.landed_table import CHANGE_COLUMNS, LandedTable
from mesh_platform.landing.tables.repeated import is_repeated
from mesh_platform.landing.tables.shape import remembered
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import identifier

FRESH: Final = "mesh_fresh"
KEYS: Final = "mesh_keys"
FOLDED: Final = "mesh_folded"

_TOLD: Final = (
    "_cdc_op", "_cdc_deleted", "_cdc_source_timestamp", "_cdc_lsn", "_cdc_snapshot", "_cdc_event_id", "_cdc_path",
    "_cdc_record", "_cdc_total_order", "_cdc_unavailable", "_cdc_extra",
)  # fmt: skip
"""The columns of a change that its envelope and its file tell."""


@dataclass(frozen=True)
class Fresh:
    """How much of a batch is new, and how hard it is to place."""

    changes: int
    truncates: int
    folded_keys: int
    """Keys with more than one change, or with a change that needs another one of the same key."""
    late_keys: int
    """Keys with a change that is older than their current state, or as old."""


def find_fresh(warehouse: Warehouse, table: LandedTable) -> Fresh:
    """Make `mesh_fresh` and `mesh_keys`: what is in the parsed lines and not in the change log, first place first."""
    change = f"_mesh_kind = '{CHANGE}'"
    low, high = warehouse.query(f"select min(_cdc_lsn), max(_cdc_lsn) from {PARSED} where {change}")[0]
    if low is None:
        low = high = 0
    row = ", ".join(f"p.{identifier(c.name)}" for c in table.columns)
    warehouse.execute(
        f"""create or replace temp table {FRESH} as
        select p._mesh_file, p.rowid as _mesh_place, f.path as _cdc_path, p.rowid - f.first_row + 1 as _cdc_record,
            {row},
            {", ".join(f"p.{c}" for c in _TOLD if c not in ("_cdc_path", "_cdc_record"))}
        from {PARSED} p join mesh_places f on f.number = p._mesh_file
        where {change} and p.rowid in (select min(rowid) from {PARSED} where {change} group by _cdc_event_id)
            and not exists (select 1 from {table.changes} c
                where c._cdc_event_id = p._cdc_event_id and c._cdc_lsn between {low} and {high})
            {_not_landed_otherwise(warehouse, table, low, high)}"""
    )
    _find_keys(warehouse, table)
    changes, truncates = warehouse.query(f"select count(*), count(*) filter (_cdc_op = 't') from {FRESH}")[0]
    folded, late = warehouse.query(
        f"select count(*) filter (_mesh_tier <> 'one'), count(*) filter (_mesh_tier = 'late') from {KEYS}"
    )[0]
    return Fresh(changes, truncates, folded, late)


def _not_landed_otherwise(warehouse: Warehouse, table: LandedTable, low: int, high: int) -> str:
    """What landed under another row schema may be told by another identity, and is the same by op, key and place."""
    told = remembered(warehouse, [table.schema]).get(table.changes)
    if told is None or not told.through:
        return ""
    key = "".join(f" and c.{name} is not distinct from p.{name}" for name in map(identifier, table.primary_key))
    place = "(p._cdc_lsn <> 0 or c._cdc_total_order is not distinct from p._cdc_total_order)"
    return f"""and not exists (select 1 from {table.changes} c
        where c._cdc_lsn = p._cdc_lsn and c._cdc_op = p._cdc_op{key} and {place}
            and c._cdc_lsn between {low} and {high} and c._cdc_revision <= {told.through})"""


def _find_keys(warehouse: Warehouse, table: LandedTable) -> None:
    """A key's tier says what its changes need: nothing, an order, the state before, or the whole history of the key."""
    warehouse.execute(
        f"""create or replace temp table {KEYS} as
        with keys as (
            select {table.key}, count(*) as _mesh_changes, min(_cdc_lsn) as _mesh_first_lsn,
                bool_or(_cdc_deleted or _cdc_unavailable is not null) as _mesh_is_partial
            from {FRESH} where _cdc_op <> 't' group by {table.key})
        select {table.key}, s.rowid as _mesh_state_row, case
            when s._cdc_lsn >= _mesh_first_lsn then 'late'
            when _mesh_is_partial then 'partial'
            when _mesh_changes > 1 then 'many'
            else 'one' end as _mesh_tier
        from keys left join {table.state} s using ({table.key})"""
    )


def fold(warehouse: Warehouse, table: LandedTable, fresh: Fresh) -> None:
    """Make `mesh_folded`: the changes of every key that takes more than an insert, in order, each with its row whole.

    The ordinal is the place among the key's changes on one lsn: a snapshot's read first, then by the place in the
    transaction if told, then by the place in the stream. A column that was not sent has the value of the latest earlier
    change that has one; so has, in `_mesh_last…`, a column that a delete does not know.
    """
    key, columns = table.key, [c.name for c in table.columns]
    order = (
        "_cdc_lsn, _mesh_tag = 'state' desc, _cdc_snapshot desc, _cdc_total_order nulls first, _cdc_path, _cdc_record"
    )
    window = f"partition by {key} order by {order}"
    filled = ", ".join(f"{_filled(c)} as {_last(i)}" for i, c in enumerate(columns))
    warehouse.execute(
        f"""create or replace temp table {FOLDED} as
        with candidates as ({_candidates(table, fresh)}),
        filled as (
            select *, row_number() over w - rank() over (partition by {key} order by _cdc_lsn) as _mesh_ordinal,
                lead(_cdc_lsn) over w is null as _mesh_is_last, {filled}
            from candidates window w as ({window}))
        select * from filled where _mesh_tag <> 'state' or _mesh_is_last"""
    )


def _candidates(table: LandedTable, fresh: Fresh) -> str:
    """The fresh changes of those keys, with what lies before: the key's history if they are late, else its state."""
    key, row = table.key, table.listed
    told = ", ".join(_TOLD)
    unknown = ", ".join(f"null::{CHANGE_COLUMNS[c]} as {c}" for c in _TOLD if c not in _STATE)
    parts = [
        f"select 'fresh' as _mesh_tag, _mesh_place, null::bigint as _cdc_ordinal, {told},"
        f" null::varchar[] as _cdc_inherited, {row}"
        f" from {FRESH} semi join (from {KEYS} where _mesh_tier <> 'one') using ({key}) where _cdc_op <> 't'",
        f"select 'state' as _mesh_tag, null as _mesh_place, null as _cdc_ordinal, {', '.join(_STATE)}, {unknown}, {row}"
        f" from {table.state} where rowid in (select _mesh_state_row from {KEYS} where _mesh_tier = 'partial')",
    ]
    if fresh.late_keys:
        parts.append(
            f"select 'history' as _mesh_tag, null as _mesh_place, _cdc_ordinal, {told}, _cdc_inherited, {row}"
            f" from {table.changes} semi join (from {KEYS} where _mesh_tier = 'late') using ({key})"
        )
    return " union all by name ".join(parts)


_STATE: Final = ("_cdc_op", "_cdc_deleted", "_cdc_source_timestamp", "_cdc_lsn")


def _filled(column: str) -> str:
    """The latest value that was sent, up to here; what a delete sends may be a stand-in, and counts if it is first."""
    name = identifier(column)
    not_sent = f"_cdc_deleted and _mesh_tag <> 'state' or {is_repeated(column)}"
    sent = f"case when {not_sent} then null else {{'v': {name}}} end"
    gone = f"case when _cdc_deleted then {{'v': {name}}} end"
    so_far = "over (w rows between unbounded preceding and current row)"
    return f"coalesce(last_value({sent} ignore nulls) {so_far}, first_value({gone}) {so_far}).v"


def _last(index: int) -> str:
    return f"_mesh_last{index}"


def state_row(table: LandedTable) -> str:
    """SELECT items of `mesh_folded`: the row as it is after the change, of a deleted row what was last known."""
    return ", ".join(f"{_last(i)} as {identifier(c.name)}" for i, c in enumerate(table.columns))


def _change_row(table: LandedTable) -> str:
    items = ((identifier(c.name), _last(i)) for i, c in enumerate(table.columns))
    return ", ".join(f"if(_cdc_deleted, {name}, {last}) as {name}" for name, last in items)


def append(warehouse: Warehouse, table: LandedTable, fresh: Fresh, revision: int, now: datetime) -> None:
    """Insert the fresh changes, and correct what they complete: an earlier change may have come later."""
    landed = f"{revision} as _cdc_revision, ?::timestamptz as _cdc_landed_at"
    told = ", ".join(_TOLD)
    simple = f" anti join (from {KEYS} where _mesh_tier <> 'one') using ({table.key})" if fresh.folded_keys else ""
    warehouse.execute(
        f"insert into {table.changes} by name select {told}, {table.listed}, 0 as _cdc_ordinal, {landed}"
        f" from {FRESH}{simple}",
        [now],
    )
    if fresh.folded_keys:
        warehouse.execute(
            f"insert into {table.changes} by name select {told}, {_change_row(table)}, _mesh_ordinal as _cdc_ordinal,"
            f" {landed} from {FOLDED} where _mesh_tag = 'fresh' order by _mesh_place",
            [now],
        )
    if fresh.late_keys:
        complete_history(warehouse, table)


def complete_history(warehouse: Warehouse, table: LandedTable) -> None:
    """Correct what `mesh_folded` tells otherwise of changes that are in the log."""
    pairs = [(identifier(c.name), _last(i)) for i, c in enumerate(table.columns)]
    filled = " or ".join(f"{name} is distinct from {last}" for name, last in pairs)
    moved = f"_mesh_tag = 'history' and (_cdc_ordinal <> _mesh_ordinal or _cdc_unavailable is not null and ({filled}))"
    if not warehouse.query(f"select count(*) from {FOLDED} where {moved}")[0][0]:
        return
    assigned = ", ".join(f"{name} = f.{name}" for name, _ in pairs)
    warehouse.execute(
        f"""update {table.changes} as c set _cdc_ordinal = f._mesh_ordinal, {assigned}
        from (select _cdc_event_id, _mesh_ordinal, {_change_row(table)} from {FOLDED} where {moved}) f
        where c._cdc_event_id = f._cdc_event_id"""
    )
