"""What the landed tables remember of the row schema they follow, so that a later one can be compared with it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mesh_platform.landing.envelopes.decode import default_text
from mesh_platform.landing.landed_table import LandedTable
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import any_of, literal


@dataclass(frozen=True)
class Shape:
    """Of a row schema, what the landed rows depend on."""

    key: tuple[str, ...]
    columns: Mapping[str, tuple[str, str | None]]
    """Name → its type in the warehouse, and what stands in for a value that was not sent."""
    told: str
    """A fingerprint of all that is declared: equal where a change comes to the same text of its identity."""


@dataclass(frozen=True)
class Remembered:
    """The shape that the tables have, and since when."""

    shape: Shape
    through: int
    """Changes up to this revision landed under another shape: their identities are not those of later ones."""


def shape_of(table: LandedTable) -> Shape:
    """The shape its declaration asks for."""
    columns = {c.name: (table.types[c.name], default_text(c)) for c in table.columns}
    told = repr([(c.name, c.type, c.nullable, default_text(c)) for c in table.columns])
    return Shape(table.primary_key, columns, hashlib.sha256(told.encode(errors="replace")).hexdigest())


def remember(warehouse: Warehouse, table: LandedTable, through: int) -> None:
    """Write the shape down, as the comment of the change log."""
    shape = shape_of(table)
    told = {"key": shape.key, "columns": shape.columns, "told": shape.told, "through": through}
    warehouse.execute(f"comment on table {table.changes} is {literal(json.dumps(told))}")


def remembered(warehouse: Warehouse, schemas: Iterable[str]) -> dict[str, Remembered]:
    """Quoted change log → the shape it has; a comment that somebody else wrote tells none."""
    rows = warehouse.query(
        "select schema_name, table_name, comment from duckdb_tables() where comment is not null"
        f" and database_name = current_database() and schema_name in {any_of(schemas)}"
    )
    found = {f'"{schema}"."{table}"': _read(comment) for schema, table, comment in rows}
    return {table: told for table, told in found.items() if told}


def _read(comment: str) -> Remembered | None:
    try:
        told = json.loads(comment)
        columns = {name: (kind, default) for name, (kind, default) in told["columns"].items()}
        return Remembered(Shape(tuple(told["key"]), columns, told["told"]), int(told["through"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
