"""A table of the platform's own, as this version knows it, whichever version made it."""

from collections.abc import Mapping

from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import identifier


def columns_of(warehouse: Warehouse, table: str) -> list[tuple[str, str]]:
    """(name, type) of `schema.table`, in order; empty where there is none."""
    schema, _, name = table.partition(".")
    return warehouse.columns(schema, name)


def ensure_table(warehouse: Warehouse, table: str, columns: Mapping[str, str]) -> None:
    """Make `schema.table` with these columns (name → type), or give it those that the version that made it did not
    know; they are null in the rows that are there already."""
    there = {column for column, _ in columns_of(warehouse, table)}
    if not there:
        listed = ", ".join(f"{identifier(column)} {kind}" for column, kind in columns.items())
        warehouse.execute(f"create schema if not exists {identifier(table.partition('.')[0])}")
        warehouse.execute(f"create table if not exists {table} ({listed})")
        return
    for column in columns.keys() - there:
        kind = columns[column].removesuffix(" not null")
        warehouse.execute(f"alter table {table} add column {identifier(column)} {kind}")
