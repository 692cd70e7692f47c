"""A type and a default in words short enough for a message."""

from typing import Final

from mesh_platform.schema.avro.avro_type import (
    NULL,
    Array,
    AvroType,
    Enum,
    Field,
    Fixed,
    Map,
    Primitive,
    Record,
    Recursive,
    Union,
)
from mesh_platform.schema.avro.notes import short, short_json

_FEW: Final = 5


def spelled(kind: AvroType) -> str:
    """`timestamp-micros (long)`, `array of record Item`, `string or null`."""
    return short(_words(kind))


def spelled_default(field: Field) -> str:
    """The default as JSON; `no default` where there is none."""
    return short_json(field.default) if field.has_default else "no default"


def spelled_doc(doc: str) -> str:
    """The words in backticks, cut short; `nothing` where there are none."""
    return f"`{short(doc)}`" if doc.strip() else "nothing"


def listed(words: list[str] | tuple[str, ...]) -> str:
    """The first few words in backticks, and how many more there are."""
    more = f" and {len(words) - _FEW} more" if len(words) > _FEW else ""
    return ", ".join(f"`{short(word)}`" for word in words[:_FEW]) + more


def _words(kind: AvroType) -> str:
    match kind:
        case Primitive():
            return f"{_logical(kind)} ({kind.name})" if kind.logical else kind.name
        case Fixed():
            held = f"fixed {kind.name} of {kind.size} bytes"
            return f"{_logical(kind)} ({held})" if kind.logical else held
        case Enum():
            return f"enum {kind.name}"
        case Array():
            return f"array of {_words(kind.items)}"
        case Map():
            return f"map of {_words(kind.values)}"
        case Union():
            shown = sorted(kind.branches[:_FEW], key=lambda branch: branch == NULL)
            return " or ".join(map(_words, shown)) + (" or …" if len(kind.branches) > _FEW else "")
        case Record() | Recursive():
            return f"record {kind.name}"


def _logical(kind: Primitive | Fixed) -> str:
    return f"decimal({kind.precision}, {kind.scale})" if kind.logical == "decimal" else str(kind.logical)
