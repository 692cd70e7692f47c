"""A column whose type is declared otherwise: its values are told as they would have landed, or nothing is changed."""

import re
from typing import Final

from mesh_platform.warehouse.protocol import QueryRejected, Warehouse
from mesh_platform.warehouse.sql import identifier

_WHOLE: Final = ("INTEGER", "BIGINT")
_FLOATING: Final = ("FLOAT", "DOUBLE")
_TOLD_ALIKE: Final = frozenset(
    {(a, b) for kinds in (_WHOLE, _FLOATING) for a in kinds for b in kinds}
    | {(kind, "VARCHAR") for kind in _WHOLE}
    | {("VARCHAR", kind) for kind in _WHOLE}
)
"""(from, to): a cast comes to the value that the source's text comes to. Of other pairs nobody knows: times, bytes and
fractions have many texts."""
_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),(\d+)\)")


def retype(warehouse: Warehouse, table: str, column: str, there: str, kind: str) -> None:
    """Change a column's type if every value it holds survives; nothing is rounded, cut or emptied.

    A float becomes the double that is written alike, which is what the source's text would come to now. Raises
    QueryRejected where a value would be lost, or be told otherwise than the next one.
    """
    name = identifier(column)
    value = _value(name, there, kind)
    if not warehouse.query(f"select count({name}) from {table}")[0][0]:
        value = f"null::{kind}"
    elif not _is_told_alike(there, kind):
        raise QueryRejected(
            f"`{column}` is {there}, and what has landed cannot be told as {kind} as the source would tell it: take the"
            " column out of the row schema, land, and declare it anew"
        )
    elif lost := warehouse.query(f"select count(*) from {table} where {_is_lost(name, there, kind)}")[0][0]:
        raise QueryRejected(f"`{column}` is {there}, and {lost} of its values do not fit {kind}")
    warehouse.execute(f"alter table {table} alter column {name} type {kind} using {value}")


def set_aside(warehouse: Warehouse, table: str, column: str, there: str, kind: str) -> None:
    """Of a column that was not declared for a while: what it held then stays, under a name of the platform's.

    Its values come back as far as they fit the new type and are told alike.
    """
    name, aside = identifier(column), identifier(_free(warehouse, table, column))
    warehouse.execute(f"alter table {table} rename column {name} to {aside}")
    warehouse.execute(f"alter table {table} add column {name} {kind}")
    if _is_told_alike(there, kind):
        warehouse.execute(
            f"update {table} set {name} = {_value(aside, there, kind)}"
            f" where {aside} is not null and not ({_is_lost(aside, there, kind)})"
        )


def _value(name: str, there: str, kind: str) -> str:
    """SQL for the value as it is now told."""
    return f"{name}::varchar::double" if (there, kind) == ("FLOAT", "DOUBLE") else f"try_cast({name} as {kind})"


def _is_lost(name: str, there: str, kind: str) -> str:
    return f"try_cast(try_cast({name} as {kind}) as {there}) is distinct from {name}"


def _is_told_alike(there: str, kind: str) -> bool:
    before, after = _DECIMAL.fullmatch(there), _DECIMAL.fullmatch(kind)
    if before and after:
        return before[2] == after[2]
    return (there, kind) in _TOLD_ALIKE


def _free(warehouse: Warehouse, table: str, column: str) -> str:
    """`_cdc_was_note`, or with a number where that is taken."""
    schema, name = (part.strip('"') for part in table.split("."))
    taken = {c.lower() for c, _ in warehouse.columns(schema, name)}
    first = f"_cdc_was_{column}"[:120]
    return next(n for n in (first, *(f"{first}_{i}" for i in range(2, len(taken) + 3))) if n.lower() not in taken)
