"""A table whose declared primary key changed: its current state is made anew from its change log."""

from mesh_platform.landing.landed_table import LandedTable
from mesh_platform.landing.tables.change_log import FRESH, KEYS, Fresh, complete_history, fold
from mesh_platform.landing.tables.current_state import renew
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse
from mesh_platform.warehouse.revision import current_revision
from mesh_platform.warehouse.sql import identifier


def rekey(warehouse: Warehouse, table: LandedTable) -> None:
    """One row a new key; raises QueryRejected where a change does not tell its new key, so nobody knows whose it is."""
    lacks = " or ".join(f"{identifier(c)} is null" for c in table.primary_key)
    lost = warehouse.query(f"select count(*) from {table.changes} where _cdc_op <> 't' and ({lacks})")[0][0]
    if lost:
        raise QueryRejected(
            f"the primary key is now `{', '.join(table.primary_key)}`, which {lost} landed changes do not have"
        )
    warehouse.execute(f"delete from {table.state}")
    warehouse.execute(
        f"create or replace temp table {FRESH} as select null::bigint as _mesh_place, * from {table.changes} limit 0"
    )
    warehouse.execute(
        f"create or replace temp table {KEYS} as select distinct {table.key}, null::bigint as _mesh_state_row,"
        f" 'late' as _mesh_tier from {table.changes} where _cdc_op <> 't'"
    )
    every = Fresh(changes=0, truncates=1, folded_keys=1, late_keys=1)
    fold(warehouse, table, every)
    complete_history(warehouse, table)
    renew(warehouse, table, every, current_revision(warehouse))
