"""The types that hold no others and have a name: enum and fixed."""

from typing import Any, Final

from mesh_platform.schema.avro.avro_type import Enum, Fixed
from mesh_platform.schema.avro.logical_type import logical_of, logical_problem
from mesh_platform.schema.avro.name import full_name, is_name, type_aliases
from mesh_platform.schema.avro.notes import At, Notes, as_json, short, short_json

MAX_SIZE: Final = 2**31
"""Of a fixed, in bytes: Java's parser takes no more."""


def enum_type(schema: dict[str, Any], at: At, notes: Notes) -> Enum:
    """The enum that this object defines; raises Broken where it defines none."""
    name = full_name(schema, at, notes)
    with notes.defining(name):
        symbols, default = schema.get("symbols"), schema.get("default")
        if not isinstance(symbols, list) or not symbols or not all(isinstance(s, str) for s in symbols):
            raise notes.broken("SCH006", at.into("symbols"), "an enum needs `symbols`, a list with at least one name")
        _check_symbols(symbols, at, notes)
        if "default" in schema and default not in symbols:
            # Java's parser reads a null as if nothing were written
            message = f"the default `{short_json(default)}` is none of the symbols"
            notes.wrong("SCH006", at.into("default"), message, avro=default is not None)
            default = None
        doc, aliases = doc_of(schema, at, notes), type_aliases(schema, name, at, notes)
    notes.names[name] = kind = Enum(name, tuple(symbols), default, doc, aliases)
    return kind


def _check_symbols(symbols: list[str], at: At, notes: Notes) -> None:
    seen: set[str] = set()
    for index, symbol in enumerate(symbols):
        if not is_name(symbol):
            notes.wrong("SCH006", at.into("symbols", index), f"`{short(symbol)}` is no legal symbol")
        elif symbol in seen:
            notes.wrong("SCH006", at.into("symbols", index), f"the symbol `{symbol}` is listed twice")
        seen.add(symbol)


def fixed_type(schema: dict[str, Any], at: At, notes: Notes) -> Fixed:
    """The fixed that this object defines; raises Broken where it defines none."""
    name = full_name(schema, at, notes)
    with notes.defining(name):
        size = schema.get("size")
        if type(size) is not int or not 0 <= size < MAX_SIZE:
            raise notes.broken("SCH003", at.into("size"), f"`size` is `{short(size)}`; a fixed needs a number of bytes")
        if "logicalType" in schema and (wrong := logical_problem("fixed", size, schema)):
            notes.wrong("SCH005", at.into("logicalType"), wrong, avro=False)
        doc, aliases = doc_of(schema, at, notes), type_aliases(schema, name, at, notes)
    notes.names[name] = kind = Fixed(name, size, *logical_of("fixed", size, schema), doc, aliases)
    return kind


def doc_of(schema: dict[str, Any], at: At, notes: Notes) -> str:
    """What is said about a type or a field."""
    doc = schema.get("doc", "")
    if not isinstance(doc, str):
        notes.wrong("SCH003", at.into("doc"), "`doc` must be text", avro=False)
    return doc if isinstance(doc, str) else as_json(doc)
