import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.schema.avro.avro_type import Array, Enum, Fixed, Map, Primitive, Record, Recursive, Union
from mesh_platform.schema.avro.parse import parse_avro, read_avro
from mesh_platform.schema.avro.problem import SchemaInvalid, SchemaProblem


def problems(schema: Any) -> list[SchemaProblem]:
    text = schema if isinstance(schema, str) else json.dumps(schema, indent=1)
    with pytest.raises(SchemaInvalid) as caught:
        parse_avro(text)
    return list(caught.value.problems)


def with_field(kind: Any, **attributes: Any) -> dict[str, Any]:
    return {"type": "record", "name": "R", "fields": [{"name": "f", "type": kind, **attributes}]}


def field_type(kind: Any, **attributes: Any) -> Any:
    record = parse_avro(json.dumps(with_field(kind, **attributes)))
    assert isinstance(record, Record)
    return record.fields[0].type


def test_every_kind_of_type() -> None:
    assert field_type("long") == Primitive("long")
    assert field_type({"type": "long"}) == Primitive("long")
    assert field_type({"type": "long", "logicalType": "timestamp-micros"}) == Primitive("long", "timestamp-micros")
    assert field_type({"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}) == Primitive(
        "bytes", "decimal", 9, 2
    )
    assert field_type({"type": "fixed", "name": "F", "size": 16}) == Fixed("F", 16)
    assert field_type({"type": "enum", "name": "E", "symbols": ["A", "B"], "default": "A"}) == Enum(
        "E", ("A", "B"), "A"
    )
    assert field_type({"type": "array", "items": "int"}) == Array(Primitive("int"))
    assert field_type({"type": "map", "values": ["null", "int"]}) == Map(Union((Primitive("null"), Primitive("int"))))


def test_names_are_resolved_in_their_namespaces() -> None:
    inner = {
        "type": "record",
        "name": "other.Inner",
        "fields": [{"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A"]}}],
    }
    fields = [{"name": "a", "type": inner}, {"name": "b", "type": "other.E"}, {"name": "c", "type": "Outer2"}]
    outer2 = {"name": "z", "type": {"type": "fixed", "name": "Outer2", "size": 1}}
    record = parse_avro(
        json.dumps({"type": "record", "name": "Outer", "namespace": "mine", "fields": [outer2, *fields]})
    )
    assert isinstance(record, Record)
    assert record.name == "mine.Outer"
    assert [getattr(f.type, "name", "") for f in record.fields] == [
        "mine.Outer2",
        "other.Inner",
        "other.E",
        "mine.Outer2",
    ]


def test_a_record_may_contain_itself() -> None:
    kind = field_type(["null", "R"])
    assert kind == Union((Primitive("null"), Recursive("R")))


def test_attributes_of_a_field_are_kept() -> None:
    schema = with_field(
        ["null", "string"], default=None, doc="Why.", pii="email", order="ignore", aliases=["g"], extra=[1]
    )
    record = parse_avro(json.dumps(schema))
    assert isinstance(record, Record)
    field = record.fields[0]
    assert (field.doc, field.default, field.has_default, field.pii) == ("Why.", None, True, "email")


@pytest.mark.parametrize(("mark", "pii"), [(True, "pii"), (False, None), ("phone", "phone"), (" ip ", "ip")])
def test_personal_data_is_marked_by_a_class_or_by_true(mark: Any, pii: str | None) -> None:
    record = parse_avro(json.dumps(with_field("string", pii=mark)))
    assert isinstance(record, Record)
    assert record.fields[0].pii == pii


WRONG: list[tuple[Any, str, str]] = [
    ("", "SCH001", "is not JSON"),
    ("{'type': 'int'}", "SCH001", "is not JSON"),
    ('{"type": "int", "type": "long"}', "SCH001", "`type` is written twice"),
    ('{"type": "record", "name": "R", "fields": [], "x": NaN}', "SCH001", "`NaN` is no JSON number"),
    ("[" * 100_000, "SCH001", "is not JSON"),
    ("[" * 300 + "]" * 300, "SCH001", "nests deeper"),
    ('{"a": ' + "9" * 5000 + "}", "SCH001", "is not JSON"),
    (with_field("str"), "SCH003", "did you mean `string`?"),
    (with_field("record"), "SCH003", "write it as an object"),
    (with_field(7), "SCH003", "`7` is no type"),
    (with_field(None), "SCH003", "`null` is no type"),
    (with_field({}), "SCH003", "`type` is missing"),
    (with_field({"type": {"type": "int"}}), "SCH003", "unwrap"),
    (with_field({"type": ["null", "int"]}), "SCH003", "unwrap"),
    (with_field({"type": "array"}), "SCH003", "`items` is missing"),
    (with_field({"type": "map", "items": "int"}), "SCH003", "`values` is missing"),
    (with_field({"type": "fixed", "name": "F", "size": "8"}), "SCH003", "`size` is `8`"),
    (with_field({"type": "fixed", "name": "F", "size": True}), "SCH003", "`size` is `true`"),
    (with_field({"type": "record", "name": "Q"}), "SCH003", "needs `fields`"),
    (with_field("int", order="up"), "SCH003", "`order` is `up`"),
    (with_field("int", doc=3), "SCH003", "`doc` must be text"),
    ({"type": "record", "name": "R", "fields": [{"name": "f"}]}, "SCH003", "`type` is missing"),
    ({"type": "record", "fields": []}, "SCH002", "needs a `name`"),
    ({"type": "record", "name": "", "fields": []}, "SCH002", "needs a `name`"),
    ({"type": "record", "name": "a-b", "fields": []}, "SCH002", "no legal name"),
    ({"type": "record", "name": "a..b", "fields": []}, "SCH002", "no legal name"),
    ({"type": "record", "name": "R", "namespace": "1.x", "fields": []}, "SCH002", "no legal name"),
    ({"type": "record", "name": "R", "namespace": 3, "fields": []}, "SCH002", "must be text"),
    ({"type": "record", "name": "string", "fields": []}, "SCH002", "primitive type"),
    ({"type": "record", "name": "R", "fields": [{"name": "1a", "type": "int"}]}, "SCH002", "no legal field name"),
    ({"type": "record", "name": "R", "fields": ["a"]}, "SCH002", "no legal field name"),
    ({"type": "record", "name": "R", "fields": [{"name": "a", "type": "int"}] * 2}, "SCH002", "defined twice"),
    ({"type": "record", "name": "R", "aliases": "S", "fields": []}, "SCH002", "must be a list"),
    (with_field("int", aliases=["a b"]), "SCH002", "no legal name"),
    (with_field({"type": "fixed", "name": "R", "size": 1}), "SCH002", "`R` is defined twice"),
    (with_field("int", default="1"), "SCH004", '`"1"` is no value'),
    (with_field("int", default=True), "SCH004", "no value"),
    (with_field("int", default=1.0), "SCH004", "no value"),
    (with_field("int", default=2**31), "SCH004", "no value"),
    (with_field("long", default=2**63), "SCH004", "no value"),
    (with_field("string", default=None), "SCH004", "no value"),
    (with_field("boolean", default=0), "SCH004", "no value"),
    (with_field("double", default="1.0"), "SCH004", "no value"),
    (with_field("bytes", default="€"), "SCH004", "no value"),
    (with_field({"type": "fixed", "name": "F", "size": 2}, default="abc"), "SCH004", "no value"),
    (with_field(["null", "string"], default="x"), "SCH004", "first type"),
    (with_field(["string", "null"], default=None), "SCH004", "first type"),
    (with_field({"type": "enum", "name": "E", "symbols": ["A"]}, default="B"), "SCH004", "no value"),
    (with_field({"type": "array", "items": "int"}, default=[1, "2"]), "SCH004", "no value"),
    (with_field({"type": "map", "values": "int"}, default=[]), "SCH004", "no value"),
    (
        with_field({"type": "record", "name": "Q", "fields": [{"name": "q", "type": "int"}]}, default={}),
        "SCH004",
        "no value",
    ),
    (with_field({"type": "string", "logicalType": "date"}), "SCH005", "stands on `int`, not on `string`"),
    (with_field({"type": "int", "logicalType": "timestamp-micros"}), "SCH005", "stands on `long`"),
    (with_field({"type": "long", "logicalType": "timestamp-micro"}), "SCH005", "did you mean `timestamp-micros`?"),
    (with_field({"type": "long", "logicalType": 3}), "SCH005", "must be text"),
    (with_field({"type": "bytes", "logicalType": "decimal"}), "SCH005", "`precision` is missing"),
    (with_field({"type": "bytes", "logicalType": "decimal", "precision": 0}), "SCH005", "`precision` is `0`"),
    (with_field({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 5}), "SCH005", "`scale` is `5`"),
    (
        with_field({"type": "fixed", "name": "F", "size": 2, "logicalType": "decimal", "precision": 5}),
        "SCH005",
        "at most `4` digits",
    ),
    (with_field({"type": "fixed", "name": "F", "size": 8, "logicalType": "duration"}), "SCH005", "fixed of `12` bytes"),
    (with_field({"type": "fixed", "name": "F", "size": 8, "logicalType": "uuid"}), "SCH005", "fixed of `16` bytes"),
    (with_field({"type": "enum", "name": "E", "symbols": []}), "SCH006", "at least one"),
    (with_field({"type": "enum", "name": "E", "symbols": "A"}), "SCH006", "a list"),
    (with_field({"type": "enum", "name": "E", "symbols": ["A", 1]}), "SCH006", "a list"),
    (with_field({"type": "enum", "name": "E", "symbols": ["A", "A"]}), "SCH006", "listed twice"),
    (with_field({"type": "enum", "name": "E", "symbols": ["A-B"]}), "SCH006", "no legal symbol"),
    (with_field({"type": "enum", "name": "E", "symbols": ["A"], "default": "B"}), "SCH006", "none of the symbols"),
    (with_field([]), "SCH007", "at least one type"),
    (with_field(["null", ["int"]]), "SCH007", "a union inside a union"),
    (with_field(["int", "int"]), "SCH007", "has `int` twice"),
    (with_field(["int", {"type": "int", "logicalType": "date"}]), "SCH007", "has `int` twice"),
    (with_field([{"type": "map", "values": "int"}, {"type": "map", "values": "string"}]), "SCH007", "has `map` twice"),
    (with_field("string", pii=3), "SCH010", "`pii` is `3`"),
    (with_field("string", pii=""), "SCH010", "`pii` is"),
    (with_field("string", pii="no"), "SCH010", "write `false`, without quotes"),
    (with_field("string", pii=" None "), "SCH010", "write `false`, without quotes"),
    (with_field("string", pii="False"), "SCH010", "write `false`, without quotes"),
    (with_field("string", pii="true"), "SCH010", "write `true`, without quotes"),
    ({"type": "record", "name": "string", "namespace": "x", "fields": []}, "SCH002", "primitive type"),
    ({"type": "record", "name": "x.long", "fields": []}, "SCH002", "primitive type"),
    ({"type": "record", "name": "R", "namespace": "a-b", "fields": []}, "SCH002", "no legal name"),
    ({"type": "record", "name": "R", "namespace": "a.", "fields": []}, "SCH002", "no legal name"),
    ({"type": "record", "name": "R", "namespace": None, "fields": []}, "SCH002", "leave it out"),
    ({"type": "record", "name": "Ré", "fields": []}, "SCH002", "no legal name"),
    ({"type": "record", "name": "R", "aliases": ["a..b"], "fields": []}, "SCH002", "no legal name"),
    (with_field("int", aliases=["a.b"]), "SCH002", "no legal name"),
    (with_field("int", aliases=["f"]), "SCH002", "taken by a field"),
    (with_field("int", aliases=["a", "a"]), "SCH002", "taken by a field"),
    (with_field("int", aliases=[1]), "SCH002", "no legal name"),
    ({**with_field("int"), "aliases": ["R"]}, "SCH002", "taken by a type"),
    ({**with_field({"type": "fixed", "name": "F", "size": 1}), "aliases": ["F"]}, "SCH002", "taken by a type"),
    ({**with_field({"type": "fixed", "name": "F", "size": 1, "aliases": ["S"]}), "aliases": ["S"]}, "SCH002", "taken"),
    (with_field({"type": "fixed", "name": "F", "size": 2**31}), "SCH003", "`size` is"),
    (with_field({"type": "fixed", "name": "F", "size": -1}), "SCH003", "`size` is"),
    (with_field({"type": "error", "name": "X", "fields": []}), "SCH003", "no type that is defined"),
    (with_field("double", default=10**400), "SCH004", "no value"),
    (
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": "double", "default": 1e999}]}',
        "SCH004",
        "1e999",
    ),
    (with_field("float", default=1e39), "SCH004", "no value"),
    (with_field("string", default="\ud800"), "SCH004", "no value"),
    (with_field("R", default={}), "SCH004", "no value"),
    (with_field(["null", "int"], default=0), "SCH004", "first type"),
    (with_field({"type": "map", "values": "int"}, default={"a": "1"}), "SCH004", "no value"),
    (with_field({"type": "enum", "name": "E", "symbols": ["A"], "default": None}), "SCH006", "none of the symbols"),
    (with_field(["R", "R"]), "SCH007", "has `R` twice"),
    (with_field([{"type": "fixed", "name": "X", "size": 1}, "X"]), "SCH007", "has `X` twice"),
]


@pytest.mark.parametrize(("schema", "code", "message"), WRONG, ids=[f"{c}-{m}" for _, c, m in WRONG])
def test_what_is_not_avro_is_refused_with_a_reason(schema: Any, code: str, message: str) -> None:
    found = problems(schema)
    assert [p.code for p in found] == [code]
    assert message in found[0].message


LEGAL: list[Any] = [
    with_field([{"type": "enum", "name": "a.E", "symbols": ["A"]}, {"type": "enum", "name": "b.E", "symbols": ["A"]}]),
    with_field(["null"], default=None),
    with_field({"type": "fixed", "name": "F", "size": 0}),
    with_field("double", default=1),
    with_field("bytes", default="\xff"),
    with_field({"type": "record", "name": "Q", "fields": [{"name": "q", "type": "int", "default": 1}]}, default={}),
    with_field({"type": "array", "items": "R"}, default=[]),
    {"type": "record", "name": "enum", "fields": []},
    ["null", "int"],
]


@pytest.mark.parametrize("schema", LEGAL)
def test_what_is_avro_is_read(schema: Any) -> None:
    assert parse_avro(json.dumps(schema)) is not None


CONTRACT_ONLY: list[Any] = [
    with_field("int", doc=3),
    with_field("int", pii=3),
    with_field("int", aliases=["f"]),
    with_field({"type": "long", "logicalType": "date"}),
    with_field({"type": "fixed", "name": "F", "size": 2, "logicalType": "decimal", "precision": 9}),
]


@pytest.mark.parametrize("schema", CONTRACT_ONLY)
def test_what_avro_lets_pass_is_a_problem_and_still_avro(schema: Any) -> None:
    assert problems(schema)
    reading = read_avro(json.dumps(schema))
    assert reading.legal
    assert reading.kind is not None


def test_a_name_that_is_defined_without_a_namespace_is_found_in_one() -> None:
    enum = {"type": "enum", "name": "E", "namespace": "", "symbols": ["A"]}
    fields = [{"name": "a", "type": enum}, {"name": "b", "type": "E"}]
    record = parse_avro(json.dumps({"type": "record", "name": "n.R", "fields": fields}))
    assert isinstance(record, Record)
    assert record.fields[1].type == Enum("E", ("A",))


def test_aliases_are_kept_those_of_types_with_their_namespace() -> None:
    fixed = {"type": "fixed", "name": "F", "size": 1, "aliases": ["G", "m.H"]}
    schema = {**with_field(fixed, aliases=["g"]), "namespace": "n", "aliases": ["Old"]}
    record = parse_avro(json.dumps(schema))
    assert isinstance(record, Record)
    kind = record.fields[0].type
    assert isinstance(kind, Fixed)
    assert (record.aliases, record.fields[0].aliases, kind.aliases) == (("n.Old",), ("g",), ("n.G", "m.H"))


def test_fields_that_many_schemas_share_are_read_once_and_mean_the_same() -> None:
    first, second = (parse_avro(json.dumps(with_field("int", doc="shared"), indent=i)) for i in (1, 2))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.fields[0] is second.fields[0]
    one, other = (parse_avro(json.dumps(with_field("double", default=d))) for d in (1, 1.0))
    assert isinstance(one, Record)
    assert isinstance(other, Record)
    assert (type(one.fields[0].default), type(other.fields[0].default)) == (int, float)


def test_a_thousand_mistakes_in_a_long_file_are_found_at_once() -> None:
    fields = [{"name": f"f{n}", "type": "int", "default": "x"} for n in range(5000)]
    text = json.dumps({"type": "record", "name": "R", "fields": fields}, indent=1)
    started = time.process_time()
    assert [p.line for p in problems(text)] == [8 + 5 * n for n in range(5000)]
    assert time.process_time() - started < 2


def test_every_problem_is_found_with_its_path_and_line() -> None:
    text = """{
  "type": "record", "name": "R",
  "fields": [
    {"name": "order", "type": {"type": "record", "name": "Order", "fields": [
      {"name": "items", "type": {"type": "array", "items": {"type": "record", "name": "Item", "fields": [
        {"name": "price", "type": "money"},
        {"name": "count", "type": "int", "default": "1"}
      ]}}}
    ]}},
    {"name": "a b", "type": "int"},
    {"name": "when", "type": {"type": "int",
      "logicalType": "time-micros"}}
  ]
}"""
    assert [(p.code, p.path, p.line, p.column) for p in problems(text)] == [
        ("SCH003", "order.items[].price", 6, 27),
        ("SCH004", "order.items[].count", 7, 42),
        ("SCH002", "", 10, 5),
        ("SCH005", "when", 12, 7),
    ]


def test_a_broken_type_is_complained_of_once_and_not_by_its_readers() -> None:
    fields = [{"name": "a", "type": {"type": "enum", "name": "E", "symbols": []}}, {"name": "b", "type": "E"}]
    assert [p.code for p in problems({"type": "record", "name": "R", "fields": fields})] == ["SCH006"]


def test_text_of_the_schema_cannot_write_to_a_terminal() -> None:
    assert "\x1b" not in problems(with_field("\x1b[31m"))[0].message


@settings(max_examples=300)
@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_no_text_fails_otherwise(text: str) -> None:
    try:
        parse_avro(text)
    except SchemaInvalid as invalid:
        assert invalid.problems


WORDS = st.sampled_from(
    ["null", "int", "string", "record", "array", "map", "enum", "fixed", "R", "f", "decimal", "date", "A"]
)
KEYS = st.sampled_from(["type", "name", "fields", "items", "values", "symbols", "size", "default", "logicalType",
                        "precision", "scale", "namespace", "aliases", "doc", "order", "pii"])  # fmt: skip
SCHEMAS = st.recursive(
    WORDS | st.none() | st.booleans() | st.integers(-2, 20) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=250)
@given(SCHEMAS)
def test_no_json_fails_otherwise_and_every_problem_has_a_place(schema: Any) -> None:
    for candidate in (schema, with_field(schema)):
        try:
            parse_avro(json.dumps(candidate))
        except SchemaInvalid as invalid:
            assert all(p.line >= 1 and p.column >= 1 and p.message for p in invalid.problems)


def test_an_error_of_a_protocol_is_told_what_it_is() -> None:
    (problem,) = read_avro('{"type": "error", "name": "E", "fields": []}').problems
    assert problem.message.endswith("; an `error` is what a protocol raises, and data is a `record`")
