"""Schemas and changes of schemas, drawn from a source of chance: legal ones, and what people do to them."""

import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
LOGICAL = (
    {"type": "int", "logicalType": "date"},
    {"type": "long", "logicalType": "timestamp-millis"},
    {"type": "long", "logicalType": "timestamp-micros"},
    {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
    {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2},
    {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 4},
)
NAMES = ("A", "B", "C")
FIELDS = ("a", "b", "c", "d", "e")


def record(chance: Random, depth: int = 3) -> dict[str, Any]:
    """A legal record, nested and recursive at times."""
    made = _Maker(chance).named("record", "R", depth)
    assert isinstance(made, dict)
    return made


def changed(schema: dict[str, Any], chance: Random, times: int = 1) -> dict[str, Any]:
    """The schema after some changes; it may be legal no more."""
    new = copy.deepcopy(schema)
    for _ in range(times):
        chance.choice(CHANGES)(new, chance)
    return new


GARBAGE: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**30, "", "a-b", "\ud800", "\x1b", "int", "record", "R", "A", "n.R", ".", [], {},
    ["null"], [["int"]], {"type": "int"}, {"type": "array"}, {"type": "fixed", "name": "Z"}, {"name": "x"},
    {"type": {"type": {}}}, {"type": "null", "logicalType": "date"}, {"type": "long", "logicalType": "x"},
    {"type": "int", "logicalType": "date"}, ["null", {"type": "null", "logicalType": "date"}],
    {"type": "enum", "name": "A", "symbols": ["X"]},
    {"type": "record", "name": "A", "fields": [{"name": "a", "type": ["null", "A"]}]},
)  # fmt: skip
KEYS = (
    "type", "name", "namespace", "fields", "items", "values", "symbols", "size", "default", "aliases", "doc", "order",
    "logicalType", "precision", "scale", "pii",
)  # fmt: skip


def broken(schema: dict[str, Any], chance: Random) -> dict[str, Any]:
    """The schema with something in it that nobody meant to write."""
    new = copy.deepcopy(schema)
    place = chance.choice([value for value in _values(new) if isinstance(value, dict | list) and value])
    garbage = copy.deepcopy(chance.choice(GARBAGE))
    if isinstance(place, dict):
        place[chance.choice(KEYS)] = garbage
    else:
        place[chance.randrange(len(place))] = garbage
    return new


def _values(value: Any) -> Iterator[Any]:
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _values(inner)


class _Maker:
    """Remembers which names are defined, so that each is defined once and may be used after."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.defined: list[str] = []

    def kind(self, depth: int) -> Any:
        chance = self.chance
        word = chance.choice(
            ["primitive"] * 4 + ["logical", "enum", "fixed", "record", "array", "map", "union", "name"]
        )
        if word == "name" and self.defined:
            return chance.choice(self.defined)
        if word == "logical":
            return dict(chance.choice(LOGICAL))
        free = [n for n in NAMES if n not in self.defined]
        if word in ("enum", "fixed", "record") and free and depth > 0:
            return self.named(word, chance.choice(free), depth - 1)
        if word == "array" and depth > 0:
            return {"type": "array", "items": self.kind(depth - 1)}
        if word == "map" and depth > 0:
            return {"type": "map", "values": self.kind(depth - 1)}
        return self.union(depth) if word == "union" and depth > 0 else chance.choice(PRIMITIVES[1:])

    def union(self, depth: int) -> list[Any]:
        branches: dict[str, Any] = {}
        for _ in range(self.chance.randint(1, 3)):
            kind = self.chance.choice(["null", self.kind(0), self.kind(depth - 1)])
            if not isinstance(kind, list):
                branches.setdefault(branch_of(kind), kind)
        return list(branches.values()) or ["null", "int"]

    def named(self, word: str, name: str, depth: int) -> dict[str, Any]:
        self.defined.append(name)
        made: dict[str, Any] = {"type": word, "name": name}
        if self.chance.random() < 0.2:
            made["aliases"] = [self.chance.choice(("Old", "n.Old", "A", "n.A"))]
        if word == "enum":
            made["symbols"] = self.chance.sample(["X", "Y", "Z"], self.chance.randint(1, 3))
            if self.chance.random() < 0.4:
                made["default"] = made["symbols"][0]
        elif word == "fixed":
            made["size"] = self.chance.choice([2, 4])
        else:
            names = self.chance.sample(FIELDS, self.chance.randint(1, 4))
            made["fields"] = [self.field(name, depth) for name in names]
        return made

    def field(self, name: str, depth: int) -> dict[str, Any]:
        made = {"name": name, "type": self.kind(depth)}
        if (default := default_of(made["type"])) is not None and self.chance.random() < 0.5:
            made["default"] = default[0]
        if self.chance.random() < 0.15:
            made["aliases"] = [self.chance.choice(FIELDS)]
        return made


def branch_of(kind: Any) -> str:
    """What tells the branches of a union apart."""
    if isinstance(kind, dict):
        return str(kind.get("name", kind["type"]))
    return str(kind)


def default_of(kind: Any) -> tuple[Any] | None:
    """A default of the type; None where none is at hand."""
    if isinstance(kind, list):
        return default_of(kind[0]) if kind else None
    word = kind["type"] if isinstance(kind, dict) else kind
    if word == "enum":
        return (kind["symbols"][0],)
    plain = {"null": None, "boolean": False, "int": 1, "long": 2, "float": 0.5, "double": 1.5, "bytes": "x",
             "string": "s", "array": [], "map": {}}  # fmt: skip
    return (plain[word],) if isinstance(word, str) and word in plain else None


def records_of(schema: Any) -> Iterator[dict[str, Any]]:
    """Every record in it."""
    if isinstance(schema, list):
        for branch in schema:
            yield from records_of(branch)
    elif isinstance(schema, dict):
        if isinstance(schema.get("fields"), list):
            yield schema
            for field in schema["fields"]:
                yield from records_of(field["type"])
        for key in ("items", "values"):
            yield from records_of(schema.get(key))


def types_of(schema: Any, word: str) -> list[dict[str, Any]]:
    """Every inner type of that kind that is written as an object."""
    found = [f["type"] for r in records_of(schema) for f in r["fields"]]
    return [t for t in found if isinstance(t, dict) and t["type"] == word]


def _record(schema: Any, chance: Random) -> dict[str, Any]:
    return chance.choice(list(records_of(schema)))


def _field(schema: Any, chance: Random) -> dict[str, Any]:
    found = chance.choice([f for r in records_of(schema) for f in r["fields"]] or [{}])
    assert isinstance(found, dict)
    return found


def _add(schema: Any, chance: Random) -> None:
    field: dict[str, Any] = {
        "name": chance.choice((*FIELDS, "n1", "n2")),
        "type": chance.choice([*PRIMITIVES, ["null", "string"]]),
    }
    if chance.random() < 0.6 and (default := default_of(field["type"])):
        field["default"] = default[0]
    fields = _record(schema, chance)["fields"]
    fields.insert(chance.randint(0, len(fields)), field)


def _remove(schema: Any, chance: Random) -> None:
    fields = _record(schema, chance)["fields"]
    if fields:
        fields.pop(chance.randrange(len(fields)))


def _rename(schema: Any, chance: Random) -> None:
    field = _field(schema, chance)
    if field:
        old, field["name"] = field["name"], f"{field['name']}_new"
        if chance.random() < 0.5:
            field["aliases"] = [old]


def _retype(schema: Any, chance: Random) -> None:
    field = _field(schema, chance)
    if field:
        field["type"] = chance.choice([*PRIMITIVES, *map(dict, LOGICAL), ["null", "int"], ["int", "string"]])
        field.pop("default", None)


def _nullable(schema: Any, chance: Random) -> None:
    field = _field(schema, chance)
    if field and not isinstance(field["type"], list) and field["type"] != "null":
        field["type"] = ["null", field["type"]] if chance.random() < 0.5 else [field["type"], "null"]
        field.pop("default", None)


def _default(schema: Any, chance: Random) -> None:
    field = _field(schema, chance)
    if field and field.pop("default", 0) == 0:
        field["default"] = chance.choice([None, 0, 1, "s", True, 1.5, [], {}, "X"])


def _shuffle(schema: Any, chance: Random) -> None:
    # a name stays defined before it is used only where no name is used
    made = _record(schema, chance)
    if not any("name" in json.dumps(f["type"]) or f["type"] in NAMES for f in made["fields"]):
        chance.shuffle(made["fields"])


def _symbols(schema: Any, chance: Random) -> None:
    for enum in types_of(schema, "enum")[:1]:
        enum["symbols"] = chance.sample(["X", "Y", "Z", "W"], chance.randint(1, 4))
        if "default" in enum:
            enum["default"] = enum["symbols"][0]


def _type_name(schema: Any, chance: Random) -> None:
    record = _record(schema, chance)
    if chance.random() < 0.5:
        record["namespace"] = "n"
    else:
        record["aliases"], record["name"] = [record["name"]], "Renamed"


def _size(schema: Any, chance: Random) -> None:
    for fixed in types_of(schema, "fixed")[:1]:
        fixed["size"] = chance.choice([2, 4, 8])


def _doc(schema: Any, chance: Random) -> None:
    chance.choice([_record, _field])(schema, chance)["doc"] = chance.choice("pqr")


CHANGES: tuple[Callable[[Any, Random], None], ...] = (
    _add, _remove, _rename, _retype, _nullable, _default, _shuffle, _symbols, _type_name, _size, _doc,
)  # fmt: skip
