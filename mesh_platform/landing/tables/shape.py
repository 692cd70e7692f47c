"""What the landed tables remember of the row schema they follow, so that a later one can be compared with it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from mesh_platform import names
from mesh_platform.landing.envelopes.decode import default_text
from mesh_platform.landing.envelopes.identity import IDENTITY_VERSION
from mesh_platform.landing.landed_table import CHANGE_COLUMNS, LandedTable
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import any_of, literal


@dataclass(frozen=True)
class Shape:
    """Of a row schema, what the landed rows depend on."""

    key: tuple[str, ...]
    columns: Mapping[str, tuple[str, str | None]]
    """Name → its type in the warehouse, and what stands in for a value that was not sent."""
    identity: int = IDENTITY_VERSION
    """Which way of telling a change the landed identities were made by."""

    def tells_alike(self, later: "Shape") -> bool:
        """Whether a change that came under this schema has the same identity under a later one."""
        same = all(later.columns.get(name) == told for name, told in self.columns.items())
        return same and self.identity == later.identity


def shape_of(table: LandedTable) -> Shape:
    """The shape its declaration asks for."""
    return Shape(table.primary_key, {c.name: (table.types[c.name], default_text(c)) for c in table.columns})


def remember(warehouse: Warehouse, table: LandedTable) -> None:
    """Write the shape down, as the comment of the change log."""
    told = json.dumps(asdict(shape_of(table)), sort_keys=True)
    warehouse.execute(f"comment on table {table.changes} is {literal(told)}")


def remembered(warehouse: Warehouse, schemas: Iterable[str]) -> dict[str, Shape]:
    """Quoted change log → the shape it has; a comment that somebody else wrote tells none."""
    rows = warehouse.query(
        "select schema_name, table_name, comment from duckdb_tables() where comment is not null"
        f" and database_name = current_database() and schema_name in {any_of(schemas)}"
    )
    found = {f'"{schema}"."{table}"': _read(comment) for schema, table, comment in rows}
    return {table: shape for table, shape in found.items() if shape}


def retired(warehouse: Warehouse, table: LandedTable) -> list[str]:
    """The columns of the change log that the row schema no longer declares."""
    declared = {c.lower() for c in (*table.types, *CHANGE_COLUMNS)}
    there = [name for name, _ in warehouse.columns(table.schema, table.table + names.CHANGES_SUFFIX)]
    return [name for name in there if name.lower() not in declared]


def _read(comment: str) -> Shape | None:
    try:
        told = json.loads(comment)
        columns = {name: (kind, default) for name, (kind, default) in told["columns"].items()}
        return Shape(tuple(told["key"]), columns, int(told["identity"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
