"""The few words of SQL the platform writes itself, quoted and validated."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_QUOTED_OR_MARK = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\?""")


class UnsafeIdentifier(ValueError):
    """A name that may not become part of a statement."""


def identifier(name: str) -> str:
    """One quoted identifier; raises UnsafeIdentifier for anything but letters, digits and underscores."""
    if not _IDENTIFIER.fullmatch(name):
        raise UnsafeIdentifier(f"`{name}` is no identifier: letters, digits and underscores only, and no digit first")
    return f'"{name}"'


def relation(schema: str, table: str) -> str:
    """A quoted `schema.table`."""
    return f"{identifier(schema)}.{identifier(table)}"


def literal(text: str) -> str:
    """A quoted string literal."""
    return "'" + text.replace("'", "''") + "'"


def any_of(texts: Iterable[str]) -> str:
    """What follows `in`: quoted literals in parentheses; without any, what equals nothing."""
    return f"({', '.join(map(literal, sorted(texts))) or 'null'})"


def bound(statement: str, parameters: Sequence[Any]) -> str | None:
    """The statement with its parameters in the places of the `?`; None where one of them is no plain value."""
    told = [_plain(value) for value in parameters]
    if None in told:
        return None
    values = iter(told)
    return _QUOTED_OR_MARK.sub(lambda found: str(next(values)) if found[0] == "?" else found[0], statement)


def _plain(value: Any) -> str | None:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int():
            return f"({value})"
        case str() if "\0" not in value:
            return literal(value)
        case datetime(tzinfo=tzinfo) if tzinfo is not None:
            return f"'{value.isoformat()}'::timestamptz"
    return None
