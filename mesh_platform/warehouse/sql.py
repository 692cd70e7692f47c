"""The few words of SQL the platform writes itself, quoted and validated."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_TOKEN = re.compile(r"""(?P<unsure>--|/\*|\$|\be')|'(?:[^']|'')*'|"(?:[^"]|"")*"|\?""", re.IGNORECASE)
"""What is quoted, a mark, or the beginning of a comment or of another way to quote: behind that, a mark may be none."""
_LARGEST = 2**63 - 1


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


def moment(at: datetime) -> str:
    """A moment as a timestamptz."""
    return f"cast({literal(at.isoformat())} as timestamptz)"


def epoch(at: str) -> str:
    """A timestamptz expression in microseconds."""
    return f"epoch_us({at})"


def second(at: str) -> str:
    """The second that a timestamptz expression lies in, counted from the epoch."""
    return f"{epoch(at)} // 1000000"


def any_of(texts: Iterable[str]) -> str:
    """What follows `in`: quoted literals in parentheses; without any, what equals nothing."""
    return f"({', '.join(map(literal, sorted(texts))) or 'null'})"


def bound(statement: str, parameters: Sequence[Any]) -> str | None:
    """The statement with its parameters in the places of the `?`; None where the engine had better do it.

    That is where one of them is no plain value, there are more or fewer than marks, or a mark is not surely one.
    """
    told, tokens = [_plain(value) for value in parameters], list(_TOKEN.finditer(statement))
    marks = sum(token[0] == "?" for token in tokens)
    if None in told or marks != len(told) or any(token["unsure"] for token in tokens):
        return None
    values = iter(told)
    return _TOKEN.sub(lambda token: str(next(values)) if token[0] == "?" else token[0], statement)


def _plain(value: Any) -> str | None:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() if -_LARGEST <= value <= _LARGEST:
            return f"({value})"
        case str() if _is_text(value):
            return literal(value)
        case datetime(tzinfo=tzinfo) if tzinfo is not None:
            return f"'{value.isoformat()}'::timestamptz"
    return None


def _is_text(value: str) -> bool:
    """Whether it can be in a statement, which is UTF-8 and ends at a zero."""
    try:
        return b"\0" not in value.encode()
    except UnicodeEncodeError:
        return False
