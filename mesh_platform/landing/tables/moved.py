"""A row whose primary key changed: what was too big to be repeated is in the history of its old key.

PostgreSQL's connector tells of such a change as a delete of the old key and an insert of the new one, both on one lsn.
An insert that lacks values can only be the second of the two.
"""

from typing import Final

from mesh_platform.landing.landed_table import LandedTable
from mesh_platform.landing.tables.change_log import FRESH, KEYS, Fresh
from mesh_platform.landing.tables.repeated import fill, show
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import identifier, literal

_MOVED: Final = "mesh_moved"
_INHERITED: Final = "mesh_inherited"


def inherit(warehouse: Warehouse, table: LandedTable, fresh: Fresh) -> None:
    """Give the rows that moved what they had under their old keys, as far as this batch could change that."""
    if not fresh.folded_keys:
        return
    low, high = warehouse.query(f"select min(_cdc_lsn), max(_cdc_lsn) from {FRESH} where _cdc_op in ('c', 'd')")[0]
    if low is not None:
        place = f"between {low} and {high}"
        _inherit(warehouse, table, f"c._cdc_lsn {place} and d._cdc_lsn {place}")
    if fresh.late_keys:
        late = f"(select {table.key} from {KEYS} where _mesh_tier = 'late')"
        _inherit(warehouse, table, f"(({_key(table, 'd')}) in {late} or ({_key(table, 'c')}) in {late})")


def inherit_all(warehouse: Warehouse, table: LandedTable) -> None:
    """Give every row that moved what it had under its old key."""
    _inherit(warehouse, table, "true")


def _inherit(warehouse: Warehouse, table: LandedTable, which: str) -> None:
    """A row may have moved again since: those that follow come next, until none does."""
    while _find(warehouse, table, which):
        _take(warehouse, table)
        which = f"({_key(table, 'd')}) in (select {table.key} from {_INHERITED})"


def _find(warehouse: Warehouse, table: LandedTable, which: str) -> int:
    """The inserts whose missing values are not what the row last had under its old key; how many there are.

    Where several deletes share the lsn nothing is known, and nothing is guessed.
    """
    old, new = (_key(table, alias) for alias in ("d", "c"))
    named = ", ".join(f"d.{identifier(c)} as _mesh_old{n}" for n, c in enumerate(table.primary_key))
    warehouse.execute(
        f"""create or replace temp table {_MOVED} as
        select c._cdc_event_id as _mesh_id, c._cdc_lsn as _mesh_lsn, {new}, {named}
        from {table.changes} c join {table.changes} d
            on d._cdc_lsn = c._cdc_lsn and d._cdc_op = 'd' and ({old}) <> ({new})
        where c._cdc_op = 'c' and c._cdc_unavailable is not null and {which}
        qualify count(*) over (partition by c._cdc_event_id) = 1"""
    )
    if not warehouse.query(f"select count(*) from {_MOVED}")[0][0]:
        return 0
    same = " and ".join(f"h.{identifier(c)} = m._mesh_old{n}" for n, c in enumerate(table.primary_key))
    missing = " or ".join(
        f"list_contains(c._cdc_unavailable, {literal(c.name)}) and c.{identifier(c.name)} is distinct from"
        f" h.{identifier(c.name)}"
        for c in table.columns
    )
    values = ", ".join(f"h.{identifier(c.name)} as _mesh_value{n}" for n, c in enumerate(table.columns))
    listed = ", ".join(f"m.{identifier(c)}" for c in table.primary_key)
    warehouse.execute(
        f"""create or replace temp table {_INHERITED} as
        select m._mesh_id, {listed}, {values}
        from {_MOVED} m join {table.changes} h on {same} and h._cdc_lsn < m._mesh_lsn and not h._cdc_deleted
        join {table.changes} c on c._cdc_event_id = m._mesh_id
        qualify row_number() over (partition by m._mesh_id order by h._cdc_lsn desc, h._cdc_ordinal desc) = 1
            and ({missing})"""
    )
    return int(warehouse.query(f"select count(*) from {_INHERITED}")[0][0])


def _take(warehouse: Warehouse, table: LandedTable) -> None:
    """Into the insert, into what came after it on the new key, and into the current state."""
    some = f"{table.changes} semi join {_INHERITED} on _cdc_event_id = _mesh_id"
    repeated = {name for (name,) in warehouse.query(f"select distinct unnest(_cdc_unavailable) from {some}")}
    taken = [(number, column) for number, column in enumerate(table.columns) if column.name in repeated]
    for number, column in taken:
        name = literal(column.name)
        inherited = f"list_sort(list_distinct(list_append(coalesce(c._cdc_inherited, []), {name})))"
        warehouse.execute(
            f"update {table.changes} as c set {identifier(column.name)} = i._mesh_value{number},"
            f" _cdc_inherited = {inherited} from {_INHERITED} i"
            f" where c._cdc_event_id = i._mesh_id and list_contains(c._cdc_unavailable, {name})"
        )
    keys = f"(select {table.key} from {_INHERITED})"
    for _, column in taken:
        fill(warehouse, table, column.name, keys)
        show(warehouse, table, column.name, keys)


def _key(table: LandedTable, alias: str) -> str:
    return ", ".join(f"{alias}.{identifier(c)}" for c in table.primary_key)
