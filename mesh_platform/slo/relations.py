"""The warehouse's own account of its tables and views, asked once for all products."""

from mesh_platform.warehouse.protocol import Warehouse

Relations = dict[tuple[str, str], list[tuple[str, str]]]
"""(schema, table) → (column, type) in order."""

_COLUMNS = """select table_schema, table_name, column_name, data_type from information_schema.columns
where table_catalog = current_database() order by table_schema, table_name, ordinal_position"""


def relations(warehouse: Warehouse) -> Relations:
    """Every table and view with its columns."""
    found: Relations = {}
    for schema, table, column, kind in warehouse.query(_COLUMNS):
        found.setdefault((schema, table), []).append((column, kind))
    return found
