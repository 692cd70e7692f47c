"""The landed tables follow their row schemas: made when declared, altered when a schema is.

What has landed becomes what it would be, had the schema always been so. A column that the schema declares no longer
stays in the change log, and leaves the current state.
"""

from collections.abc import Iterable, Mapping, Sequence

from mesh_platform.landing.envelopes.decode import decoded, default_text
from mesh_platform.landing.landed_table import CHANGE_COLUMNS, NEVER_NULL, STATE_COLUMNS, LandedTable
from mesh_platform.landing.tables.moved import inherit_all
from mesh_platform.landing.tables.promotion import promote
from mesh_platform.landing.tables.rekeyed import rekey
from mesh_platform.landing.tables.repeated import fill, is_repeated, show
from mesh_platform.landing.tables.retyped import retype, set_aside
from mesh_platform.landing.tables.shape import Remembered, Shape, remember, remembered, shape_of
from mesh_platform.schema.table.record import Column
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse, in_a_line
from mesh_platform.warehouse.revision import current_revision
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
        known = shapes.get(table.changes)
        is_as_told = known is not None and known.shape == shape_of(table)
        if is_as_told and all(_follows(present, name, wanted) for name, wanted in _wanted(table)):
            continue
        try:
            with warehouse.transaction():
                _follow(warehouse, table, present, known)
        except QueryRejected as problem:
            problems[table.zone] = f"its tables cannot follow the row schema: {in_a_line(problem)}"
    return problems


def _present(warehouse: Warehouse, schemas: Iterable[str]) -> dict[str, dict[str, str]]:
    """Quoted table → its columns and types, of these schemas."""
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, kind in warehouse.query(
        "select table_schema, table_name, column_name, data_type from information_schema.columns"
        f" where table_catalog = current_database() and table_schema in {any_of(schemas)} order by ordinal_position"
    ):
        found.setdefault(f'"{schema}"."{table}"', {})[column] = kind
    return found


def _wanted(table: LandedTable) -> tuple[tuple[str, Columns], tuple[str, Columns]]:
    """The change log and the current state, with the columns each must have."""
    return (table.changes, {**table.types, **CHANGE_COLUMNS}), (table.state, {**table.types, **STATE_COLUMNS})


def _follows(present: Mapping[str, Columns], name: str, wanted: Columns) -> bool:
    return all(present.get(name, {}).get(column) == kind for column, kind in wanted.items())


def _follow(warehouse: Warehouse, table: LandedTable, present: Mapping[str, Columns], known: Remembered | None) -> None:
    log, state = present.get(table.changes), present.get(table.state)
    shape = known.shape if known else _shape_there(table, log or {})
    for name, wanted in _wanted(table):
        _make(warehouse, name, wanted, present.get(name), shape)
    is_as_told = known is not None and shape == shape_of(table)
    remember(warehouse, table, known.through if known and is_as_told else current_revision(warehouse) if log else 0)
    if log is None:
        return
    _retire(warehouse, table, state or {})
    _take_in(warehouse, table, shape)
    if state is None or shape.key != table.primary_key:
        rekey(warehouse, table)


def _make(warehouse: Warehouse, name: str, wanted: Columns, there: Columns | None, shape: Shape) -> None:
    if there is None:
        columns = [f"{identifier(c)} {k}{' not null' if c in NEVER_NULL else ''}" for c, k in wanted.items()]
        warehouse.execute(f"create table {name} ({', '.join(columns)})")
        return
    spelled = {c.lower(): c for c in there}
    for column, kind in wanted.items():
        old = spelled.get(column.lower())
        if old is None:
            warehouse.execute(f"alter table {name} add column {identifier(column)} {kind}")
        elif old != column:
            raise QueryRejected(f"`{column}` differs from `{old}`, which has landed, in upper and lower case only")
        elif there[old] != kind and column in shape.columns:
            retype(warehouse, name, column, there[old], kind)
        elif there[old] != kind:
            set_aside(warehouse, name, column, there[old], kind)


def _take_in(warehouse: Warehouse, table: LandedTable, shape: Shape) -> None:
    """What was sent, what stands in for it, what was not repeated, what moved: each step needs those before it."""
    declared = shape_of(table)
    changed = [c for c in table.columns if shape.columns.get(c.name) != declared.columns[c.name]]
    promote(warehouse, table, changed)
    for column in changed:
        _stand_in(warehouse, table, column)
        fill(warehouse, table, column.name)
        show(warehouse, table, column.name)
    if changed:
        inherit_all(warehouse, table)


def _shape_there(table: LandedTable, there: Columns) -> Shape:
    """Of a table that remembers none: what its columns tell, and else what is declared."""
    declared = shape_of(table)
    columns = {c: (there[c], default) for c, (_, default) in declared.columns.items() if c in there}
    return Shape(declared.key, columns, told="")


def _stand_in(warehouse: Warehouse, table: LandedTable, column: Column) -> None:
    """What was not sent is what the schema now says of it, as it is in changes that come from now on."""
    default, name = default_text(column), identifier(column.name)
    if default is not None:
        value = decoded(literal(default), column.type)
        warehouse.execute(
            f"update {table.changes} set {name} = {value}"
            f" where {name} is null and not _cdc_deleted and not {is_repeated(column.name)}"
        )


def _retire(warehouse: Warehouse, table: LandedTable, there: Columns) -> None:
    """Whoever still reads the column is told by the engine, and not given values that grow old."""
    declared = {c.lower() for c in (*table.types, *STATE_COLUMNS)}
    for name in there:
        if name.lower() not in declared:
            warehouse.execute(f"alter table {table.state} drop column {identifier(name)}")
