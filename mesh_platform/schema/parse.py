"""An avsc as a value: Avro's own rules, all of them strict, every problem with its place."""

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final

from mesh_platform.schema.avro_type import (
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
from mesh_platform.schema.default import fits
from mesh_platform.schema.json_text import read_json
from mesh_platform.schema.logical_type import logical_problem
from mesh_platform.schema.name import PRIMITIVES, check_aliases, full_name, is_name
from mesh_platform.schema.notes import At, Broken, Notes, short
from mesh_platform.schema.problem import SchemaInvalid

COMPLEX: Final = ("record", "enum", "array", "map", "fixed")
ORDERS: Final = ("ascending", "descending", "ignore")
_MAX_DEPTH: Final = 120
"""JSON values below each other: far beyond any use, well within any reader."""


@lru_cache(maxsize=8192)
def parse_avro(text: str) -> AvroType:
    """The type an avsc defines; raises SchemaInvalid with every problem."""
    schema, notes = read_json(text), Notes()
    try:
        kind = _type(schema, At(), notes)
    except Broken:
        raise SchemaInvalid(notes.placed(text)) from None
    if notes.problems:
        raise SchemaInvalid(notes.placed(text))
    return kind


def _type(schema: Any, at: At, notes: Notes) -> AvroType:
    if at.depth > _MAX_DEPTH:
        raise notes.broken("SCH003", at, "types nest too deeply")
    match schema:
        case str():
            return _reference(schema, at, notes)
        case list():
            return _union(schema, at, notes)
        case dict():
            return _object(schema, at, notes)
    raise notes.broken("SCH003", at, f"`{short(schema)}` is no type; a type is a name, a list or an object")


def _reference(name: str, at: At, notes: Notes) -> AvroType:
    if name in PRIMITIVES:
        return Primitive(name)
    for full in (f"{at.namespace}.{name}", name) if at.namespace and "." not in name else (name,):
        if full in notes.names:
            found = notes.names[full]
            if found is None:
                raise Broken
            return found
    close = get_close_matches(name, [*PRIMITIVES, *notes.names], 1)
    hint = f"; did you mean `{close[0]}`?" if close else ""
    if name in COMPLEX:
        hint = f'; write it as an object: `{{"type": "{name}", …}}`'
    raise notes.broken("SCH003", at, f"`{short(name)}` is no type that is defined before this line{hint}")


def _object(schema: dict[str, Any], at: At, notes: Notes) -> AvroType:
    match schema.get("type"):
        case "record":
            return _record(schema, at, notes)
        case "enum":
            return _enum(schema, at, notes)
        case "fixed":
            return _fixed(schema, at, notes)
        case "array":
            return Array(_inner("items", schema, at.named(f"{at.path}[]"), notes))
        case "map":
            return Map(_inner("values", schema, at.named(f"{at.path}{{}}"), notes))
        case str(name):
            return _primitive(schema, name, at, notes)
        case None:
            raise notes.broken("SCH003", at, "`type` is missing")
    raise notes.broken("SCH003", at.into("type"), "the `type` of a type must be a name; unwrap the inner type")


def _inner(key: str, schema: dict[str, Any], at: At, notes: Notes) -> AvroType:
    if key not in schema:
        raise notes.broken("SCH003", at, f"`{key}` is missing")
    return _type(schema[key], at.into(key), notes)


def _primitive(schema: dict[str, Any], name: str, at: At, notes: Notes) -> AvroType:
    base = _reference(name, at.into("type"), notes)
    if "logicalType" not in schema or not isinstance(base, Primitive):
        return base
    if wrong := logical_problem(name, None, schema):
        raise notes.broken("SCH005", at.into("logicalType"), wrong)
    return Primitive(name, schema["logicalType"], schema.get("precision"), schema.get("scale", 0))


def _union(schema: list[Any], at: At, notes: Notes) -> AvroType:
    if not schema:
        raise notes.broken("SCH007", at, "a union needs at least one type")
    branches: list[AvroType] = []
    for index, branch in enumerate(schema):
        here = at.into(index)
        try:
            if isinstance(branch, list):
                raise notes.broken("SCH007", here, "a union inside a union")
            kind = _type(branch, here, notes)
        except Broken:
            continue
        if _branch(kind) in map(_branch, branches):
            notes.wrong("SCH007", here, f"the union has `{_branch(kind)}` twice, so a value of it would be ambiguous")
        branches.append(kind)
    if len(branches) < len(schema):
        raise Broken
    return Union(tuple(branches))


def _branch(kind: AvroType) -> str:
    """What tells a union's types apart: their names, logical types left aside."""
    return kind.name if isinstance(kind, Primitive | Fixed | Enum | Record | Recursive) else type(kind).__name__.lower()


def _record(schema: dict[str, Any], at: At, notes: Notes) -> AvroType:
    name = full_name(schema, at, notes)
    with notes.defining(name, Recursive(name)):
        fields = schema.get("fields")
        if not isinstance(fields, list):
            raise notes.broken("SCH003", at.into("fields"), "a record needs `fields`, a list")
        parsed = list(_fields(fields, replace(at, namespace=name.rpartition(".")[0]), notes))
        if len(parsed) < len(fields):
            raise Broken
        record = Record(name, tuple(parsed), _doc(schema, at, notes))
    notes.names[name] = record
    return record


def _fields(fields: list[Any], at: At, notes: Notes) -> Iterator[Field]:
    """Every field that can be read; what is wrong with the others is noted."""
    names: set[str] = set()
    for index, entry in enumerate(fields):
        here = at.into("fields", index)
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not is_name(name):
            notes.wrong("SCH002", here, f"`{short(name or entry)}` is no legal field name")
            continue
        if name in names:
            notes.wrong("SCH002", here.field(name), "the field is defined twice")
        names.add(name)
        try:
            yield _field(entry, name, here.field(name), notes)
        except Broken:
            continue


def _field(entry: dict[str, Any], name: str, at: At, notes: Notes) -> Field:
    if "type" not in entry:
        raise notes.broken("SCH003", at, "`type` is missing")
    if entry.get("order", "ascending") not in ORDERS:
        notes.wrong("SCH003", at.into("order"), f"`order` is `{short(entry['order'])}`; it must be one of {ORDERS}")
    check_aliases(entry, at, notes)
    kind = _type(entry["type"], at.into("type"), notes)
    default, has_default = entry.get("default"), "default" in entry
    if has_default and not fits(default, kind):
        first = " (a union's default is of its first type)" if isinstance(kind, Union) else ""
        notes.wrong("SCH004", at.into("default"), f"the default `{short(default)}` is no value of its type{first}")
    doc, pii = _doc(entry, at, notes), _pii(entry, at, notes)
    return Field(name, kind, doc, default, has_default, pii, entry.get("pii") is False)


def _pii(entry: dict[str, Any], at: At, notes: Notes) -> str | None:
    mark = entry.get("pii", False)
    if isinstance(mark, bool):
        return "pii" if mark else None
    if isinstance(mark, str) and mark.strip():
        return mark.strip()
    notes.wrong("SCH010", at.into("pii"), f"`pii` is `{short(mark)}`; it must be `true` or the class of the data")
    return "pii"


def _doc(schema: dict[str, Any], at: At, notes: Notes) -> str:
    doc = schema.get("doc", "")
    if not isinstance(doc, str):
        notes.wrong("SCH003", at.into("doc"), "`doc` must be text")
    return str(doc)


def _enum(schema: dict[str, Any], at: At, notes: Notes) -> AvroType:
    name = full_name(schema, at, notes)
    with notes.defining(name):
        symbols, default = schema.get("symbols"), schema.get("default")
        if not isinstance(symbols, list) or not symbols or not all(isinstance(s, str) for s in symbols):
            raise notes.broken("SCH006", at.into("symbols"), "an enum needs `symbols`, a list with at least one name")
        for index, symbol in enumerate(symbols):
            if not is_name(symbol):
                notes.wrong("SCH006", at.into("symbols", index), f"`{short(symbol)}` is no legal symbol")
            elif symbol in symbols[:index]:
                notes.wrong("SCH006", at.into("symbols", index), f"the symbol `{symbol}` is listed twice")
        if "default" in schema and default not in symbols:
            raise notes.broken("SCH006", at.into("default"), f"the default `{short(default)}` is none of the symbols")
        _doc(schema, at, notes)
    notes.names[name] = Enum(name, tuple(symbols), default)
    return Enum(name, tuple(symbols), default)


def _fixed(schema: dict[str, Any], at: At, notes: Notes) -> AvroType:
    name = full_name(schema, at, notes)
    with notes.defining(name):
        size = schema.get("size")
        if type(size) is not int or size < 0:
            raise notes.broken("SCH003", at.into("size"), f"`size` is `{short(size)}`; a fixed needs a number of bytes")
        if "logicalType" in schema and (wrong := logical_problem("fixed", size, schema)):
            raise notes.broken("SCH005", at.into("logicalType"), wrong)
    kind = Fixed(name, size, schema.get("logicalType"), schema.get("precision"), schema.get("scale", 0))
    notes.names[name] = kind
    return kind
