"""What was kept beside a row because the row schema did not declare it takes its place when the schema does.

Runs in the transaction that adds the columns.
"""

from collections.abc import Sequence
from typing import Final

from mesh_platform.landing.envelopes.decode import decoded, doubt
from mesh_platform.landing.envelopes.row import is_placeholder, names_list, without
from mesh_platform.landing.landed_table import LandedTable
from mesh_platform.schema.table.record import Column
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import identifier, literal

_PROMOTED: Final = "mesh_promoted"


def promote(warehouse: Warehouse, table: LandedTable, columns: Sequence[Column]) -> None:
    """Move these columns' values and marks from `_cdc_extra` into the change log's columns.

    A column that was declared before has what came then where it always was.
    """
    if not columns:
        return
    named = names_list(c.name for c in columns)
    waiting = f"_cdc_extra is not null and list_has_any(json_keys(_cdc_extra), {named})"
    warehouse.execute(f"create or replace temp table {_PROMOTED} as {_decoded(table, columns, waiting)}")
    assigned = ", ".join(f"{name} = coalesce(p.{name}, c.{name})" for name in (identifier(c.name) for c in columns))
    warehouse.execute(
        f"update {table.changes} as c set {assigned},"
        " _cdc_extra = p._mesh_extra, _cdc_unavailable = p._mesh_unavailable"
        f" from {_PROMOTED} p where c._cdc_event_id = p._mesh_id"
    )


def _decoded(table: LandedTable, columns: Sequence[Column], waiting: str) -> str:
    """The new values, and what remains: a value that does not fit its new column stays where it was."""
    told, values, taken, repeated = [], [], [], []
    for n, column in enumerate(columns):
        text, name, path = f"_mesh_text{n}", literal(column.name), literal(f'$."{column.name}"')
        doubtful = doubt(text, column.type)
        is_none = f"({doubtful} and json_type(_cdc_extra, {path}) = 'VARCHAR')" if doubtful else "false"
        value = f"if({is_placeholder(text)} or {is_none}, null, {decoded(text, column.type)})"
        told.append(f"json_extract_string(_cdc_extra, {path}) as {text}")
        values.append(f"{value} as {identifier(column.name)}")
        taken.append(f"if({text} is null or {is_placeholder(text)} or {value} is not null, {name}, null)")
        repeated.append(f"if({is_placeholder(text)}, {name}, null)")
    rest = without("_cdc_extra", f"[{', '.join(taken)}]::varchar[]")
    named = f"list_filter([{', '.join(repeated)}]::varchar[], lambda name: name is not null)"
    marks = f"list_sort(list_concat(_cdc_unavailable, {named}))"
    return f"""
        select _mesh_id, {", ".join(values)},
            {rest} as _mesh_extra,
            case when len({marks}) > 0 then {marks} end as _mesh_unavailable
        from (select _cdc_event_id as _mesh_id, _cdc_extra, _cdc_unavailable, {", ".join(told)}
            from {table.changes} where {waiting})"""
