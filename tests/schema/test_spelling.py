"""What a message shows of a schema is spelled as the file spells it: JSON, and never the words of Python."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from mesh_platform.schema.avro.parse import read_avro
from mesh_platform.schema.avro.problem import SchemaInvalid, SchemaUnreadable
from mesh_platform.schema.evolution.difference import differences
from mesh_platform.schema.table.record import read_record

ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    1,
    1.5,
    {},
    {"a": True},
    [None, True],
    [{"a": None}],
    -1,
    float("inf"),
)
PYTHON: Final = re.compile(r"\b(None|True|False|inf|nan|dict|tuple|NoneType|Infinity)\b|(?<!\w)'|<[A-Z]")
SCHEMA: Final[dict[str, Any]] = {
    "type": "record",
    "name": "R",
    "namespace": "a.b",
    "doc": "x",
    "aliases": ["Q"],
    "fields": [
        {"name": "a", "type": "string", "default": "x", "doc": "d", "pii": True, "aliases": ["z"], "order": "ignore"},
        {"name": "c", "type": {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}},
        {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"], "default": "A"}},
        {"name": "f", "type": {"type": "fixed", "name": "F", "size": 4}},
        {"name": "u", "type": ["null", {"type": "array", "items": "int"}], "default": None},
        {"name": "m", "type": {"type": "map", "values": "int"}, "default": {"a": 1}},
    ],
}


def places(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inside in steps:
        yield (*place, step)
        yield from places(inside, (*place, step))


def put(place: tuple[str | int, ...], odd: Any) -> str:
    schema = json.loads(json.dumps(SCHEMA))
    parent = schema
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = odd
    return json.dumps(schema).replace("Infinity", "1e999")


def messages(text: str) -> Iterator[str]:
    try:
        read_record(text)
        old, new = read_avro(json.dumps(SCHEMA)), read_avro(text)
        yield from (c.message for pair in ((old, new), (new, old)) for c in differences(*pair))
    except (SchemaInvalid, SchemaUnreadable) as wrong:
        yield from (problem.message for problem in wrong.problems)


@pytest.mark.parametrize("place", list(places(SCHEMA)), ids=lambda place: ".".join(map(str, place)))
def test_an_odd_value_anywhere_is_shown_as_the_file_has_it(place: tuple[str | int, ...]) -> None:
    shown = [message for odd in ODD for message in messages(put(place, odd))]
    assert [m for m in shown if PYTHON.search(m)] == []


def test_a_text_is_told_from_a_value_that_is_none() -> None:
    (text,) = messages(put(("fields", 5, "default"), "null"))
    (value,) = messages(put(("fields", 5, "default"), None))
    assert ('`"null"`' in text, "`null`" in value) == (True, True)
