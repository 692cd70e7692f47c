"""Columns that arrive although the row schema does not declare them, and values that its column cannot hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mesh_platform import names
from mesh_platform.landing.landed_table import LandedTable
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import literal

LOOKED_AT: Final = 1_000
"""The last changes of a table that have something beside their row."""


@dataclass(frozen=True)
class Undeclared:
    """A name beside the rows, and in how many of the changes that were looked at."""

    column: str
    changes: int
    is_declared: bool
    """The schema has the column, and some values that came before it do not fit."""


def undeclared(warehouse: Warehouse, tables: Sequence[LandedTable]) -> Mapping[str, tuple[Undeclared, ...]]:
    """Zone → what is kept beside its rows, by name; a table without any is absent. One query for all tables."""
    there = set(
        warehouse.query(
            "select table_schema, table_name from information_schema.columns"
            " where table_catalog = current_database() and column_name = '_cdc_extra'"
        )
    )
    asked = [t for t in tables if (t.schema, t.table + names.CHANGES_SUFFIX) in there]
    found: dict[str, tuple[Undeclared, ...]] = {}
    declared = {t.zone: {c.name for c in t.columns} for t in asked}
    for zone, column, count in (
        warehouse.query(" union all ".join(map(_beside, asked)) + " order by 1, 2") if asked else ()
    ):
        found[zone] = (*found.get(zone, ()), Undeclared(column, count, column in declared[zone]))
    return found


def _beside(table: LandedTable) -> str:
    return f"""select {literal(table.zone)} as zone, name, count(*) from (
        select unnest(json_keys(_cdc_extra)) as name from (
            select _cdc_extra from {table.changes} where _cdc_extra is not null order by rowid desc limit {LOOKED_AT}))
        group by name"""
