"""The landed tables follow their row schemas: made when declared, altered when a schema is.

A column that the schema declares no longer stays in the change log, and leaves the current state.
"""

from collections.abc import Iterable, Mapping, Sequence

from mesh_platform.landing.envelopes.decode import decoded, default_text
from mesh_platform.landing.landed_table import CHANGE_COLUMNS, NEVER_NULL, STATE_COLUMNS, LandedTable
from mesh_platform.landing.tables.promotion import promote, renew_identities
from mesh_platform.landing.tables.rekeyed import rekey
from mesh_platform.landing.tables.repeated import fill, show
from mesh_platform.landing.tables.shape import Shape, remember, remembered, shape_of
from mesh_platform.schema.record import Column
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse, in_a_line
from mesh_platform.warehouse.sql import any_of, identifier, literal

Columns = Mapping[str, str]


def ensure_tables(warehouse: Warehouse, tables: Sequence[LandedTable]) -> dict[str, str]:
    """Make or alter what is not as declared; returns zone → why a table cannot follow its row schema."""
    problems = {}
    schemas = {t.schema for t in tables}
    present, shapes = _present(warehouse, schemas), remembered(warehouse, schemas)
    for schema in sorted(schemas):
        warehouse.execute(f"create schema if not exists {identifier(schema)}")
    for table in tables:
        shape = shapes.get(table.changes)
        if shape == shape_of(table) and all(_follows(present, name, wanted) for name, wanted in _wanted(table)):
            continue
        try:
            with warehouse.transaction():
                _follow(warehouse, table, present, shape)
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


def _follow(warehouse: Warehouse, table: LandedTable, present: Mapping[str, Columns], shape: Shape | None) -> None:
    for name, wanted in _wanted(table):
        if name in present:
            _widen(warehouse, name, wanted, present[name])
        else:
            columns = [f"{identifier(c)} {k}{' not null' if c in NEVER_NULL else ''}" for c, k in wanted.items()]
            warehouse.execute(f"create table {name} ({', '.join(columns)})")
    remember(warehouse, table)
    if table.changes in present:
        _take_in(warehouse, table, present[table.changes], shape or _shape_there(table, present[table.changes]))


def _take_in(warehouse: Warehouse, table: LandedTable, there: Columns, shape: Shape) -> None:
    """Make what landed under another shape what it would have been under this one."""
    _retire(warehouse, table)
    declared = shape_of(table)
    gained = [c for c in table.columns if c.name not in shape.columns]
    if not shape.tells_alike(declared) or any(c.name.lower() in there for c in gained):
        renew_identities(warehouse, table)
    promote(warehouse, table, gained)
    _stand_in(warehouse, table, [c for c in table.columns if shape.columns.get(c.name) != declared.columns[c.name]])
    if shape.key != table.primary_key:
        rekey(warehouse, table)


def _stand_in(warehouse: Warehouse, table: LandedTable, columns: Iterable[Column]) -> None:
    """What was not sent is what the schema now says of it, as it is in changes that come from now on."""
    for column in columns:
        default, name = default_text(column), identifier(column.name)
        if default is not None:
            repeated = f"list_contains(_cdc_unavailable, {literal(column.name)}) is true"
            value = decoded(literal(default), column.type)
            warehouse.execute(
                f"update {table.changes} set {name} = {value} where {name} is null"
                f" and not _cdc_deleted and not {repeated}"
            )
            fill(warehouse, table, column.name)
            show(warehouse, table, column.name)


def _shape_there(table: LandedTable, there: Columns) -> Shape:
    """Of a table that remembers none: what its columns tell, and else what is declared."""
    declared = shape_of(table)
    columns = {c: (there[c.lower()], default) for c, (_, default) in declared.columns.items() if c.lower() in there}
    return Shape(declared.key, columns, identity=0)


def _retire(warehouse: Warehouse, table: LandedTable) -> None:
    """Whoever still reads the column is told by the engine, and not given values that grow old."""
    for name, _ in warehouse.columns(table.schema, table.table):
        if name.lower() not in {c.lower() for c in (*table.types, *STATE_COLUMNS)}:
            warehouse.execute(f"alter table {table.state} drop column {identifier(name)}")


def _widen(warehouse: Warehouse, name: str, wanted: Columns, there: Columns) -> None:
    for column, kind in wanted.items():
        if column.lower() not in there:
            warehouse.execute(f"alter table {name} add column {identifier(column)} {kind}")
        elif there[column.lower()] != kind:
            _retype(warehouse, name, column, there[column.lower()], kind)


def _retype(warehouse: Warehouse, name: str, column: str, there: str, kind: str) -> None:
    """Change a column's type if every value it holds survives; nothing is rounded, cut or emptied.

    A float becomes the double that is written alike: what the source would send of it now.
    """
    quoted = identifier(column)
    there_and_back = f"try_cast(try_cast({quoted} as {kind}) as {there})"
    lost = warehouse.query(f"select count(*) from {name} where {there_and_back} is distinct from {quoted}")[0][0]
    if lost:
        raise QueryRejected(f"`{column}` is {there}, and {lost} of its values do not fit {kind}")
    value = f"{quoted}::varchar::double" if (there, kind) == ("FLOAT", "DOUBLE") else f"{quoted}::{kind}"
    warehouse.execute(f"alter table {name} alter column {quoted} type {kind} using {value}")
