"""The current state: one row a primary key, as its latest change left it; a deleted one stays, marked, last known."""

from mesh_platform.landing.landed_table import LandedTable
from mesh_platform.landing.tables.change_log import FOLDED, FRESH, KEYS, Fresh, state_row
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import identifier

_STATE = "_cdc_op, _cdc_deleted, _cdc_source_timestamp, _cdc_lsn"


def renew(warehouse: Warehouse, table: LandedTable, fresh: Fresh, revision: int) -> None:
    """Replace the rows of the keys that changed, and of nothing else."""
    warehouse.execute(
        f"delete from {table.state}"
        f" where rowid in (select _mesh_state_row from {KEYS} where _mesh_state_row is not null)"
    )
    one = f" semi join (from {KEYS} where _mesh_tier = 'one') using ({table.key})" if fresh.folded_keys else ""
    warehouse.execute(
        f"insert into {table.state} by name select {table.listed}, {_STATE}, 0 as _cdc_ordinal,"
        f" {revision} as _cdc_revision from {FRESH}{one} where _cdc_op <> 't'"
    )
    if fresh.folded_keys:
        warehouse.execute(
            f"insert into {table.state} by name select {state_row(table)}, {_STATE}, _mesh_ordinal as _cdc_ordinal,"
            f" {revision} as _cdc_revision from {FOLDED} where _mesh_is_last"
        )
    _truncate(warehouse, table, fresh, revision)


def _truncate(warehouse: Warehouse, table: LandedTable, fresh: Fresh, revision: int) -> None:
    """Whatever is older than the last truncate is gone, whenever it arrives; what is on the same lsn came after it."""
    truncates = f"from {table.changes} where {identifier(table.primary_key[0])} is null and _cdc_op = 't'"
    last = warehouse.query(f"select max(_cdc_lsn), arg_max(_cdc_source_timestamp, _cdc_lsn) {truncates}")[0]
    if last[0] is None:
        return
    reach = "" if fresh.truncates else f" and _cdc_revision = {revision}"
    warehouse.execute(
        f"update {table.state} set _cdc_op = 't', _cdc_deleted = true, _cdc_source_timestamp = ?, _cdc_lsn = ?,"
        f" _cdc_ordinal = 0, _cdc_revision = {revision} where _cdc_lsn < ?{reach}",
        [last[1], last[0], last[0]],
    )
