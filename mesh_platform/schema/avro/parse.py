"""An avsc as a value: Avro's own rules, all of them strict, every problem with its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from mesh_platform.manifest.message import did_you_mean
from mesh_platform.schema.avro.avro_type import (
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
from mesh_platform.schema.avro.default import fits
from mesh_platform.schema.avro.height import MAX_HEIGHT, check_height
from mesh_platform.schema.avro.json_text import read_json
from mesh_platform.schema.avro.leaf_type import doc_of, enum_type, fixed_type
from mesh_platform.schema.avro.logical_type import logical_of, logical_problem
from mesh_platform.schema.avro.name import (
    PRIMITIVES,
    check_field_aliases,
    check_type_aliases,
    field_aliases,
    full_name,
    is_name,
    type_aliases,
)
from mesh_platform.schema.avro.notes import At, Broken, Notes, short, short_json
from mesh_platform.schema.avro.plain_field import recalled, remember
from mesh_platform.schema.avro.problem import SchemaInvalid, SchemaProblem

COMPLEX: Final = ("record", "enum", "array", "map", "fixed")
_PRIMITIVES: Final = {name: Primitive(name) for name in PRIMITIVES}
ORDERS: Final = ("ascending", "descending", "ignore")
_ORDERS_SHOWN: Final = " or ".join(f"`{order}`" for order in ORDERS)
_NO: Final = frozenset(
    {"no", "none", "non", "not", "false", "n", "f", "nil", "null", "off", "never", "n/a", "na", "0", "-"}
)
_YES: Final = frozenset({"yes", "true", "y", "t", "on", "1"})
_MAX_DEPTH: Final = 120
"""JSON values below each other: far beyond any use, well within any reader."""
_HINTS: Final = 20
_MAX_BRANCHES: Final = 500
"""Of one union: each is held against each."""


@dataclass(frozen=True)
class Reading:
    """What an avsc says, as far as it says anything."""

    kind: AvroType | None
    """None where a part of it is no type at all."""
    records: Mapping[str, Record] = field(default_factory=dict)
    """Full name → record, so that a record that contains itself can be followed."""
    problems: tuple[SchemaProblem, ...] = ()

    @property
    def legal(self) -> bool:
        """Whether it is Avro; what Avro lets pass and a contract should not is left to the policies."""
        return not any(problem.avro for problem in self.problems)


def parse_avro(text: str) -> AvroType:
    """The type an avsc defines; raises SchemaInvalid with every problem."""
    reading = read_avro(text)
    if reading.problems or reading.kind is None:
        raise SchemaInvalid(reading.problems)
    return reading.kind


@lru_cache(maxsize=8192)
def read_avro(text: str) -> Reading:
    """What an avsc says and what is wrong with it; raises SchemaInvalid only for a text that is no strict JSON."""
    # every record, array and map is written once: with few braces no types nest deeply, used by their names or not
    schema, notes = read_json(text), Notes(flat=text.count("{") <= MAX_HEIGHT)
    try:
        kind = _type(schema, At(), notes)
    except Broken:
        return Reading(None, {}, notes.placed(text))
    if notes.aliases:
        check_type_aliases(notes)
    return Reading(kind, notes.records(), notes.placed(text) if notes.problems else ())


def read_sound(schema: Any, braces: int) -> Reading | None:
    """What a JSON value from a text of so many opening braces says as an avsc; None if anything is wrong with it, for
    it takes the text to say where."""
    notes = Notes(flat=braces <= MAX_HEIGHT)
    try:
        kind = _type(schema, At(), notes)
    except Broken:
        return None
    if notes.aliases:
        check_type_aliases(notes)
    return None if notes.problems else Reading(kind, notes.records())


def _type(schema: Any, at: At, notes: Notes) -> AvroType:
    if at.depth > _MAX_DEPTH:
        raise notes.broken("SCH003", at, "types nest too deeply")
    if isinstance(schema, str):
        return _reference(schema, at, notes)
    if isinstance(schema, dict):
        return _object(schema, at, notes)
    if isinstance(schema, list):
        return _union(schema, at, notes)
    raise notes.broken("SCH003", at, f"`{short(schema)}` is no type; a type is a name, a list or an object")


def _reference(name: str, at: At, notes: Notes) -> AvroType:
    if name in _PRIMITIVES:
        return _PRIMITIVES[name]
    for full in (f"{at.namespace}.{name}", name) if at.namespace and "." not in name else (name,):
        if full in notes.names:
            found = notes.names[full]
            if found is None:
                raise Broken
            return found
    # comparing names is slow, and after the first few mistakes nobody reads the hints
    hint = did_you_mean(name, [*PRIMITIVES, *notes.names]) if len(notes.problems) < _HINTS else ""
    if name in COMPLEX:
        hint = f'; write it as an object: `{{"type": "{name}", …}}`'
    if name == "error":
        hint = "; an `error` is what a protocol raises, and data is a `record`"
    raise notes.broken("SCH003", at, f"`{short(name)}` is no type that is defined before this line{hint}")


def _object(schema: dict[str, Any], at: At, notes: Notes) -> AvroType:
    match schema.get("type"):
        case "record":
            return _record(schema, at, notes)
        case "enum":
            return enum_type(schema, at, notes)
        case "fixed":
            return fixed_type(schema, at, notes)
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
        notes.wrong("SCH005", at.into("logicalType"), wrong, avro=False)
    return Primitive(name, *logical_of(name, None, schema))


def _union(schema: list[Any], at: At, notes: Notes) -> AvroType:
    if not schema:
        raise notes.broken("SCH007", at, "a union needs at least one type")
    if len(schema) > _MAX_BRANCHES:
        raise notes.broken("SCH007", at, f"a union of `{len(schema)}` types; at most `{_MAX_BRANCHES}` are read")
    branches: dict[int, AvroType] = {}
    names: set[str] = set()
    for index, branch in enumerate(schema):
        here = at.into(index)
        try:
            if isinstance(branch, list):
                raise notes.broken("SCH007", here, "a union inside a union")
            kind = _type(branch, here, notes)
        except Broken:
            continue
        if _branch(kind) in names:
            notes.wrong("SCH007", here, f"the union has `{_branch(kind)}` twice, so a value of it would be ambiguous")
        names.add(_branch(kind))
        branches[index] = kind
    if len(branches) < len(schema):
        raise Broken
    return Union(tuple(branches.values()))


def _branch(kind: AvroType) -> str:
    """What tells a union's types apart: their names, logical types left aside."""
    return kind.name if isinstance(kind, Primitive | Fixed | Enum | Record | Recursive) else type(kind).__name__.lower()


def _record(schema: dict[str, Any], at: At, notes: Notes) -> AvroType:
    name = full_name(schema, at, notes)
    with notes.defining(name, Recursive(name)):
        fields = schema.get("fields")
        if not isinstance(fields, list):
            raise notes.broken("SCH003", at.into("fields"), "a record needs `fields`, a list")
        parsed = list(_fields(fields, at.within(name.rpartition(".")[0]), notes))
        if len(parsed) < len(fields):
            raise Broken
        if not notes.flat:
            check_height(name, parsed, at, notes)
        record = Record(name, tuple(parsed), doc_of(schema, at, notes), type_aliases(schema, name, at, notes))
    notes.names[name] = record
    return record


def _fields(fields: list[Any], at: At, notes: Notes) -> Iterator[Field]:
    """Every field that can be read; what is wrong with the others is noted."""
    names: set[str] = set()
    aliased = False
    for index, entry in enumerate(fields):
        key, known = recalled(entry)
        if known is not None and known.name not in names:
            names.add(known.name)
            aliased = aliased or bool(known.aliases)
            yield known
            continue
        aliased, before = aliased or b"aliases" in key, len(notes.problems)
        found = _checked_field(entry, names, at.into("fields", index), notes)
        if found is not None:
            if len(notes.problems) == before:
                remember(key, entry, found)
            yield found
    if aliased:
        check_field_aliases(fields, at, notes)


def _checked_field(entry: Any, names: set[str], here: At, notes: Notes) -> Field | None:
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str):
        shown = short(entry if name is None else name)
        notes.wrong("SCH002", here, f"`{shown}` is no legal field name")
        return None
    if not (legal := is_name(name)):
        notes.wrong("SCH002", here, f"`{short(name)}` is no legal field name")
    elif name in names:
        notes.wrong("SCH002", here.field(name), "the field is defined twice")
    names.add(name)
    try:
        return _field(entry, name, here.field(name) if legal else here, notes)
    except Broken:
        return None


def _field(entry: dict[str, Any], name: str, at: At, notes: Notes) -> Field:
    if "type" not in entry:
        raise notes.broken("SCH003", at, "`type` is missing")
    if (order := entry.get("order", "ascending")) not in ORDERS:
        notes.wrong("SCH003", at.into("order"), f"`order` is `{short(order)}`; it must be {_ORDERS_SHOWN}")
        order = "ascending"
    kind = _type(entry["type"], at.into("type"), notes)
    default, has_default = entry.get("default"), "default" in entry
    if has_default and not fits(default, kind):
        first = " (a union's default is of its first type)" if isinstance(kind, Union) else ""
        notes.wrong("SCH004", at.into("default"), f"the default `{short_json(default)}` is no value of its type{first}")
    doc, pii, aliases = doc_of(entry, at, notes), _pii(entry, at, notes), field_aliases(entry, at, notes)
    return Field(name, kind, doc, default, has_default, pii, aliases, order, entry.get("pii") is False)


def _pii(entry: dict[str, Any], at: At, notes: Notes) -> str | None:
    mark = entry.get("pii", False)
    if isinstance(mark, bool):
        return "pii" if mark else None
    if isinstance(mark, str) and mark.strip() and mark.strip().lower() not in (_NO | _YES):
        return mark.strip()
    message = f"`pii` is `{short(mark)}`; it must be `true` or the class of the data"
    if isinstance(mark, str) and mark.strip():
        meant = "false" if mark.strip().lower() in _NO else "true"
        message = f"`pii` is the text `{short(mark)}`, which is no class of data; write `{meant}`, without quotes"
    notes.wrong("SCH010", at.into("pii"), message, avro=False)
    return "pii"
