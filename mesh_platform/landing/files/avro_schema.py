"""Whether values of a writer's schema are bounded by their bytes: what an envelope's are, and a trap's need not be."""

import json
from collections.abc import Mapping
from typing import Any, Final

from mesh_platform.landing.files.lines import Unreadable

_DEEPEST: Final = 64
_MOST_EMPTY: Final = 100
"""Values without a byte in a record; of these a header can promise any number."""
_PLAIN: Final = {"boolean", "int", "long", "float", "double", "bytes", "string"}

Least = tuple[int, int]
"""(the fewest bytes that a value takes, the most values in it that take none)."""


def read_schema(text: bytes) -> Any:
    """The schema of a container's header. Raises Unreadable for one whose values could take any depth or memory."""
    try:
        schema = json.loads(text)
        _least(schema, {}, 0)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as problem:
        raise Unreadable(f"an Avro schema that is none: {type(problem).__name__}") from problem
    return schema


def _least(kind: Any, named: dict[str, Least | None], depth: int) -> Least:
    if depth > _DEEPEST:
        raise Unreadable(f"an Avro schema of more than {_DEEPEST} levels")
    match kind:
        case "null":
            return 0, 1
        case str():
            return _of_name(kind, named)
        case [*branches]:
            return 1, max((_least(b, named, depth + 1)[1] for b in branches if b != "null"), default=0)
        case {"type": "record" | "error", "name": name, "fields": fields}:
            named[_plain(name)] = None
            known = [_least(f["type"], named, depth + 1) for f in fields]
            least = sum(n for n, _ in known)
            return _define(name, named, (least, sum(n for _, n in known) + (not least)))
        case {"type": "fixed", "name": name, "size": int() as size}:
            return _define(name, named, (size, int(size == 0)))
        case {"type": "enum", "name": name}:
            return _define(name, named, (1, 0))
        case {"type": "array", "items": items}:
            least, empty = _least(items, named, depth + 1)
            if not least:
                raise Unreadable("an Avro schema with an array of what takes no bytes")
            return 1, empty
        case {"type": "map", "values": values}:
            return 1, _least(values, named, depth + 1)[1]
        case Mapping():
            return _least(kind["type"], named, depth + 1)
        case _:
            raise TypeError


def _of_name(name: str, named: Mapping[str, Least | None]) -> Least:
    if name in _PLAIN:
        return 1, 0
    known = named[_plain(name)]
    if known is None:
        raise Unreadable("an Avro schema of a record within itself, which no change record is")
    return known


def _define(name: str, named: dict[str, Least | None], least: Least) -> Least:
    """Where namespaces make two of one name, it stands for the one of which less is certain."""
    if least[1] > _MOST_EMPTY:
        raise Unreadable(f"an Avro schema with more than {_MOST_EMPTY} values that take no bytes")
    before = named.get(_plain(name)) or least
    named[_plain(name)] = min(before[0], least[0]), max(before[1], least[1])
    return least


def _plain(name: str) -> str:
    """Without its namespace."""
    return name.rpartition(".")[2]
