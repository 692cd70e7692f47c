"""A table of the platform's own, as this version knows it, whichever version made it."""

from collections.abc import Mapping

from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import identifier


def ensure_table(warehouse: Warehouse, table: str, columns: Mapping[str, str]) -> None:
    """Make `schema.table` with these columns (name → type), or give it those that the version that made it did not
    know; they are null in the rows that are there already."""
    schema, _, name = table.partition(".")
    there = {column for column, _ in warehouse.columns(schema, name)}
    if not there:
        listed = ", ".join(f"{identifier(column)} {kind}" for column, kind in columns.items())
        warehouse.execute(f"create schema if not exists {identifier(schema)}")
        warehouse.execute(f"create table if not exists {table} ({listed})")
        return
    for column in columns.keys() - there:
        kind = columns[column].removesuffix(" not null")
        warehouse.execute(f"alter table {table} add column {identifier(column)} {kind}")
