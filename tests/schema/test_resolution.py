import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import fastavro
import fastavro.utils
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mesh_platform.schema.avro.parse import Reading, read_avro
from mesh_platform.schema.evolution.comparison import compare
from mesh_platform.schema.evolution.resolution import can_read
from tests.schema.avro_schemas import changed, record


def reading(schema: Any) -> Reading:
    return read_avro(json.dumps(schema))


def reads(reader: Any, writer: Any) -> bool:
    return can_read(reading(reader), reading(writer))


def rec(*fields: Any, name: str = "R", **more: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields), **more}


def enum(*symbols: str, name: str = "E", **more: Any) -> dict[str, Any]:
    return {"type": "enum", "name": name, "symbols": list(symbols), **more}


def fixed(size: int, name: str = "F", **more: Any) -> dict[str, Any]:
    return {"type": "fixed", "name": name, "size": size, **more}


def decimal(precision: int, scale: int) -> dict[str, Any]:
    return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}


A = {"name": "a", "type": "int"}
NODE = rec({"name": "value", "type": "int"}, {"name": "next", "type": ["null", "R"]})
WIDE_NODE = rec({"name": "value", "type": "long"}, {"name": "next", "type": ["null", "R"]})

CASES: list[tuple[str, Any, Any, bool]] = [
    ("int reads int", "int", "int", True),
    ("long reads int", "long", "int", True),
    ("int reads no long", "int", "long", False),
    ("float reads long", "float", "long", True),
    ("double reads int", "double", "int", True),
    ("float reads no double", "float", "double", False),
    ("string reads bytes", "string", "bytes", True),
    ("bytes reads string", "bytes", "string", True),
    ("string reads no int", "string", "int", False),
    ("logical types play no part", {"type": "long", "logicalType": "timestamp-micros"}, "long", True),
    ("a date reads a plain int", {"type": "int", "logicalType": "date"}, "int", True),
    ("scale plays no part", *(decimal(9, scale) for scale in (2, 4)), True),
    ("a union reads one of its types", ["null", "long"], "int", True),
    ("a type reads a union of what it reads", "long", ["int", "long"], True),
    ("a type reads no union with a stranger", "long", ["int", "string"], False),
    ("a wider union", ["null", "int", "string"], ["string", "null"], True),
    ("a narrower union", ["null", "int"], ["null", "int", "string"], False),
    ("null reads null only", "null", ["null"], True),
    ("an array of wider items", {"type": "array", "items": "long"}, {"type": "array", "items": "int"}, True),
    ("a map is no array", {"type": "map", "values": "int"}, {"type": "array", "items": "int"}, False),
    ("a fixed of the size", fixed(4), fixed(4), True),
    ("a fixed of another size", fixed(4), fixed(8), False),
    ("a fixed of another name", fixed(4, "G"), fixed(4), False),
    ("bytes read no fixed", "bytes", fixed(4), False),
    ("a fixed that had the name", fixed(4, "G", aliases=["F"]), fixed(4), True),
    ("an enum with more symbols", enum("A", "B"), enum("A"), True),
    ("an enum with fewer symbols", enum("A"), enum("A", "B"), False),
    ("an enum that falls back", enum("A", default="A"), enum("A", "B"), True),
    ("the fallback of the writer is of no use", enum("A"), enum("A", "B", default="A"), False),
    ("an enum of another name", enum("A", name="G"), enum("A"), False),
    ("a field without default is missing", rec(A), rec(), False),
    ("a field with default is missing", rec({**A, "default": 1}), rec(), True),
    ("a field is not wanted", rec(), rec(A), True),
    ("a field under an alias", rec({"name": "b", "type": "long", "aliases": ["a"]}), rec(A), True),
    ("the alias of the writer is of no use", rec(A), rec({"name": "b", "type": "int", "aliases": ["a"]}), False),
    ("two fields could be meant", rec({**A, "aliases": ["b"]}), rec(A, {"name": "b", "type": "int"}), False),
    ("an alias that is its own name", rec({**A, "aliases": ["a"]}), rec(A), False),
    ("another namespace", rec(A, namespace="n"), rec(A, namespace="m"), True),
    ("another name", rec(A, name="S"), rec(A), False),
    ("a name it had, in full", rec(A, name="S", namespace="n", aliases=["n.R"]), rec(A, namespace="n"), True),
    ("an alias lies in the namespace of its type", rec(A, name="S", namespace="n", aliases=["R"]), rec(A), False),
    ("a record that contains itself", WIDE_NODE, NODE, True),
    ("a record that contains itself, narrowed", NODE, WIDE_NODE, False),
    ("a record in a union is found by its name", ["null", rec(A, name="X"), rec(A, name="Y")], rec(A, name="Y"), True),
    ("a field of enum default only", rec({"name": "e", "type": enum("A", default="A")}), rec(), False),
]  # fmt: skip


@pytest.mark.parametrize(("reader", "writer", "answer"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_reads_what(reader: Any, writer: Any, answer: bool) -> None:
    assert reads(reader, writer) is answer


def pair(chance: Random) -> tuple[dict[str, Any], dict[str, Any]]:
    old = record(chance)
    return old, changed(old, chance, chance.randint(0, 4)) if chance.random() < 0.8 else record(chance)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.randoms(use_true_random=False))
def test_a_schema_reads_itself(chance: Random) -> None:
    schema = record(chance)
    assume(not reading(schema).problems)
    # an alias that is the field's own name is ambiguous, to Java as to us; SCH002 refuses it
    assert reads(schema, schema)
    assert can_read(reading(schema), read_avro(json.dumps(schema, indent=1)))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.randoms(use_true_random=False))
def test_forward_is_backward_the_other_way_round(chance: Random) -> None:
    old, new = map(reading, pair(chance))
    assume(old.legal and new.legal)
    there, back = compare(old, new), compare(new, old)
    assert (there.backward, there.forward) == (back.forward, back.backward)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.randoms(use_true_random=False))
def test_what_is_said_to_be_readable_is_read_by_another_library(chance: Random) -> None:
    old, new = pair(chance)
    assume(not reading(old).problems and not reading(new).problems and reads(new, old))
    buffer = io.BytesIO()
    try:
        writer, reader = fastavro.parse_schema(old), fastavro.parse_schema(new)
        fastavro.schemaless_writer(buffer, writer, fastavro.utils.generate_one(writer))
    except (RecursionError, ValueError, fastavro.schema.SchemaParseException, fastavro.schema.UnknownType):
        assume(False)  # a record that cannot end, or a value its generator cannot make
    buffer.seek(0)
    with contextlib.suppress(UnicodeDecodeError):  # Avro promotes bytes to string whatever they hold
        fastavro.schemaless_reader(buffer, writer, reader)


@pytest.mark.slow
def test_the_verdicts_are_those_of_the_class_that_the_registry_asks() -> None:
    pairs = [tuple(map(json.dumps, pair(Random(seed)))) for seed in range(4000)]
    pairs += [(json.dumps(writer), json.dumps(reader)) for _, reader, writer, _ in CASES]
    told = subprocess.run(
        [sys.executable, "-W", "ignore", str(Path(__file__).with_name("java_verdicts.py"))],
        input="\n".join(map(json.dumps, pairs)), capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    for (old, new), answer in zip(pairs, map(json.loads, told.stdout.splitlines()), strict=True):
        old_is_legal, new_is_legal, backward, forward = answer
        before, after = read_avro(old), read_avro(new)
        # stricter than Java, never laxer
        assert (not before.legal or old_is_legal) and (not after.legal or new_is_legal), (old, new)
        if old_is_legal and new_is_legal and before.kind and after.kind:
            assert (can_read(after, before), can_read(before, after)) == (backward, forward), (old, new)
