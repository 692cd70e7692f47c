"""The landed tables follow their row schemas: made when declared, widened when a schema gains or widens a column."""

from collections.abc import Iterable, Mapping, Sequence

from mesh_platform.landing.landed_table import CHANGE_COLUMNS, NEVER_NULL, STATE_COLUMNS, LandedTable
from mesh_platform.landing.tables.promotion import promote, renew_identities
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse, in_a_line
from mesh_platform.warehouse.sql import any_of, identifier

Columns = Mapping[str, str]


def ensure_tables(warehouse: Warehouse, tables: Sequence[LandedTable]) -> dict[str, str]:
    """Make or widen what is missing; returns zone → why a table cannot follow its row schema."""
    problems = {}
    present = _present(warehouse, {t.schema for t in tables})
    for schema in sorted({t.schema for t in tables}):
        warehouse.execute(f"create schema if not exists {identifier(schema)}")
    for table in tables:
        if all(_follows(present, name, wanted) for name, wanted in _wanted(table)):
            continue
        try:
            with warehouse.transaction():
                _follow(warehouse, table, present)
        except QueryRejected as problem:
            problems[table.zone] = f"its tables cannot follow the row schema: {in_a_line(problem)}"
    return problems


def _present(warehouse: Warehouse, schemas: Iterable[str]) -> dict[str, dict[str, str]]:
    """Quoted table → its columns (in lower case) and types, of these schemas."""
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, kind in warehouse.query(
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
        f" where table_catalog = current_database() and table_schema in {any_of(schemas)} order by ordinal_position"
    ):
        found.setdefault(f'"{schema}"."{table}"', {})[column.lower()] = kind
    return found


def _wanted(table: LandedTable) -> tuple[tuple[str, Columns], tuple[str, Columns]]:
    """The change log and the current state, with the columns each must have."""
    return (table.changes, {**table.types, **CHANGE_COLUMNS}), (table.state, {**table.types, **STATE_COLUMNS})


def _follows(present: Mapping[str, Columns], name: str, wanted: Columns) -> bool:
    return all(present.get(name, {}).get(c.lower()) == k for c, k in wanted.items())


def _follow(warehouse: Warehouse, table: LandedTable, present: Mapping[str, Columns]) -> None:
    for name, wanted in _wanted(table):
        if name in present:
            _widen(warehouse, name, wanted, present[name])
        else:
            columns = [f"{identifier(c)} {k}{' not null' if c in NEVER_NULL else ''}" for c, k in wanted.items()]
            warehouse.execute(f"create table {name} ({', '.join(columns)})")
    there = present.get(table.changes)
    if there is not None:
        if any(there.get(c.lower(), kind) != kind for c, kind in table.types.items()):
            renew_identities(warehouse, table)
        promote(warehouse, table, [c for c in table.columns if c.name.lower() not in there])


def _widen(warehouse: Warehouse, name: str, wanted: Columns, there: Columns) -> None:
    for column, kind in wanted.items():
        if column.lower() not in there:
            warehouse.execute(f"alter table {name} add column {identifier(column)} {kind}")
        elif there[column.lower()] != kind:
            _retype(warehouse, name, column, there[column.lower()], kind)


def _retype(warehouse: Warehouse, name: str, column: str, there: str, kind: str) -> None:
    """Change a column's type if every value it holds survives; nothing is rounded, cut or emptied."""
    quoted = identifier(column)
    there_and_back = f"try_cast(try_cast({quoted} as {kind}) as {there})"
    lost = warehouse.query(f"select count(*) from {name} where {there_and_back} is distinct from {quoted}")[0][0]
    if lost:
        raise QueryRejected(f"`{column}` is {there}, and {lost} of its values do not fit {kind}")
    warehouse.execute(f"alter table {name} alter column {quoted} type {kind}")
