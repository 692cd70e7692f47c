import json
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.environment import Target
from mesh_platform.schema.avro.problem import SchemaInvalid
from mesh_platform.schema.table.record import read_record
from mesh_platform.schema.table.warehouse_type import warehouse_type


def record(*fields: dict[str, Any]) -> str:
    return json.dumps({"type": "record", "name": "R", "namespace": "n", "doc": "Rows.", "fields": list(fields)})


def problems(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(SchemaInvalid) as caught:
        read_record(text)
    return [(p.code, p.path, p.message) for p in caught.value.problems]


def test_a_record_becomes_columns() -> None:
    schema = read_record(
        record(
            {"name": "id", "type": "string", "doc": "Key"},
            {"name": "note", "type": ["null", "string"], "default": None, "pii": True},
            {"name": "at", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}]},
        )
    )
    assert (schema.name, schema.namespace, schema.doc) == ("R", "n", "Rows.")
    assert [(c.name, c.nullable, c.has_default, c.pii, c.is_timestamp) for c in schema.columns] == [
        ("id", False, False, None, False),
        ("note", True, True, "pii", False),
        ("at", True, False, None, True),
    ]
    assert schema.column("note") == schema.columns[1]
    assert schema.column("NOTE") is None


def nested(depth: int) -> Any:
    kind: Any = "int"
    for _ in range(depth):
        kind = {"type": "array", "items": kind}
    return kind


NO_TABLE: list[tuple[str, str, str, str]] = [
    ('"string"', "SCH008", "", "must be a record"),
    ('["null", "string"]', "SCH008", "", "must be a record"),
    (record(), "SCH008", "", "without fields"),
    (record({"name": "a", "type": ["null", "int", "string"]}), "SCH008", "a", "has others"),
    (record({"name": "a", "type": ["int", "string"]}), "SCH008", "a", "has others"),
    (record({"name": "a", "type": ["int"]}), "SCH008", "a", "has others"),
    (record({"name": "a", "type": "null"}), "SCH008", "a", "always null"),
    (record({"name": "a", "type": ["null", "n.R"]}), "SCH008", "a", "contains itself"),
    (record({"name": "a", "type": {"type": "record", "name": "E", "fields": []}}), "SCH008", "a", "without fields"),
    (record({"name": "a", "type": nested(16)}), "SCH008", "a" + "[]" * 15, "deeper than `15`"),
    (
        record({"name": "a", "type": {"type": "long", "logicalType": "timestamp-nanos"}}),
        "SCH008",
        "a",
        "timestamp-nanos",
    ),
    (record({"name": "a", "type": {"type": "bytes", "logicalType": "decimal", "precision": 39}}), "SCH008", "a", "39"),
    (record({"name": "a", "type": "int"}, {"name": "A", "type": "int"}), "SCH009", "A", "upper and lower case"),
    (record({"name": "_mesh_batch", "type": "int"}), "SCH009", "_mesh_batch", "platform's own"),
    (record({"name": "RowID", "type": "int"}), "SCH009", "RowID", "the engine's own"),
    (record({"name": "_CDC_op", "type": "int"}), "SCH009", "_CDC_op", "platform's own"),
]


@pytest.mark.parametrize(("text", "code", "path", "message"), NO_TABLE, ids=[m for *_, m in NO_TABLE])
def test_what_cannot_be_a_table_says_why(text: str, code: str, path: str, message: str) -> None:
    (found,) = problems(text)
    assert found[:2] == (code, path)
    assert message in found[2]


def test_a_depth_that_is_allowed_is_a_table() -> None:
    schema = read_record(record({"name": "a", "type": nested(14)}))
    assert warehouse_type(schema.columns[0], Target.DUCKDB) == "INTEGER" + "[]" * 14


def test_a_problem_inside_an_inner_record_has_its_own_line() -> None:
    text = """{"type": "record", "name": "R", "fields": [
  {"name": "order", "type": ["null", {"type": "record", "name": "O", "fields": [
    {"name": "items", "type": {"type": "array", "items": {"type": "record", "name": "I", "fields": [
      {"name": "price", "type": "int"},
      {"name": "PRICE", "type": "int"}
    ]}}}
  ]}]}
]}"""
    with pytest.raises(SchemaInvalid) as caught:
        read_record(text)
    assert [(p.path, p.line, p.column) for p in caught.value.problems] == [("order.items[].PRICE", 5, 7)]


def test_records_that_grow_by_doubling_are_refused_in_time() -> None:
    kind: Any = {"type": "record", "name": "R0", "fields": [{"name": "x", "type": "int"}]}
    fields = [{"name": "f0", "type": kind}]
    for n in range(1, 40):
        inner = [{"name": "a", "type": f"n.R{n - 1}"}, {"name": "b", "type": f"n.R{n - 1}"}]
        fields.append({"name": f"f{n}", "type": {"type": "record", "name": f"R{n}", "fields": inner}})
    assert {code for code, _, _ in problems(record(*fields))} == {"SCH008"}


NAMES = st.sampled_from([f"c{n}" for n in range(30)])
LEAVES = st.sampled_from(
    [
        *({"type": name} for name in ("boolean", "int", "long", "float", "double", "bytes", "string")),
        {"type": "int", "logicalType": "date"},
        {"type": "long", "logicalType": "timestamp-micros"},
        {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 4},
        {"type": "string", "logicalType": "uuid"},
    ]
)
KINDS = st.recursive(
    LEAVES,
    lambda inner: (
        inner.map(lambda k: {"type": "array", "items": k})
        | inner.map(lambda k: {"type": "map", "values": k})
        | inner.map(lambda k: {"type": "array", "items": ["null", k]})
    ),
    max_leaves=5,
)
FIELDS = st.lists(st.tuples(NAMES, KINDS, st.booleans()), min_size=1, max_size=8, unique_by=lambda f: f[0])


@settings(max_examples=150)
@given(FIELDS)
def test_every_legal_table_is_read_and_other_readers_of_avro_agree(fields: list[tuple[str, Any, bool]]) -> None:
    text = record(*({"name": n, "type": ["null", k] if nullable else k} for n, k, nullable in fields))
    schema = read_record(text)
    assert [(c.name, c.nullable) for c in schema.columns] == [(n, nullable) for n, _, nullable in fields]
    assert all(warehouse_type(c, target) for c in schema.columns for target in Target)
    fastavro.parse_schema(json.loads(text))
