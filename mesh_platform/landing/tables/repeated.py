"""Values that were not repeated because they had not changed, once the changes are in the log."""

from mesh_platform.landing.landed_table import LandedTable
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import identifier, literal


def is_repeated(column: str) -> str:
    """SQL for: the change left the value out because it had not changed, and did not inherit it from another key."""
    name = literal(column)
    return f"(list_contains(_cdc_unavailable, {name}) is true and list_contains(_cdc_inherited, {name}) is not true)"


def fill(warehouse: Warehouse, table: LandedTable, column: str, keys: str | None = None) -> None:
    """A value that was not repeated is that of the latest earlier change that has one.

    `keys` is a relation of the keys this is about (default: all that have such a change).
    """
    name, key, repeated = identifier(column), table.key, is_repeated(column)
    keys = keys or f"(select {key} from {table.changes} where {repeated})"
    some = f"{table.changes} semi join {keys} using ({key})"
    if not warehouse.query(f"select count(*) from {some} where {repeated}")[0][0]:
        return
    sent = f"case when not _cdc_deleted and not {repeated} then {{'v': {name}}} end"
    warehouse.execute(
        f"""update {table.changes} as c set {name} = f._mesh_value.v from (
            select rowid as _mesh_row, {repeated} as _mesh_repeated, last_value({sent} ignore nulls) over (
                partition by {key} order by _cdc_lsn, _cdc_ordinal
                rows between unbounded preceding and current row) as _mesh_value
            from {some}) f
        where c.rowid = f._mesh_row and f._mesh_repeated"""
    )


def show(warehouse: Warehouse, table: LandedTable, column: str, keys: str | None = None) -> None:
    """The current state (of these keys) has the value of the latest change that is no delete."""
    name, key = identifier(column), table.key
    same = " and ".join(f"s.{identifier(c)} = l.{identifier(c)}" for c in table.primary_key)
    some = f" semi join {keys} using ({key})" if keys else ""
    warehouse.execute(
        f"""update {table.state} as s set {name} = l.{name} from (
            select {key}, {name} from {table.changes}{some} where not _cdc_deleted
            qualify row_number() over (partition by {key} order by _cdc_lsn desc, _cdc_ordinal desc) = 1) l
        where {same} and l.{name} is distinct from s.{name}"""
    )
