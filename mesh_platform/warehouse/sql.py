"""The few words of SQL the platform writes itself, quoted and validated."""

import re
from collections.abc import Iterable

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


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
