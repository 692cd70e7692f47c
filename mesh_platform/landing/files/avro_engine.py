"""Avro containers that the engine reads itself, many times as fast as record by record; only where it tells the same.

What differs is left to the other reader: floats and times have other texts, unions of several types and maps another
shape, bytes another encoding. The engine stops at what it cannot decode and says nothing, so records are counted.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from mesh_platform.warehouse.sql import identifier, literal

_ALIKE: Final = {"null", "boolean", "int", "long", "string"}
_LARGEST_BLOCK: Final = 1 << 20
"""Bytes when expanded: what a record could become as text, and what the engine holds at a time, follow from it."""
_LARGEST_SCHEMA: Final = 64 << 10
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_FILE: Final = "filename"
"""The engine's own column."""


@dataclass(frozen=True)
class Container:
    """A container that is whole, and that the engine may read as it is."""

    fields: tuple[str, ...]
    schema: str
    """As JSON; containers of one schema are read together."""
    records: int


def container(schema: Any, records: int, largest_block: int) -> Container | None:
    """None where the engine is not the reader for it: it tells something otherwise, or too much could come of it."""
    text = json.dumps(schema, sort_keys=True)
    if len(text) > _LARGEST_SCHEMA or largest_block > _LARGEST_BLOCK or '"array"' in text or not is_read_alike(schema):
        return None
    fields = tuple(f["name"] for f in schema["fields"])
    legal = all(_NAME.fullmatch(name) and name.lower() != _FILE for name in fields)
    return Container(fields, text, records) if legal else None


def selects(containers: Mapping[str, Container]) -> Iterator[str]:
    """SQL for the lines of each schema's containers, whose paths end in their numbers: `_mesh_file`, `_mesh_line`."""
    for _, group in groupby(sorted(containers.items(), key=lambda c: (c[1].schema, c[0])), key=lambda c: c[1].schema):
        read = dict(group)
        fields = next(iter(read.values())).fields
        record = ", ".join(f"{literal(name)}: {identifier(name)}" for name in fields)
        yield (
            f"select cast(parse_filename({_FILE}, true) as integer) as _mesh_file,"
            f" to_json({{{record}}})::varchar as _mesh_line"
            f" from read_avro([{', '.join(map(literal, map(_exact, read)))}], filename = true)"
        )


def _exact(path: str) -> str:
    """The engine takes a name for a pattern, even where there is a file of that name."""
    return re.sub(r"([*?[])", r"[\1]", path)


def is_read_alike(schema: Any) -> bool:
    """Whether every value of the schema has the same text from both readers."""
    return isinstance(schema, Mapping) and schema.get("type") == "record" and _is_alike(schema, {})


def _is_alike(kind: Any, named: dict[str, bool]) -> bool:
    """A name stands for what was defined before it; within its own definition it is a recursion."""
    match kind:
        case str():
            return kind in _ALIKE or named.get(kind, False)
        case [*branches]:
            return len([b for b in branches if b != "null"]) == 1 and all(_is_alike(b, named) for b in branches)
        case {"logicalType": _}:
            return False
        case {"type": "record", "name": name, "fields": fields}:
            keys = {f["name"].lower() for f in fields}
            alike = bool(fields) and len(keys) == len(fields) and all(_is_alike(f["type"], named) for f in fields)
            return _define(kind, name, named, alike)
        case {"type": "enum", "name": name}:
            return _define(kind, name, named, alike=True)
        case {"type": "array", "items": items}:
            return _is_alike(items, named)
        case {"type": str() as plain}:
            return plain in _ALIKE
        case {"type": nested}:
            return _is_alike(nested, named)
        case _:
            return False


def _define(kind: Mapping[str, Any], name: str, named: dict[str, bool], alike: bool) -> bool:
    """Known under its name alone; where namespaces make two of one name, neither is told apart, so neither is alike."""
    named[name] = alike and name not in named
    return named[name]
