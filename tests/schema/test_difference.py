"""Every kind of change, with its place and its price; names of fields are `f`, `g`, …, of the record `R`."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mesh_platform.schema.avro.parse import read_avro
from mesh_platform.schema.evolution.change_kind import KINDS, Bump
from mesh_platform.schema.evolution.comparison import Comparison, compare
from mesh_platform.schema.evolution.difference import MAX_CHANGES
from tests.schema.avro_schemas import changed, record, records_of

MICROS = {"type": "long", "logicalType": "timestamp-micros"}
MILLIS = {"type": "long", "logicalType": "timestamp-millis"}
DATE = {"type": "int", "logicalType": "date"}


def rec(*fields: Any, name: str = "R", **more: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields), **more}


def f(kind: Any, name: str = "f", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


def enum(*symbols: str, name: str = "E", **more: Any) -> dict[str, Any]:
    return {"type": "enum", "name": name, "symbols": list(symbols), **more}


def fixed(size: int, name: str = "F", **more: Any) -> dict[str, Any]:
    return {"type": "fixed", "name": name, "size": size, **more}


def decimal(precision: int, scale: int = 0, **base: Any) -> dict[str, Any]:
    return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale, **base}


def array(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


def mapped(values: Any) -> dict[str, Any]:
    return {"type": "map", "values": values}


def compared(old: Any, new: Any) -> Comparison:
    return compare(read_avro(json.dumps(old)), read_avro(json.dumps(new)))


def node(kind: str) -> dict[str, Any]:
    return rec(f(kind, "value"), f(["null", "R"], "next", default=None))


STRINGY = f("string", "g")


def deep(price: str) -> dict[str, Any]:
    item = rec(f(price, "price"), name="Item")
    return rec(f(rec(f(array(["null", mapped(["null", item])]), "items"), name="Order"), "order"))


def shared(amount: str) -> dict[str, Any]:
    return rec(f(rec(f(amount, "amount"), name="Money"), "total"), f("Money", "refund"))


YES, NO = True, False
CASES: list[tuple[str, Any, Any, list[tuple[str, str]], str, bool, bool]] = [
    # what, old, new, changes as (code, path), bump, backward, forward
    ("nothing", rec(f("int")), rec(f("int")), [], "none", YES, YES),
    ("spelling only", rec(f("int")), rec(f({"type": "int"})), [], "none", YES, YES),
    ("attributes that are nobody's", rec(f("int")), rec(f("int", connect="x")), [], "none", YES, YES),
    ("a name with its namespace", rec(f("int"), name="n.R"), rec(f("int"), namespace="n"), [], "none", YES, YES),
    # removed, renamed
    ("a field removed", rec(f("int"), STRINGY), rec(STRINGY), [("SCH101", "f")], "forbidden", YES, NO),
    ("a field with default removed", rec(f("int", default=1)), rec(), [("SCH101", "f")], "forbidden", YES, YES),
    ("a field renamed", rec(f("int")), rec(f("int", "g")), [("SCH101", "f"), ("SCH103", "g")], "forbidden", NO, NO),
    ("renamed with an alias", rec(f("int")), rec(f("int", "g", aliases=["f"])),
     [("SCH102", "f")], "forbidden", YES, NO),
    ("renamed in case only", rec(f("int")), rec(f("int", "F")), [("SCH102", "f")], "forbidden", NO, NO),
    ("renamed and widened", rec(f("int")), rec(f("long", "g", aliases=["f"])), [("SCH102", "f"), ("SCH122", "f")],
     "forbidden", YES, NO),
    ("an alias of what stays is no rename", rec(f("int")), rec(f("int"), f("int", "g", aliases=["f"], default=1)),
     [("SCH121", "g")], "minor", YES, YES),
    # added
    ("a nullable field with default", rec(), rec(f(["null", "int"], default=None)),
     [("SCH121", "f")], "minor", YES, YES),
    ("a required field with default", rec(), rec(f("int", default=0)), [("SCH121", "f")], "minor", YES, YES),
    ("a required field without", rec(), rec(f("int")), [("SCH103", "f")], "forbidden", NO, YES),
    ("a nullable field without", rec(), rec(f(["null", "int"])), [("SCH103", "f")], "forbidden", NO, YES),
    ("a field in the middle", rec(f("int"), STRINGY), rec(f("int"), f("int", "h", default=0), STRINGY),
     [("SCH121", "h")], "minor", YES, YES),
    # types
    ("int to long", rec(f("int")), rec(f("long")), [("SCH122", "f")], "minor", YES, NO),
    ("float to double", rec(f("float")), rec(f("double")), [("SCH122", "f")], "minor", YES, NO),
    ("long to int", rec(f("long")), rec(f("int")), [("SCH105", "f")], "forbidden", NO, YES),
    ("double to float", rec(f("double")), rec(f("float")), [("SCH105", "f")], "forbidden", NO, YES),
    ("int to double is exact no more", rec(f("int")), rec(f("double")), [("SCH104", "f")], "forbidden", YES, NO),
    ("long to double loses", rec(f("long")), rec(f("double")), [("SCH104", "f")], "forbidden", YES, NO),
    ("string to bytes", rec(f("string")), rec(f("bytes")), [("SCH104", "f")], "forbidden", YES, YES),
    ("string to int", rec(f("string")), rec(f("int")), [("SCH104", "f")], "forbidden", NO, NO),
    ("enum to string", rec(f(enum("A"))), rec(f("string")), [("SCH104", "f")], "forbidden", NO, NO),
    ("record to map", rec(f(rec(name="Q"))), rec(f(mapped("int"))), [("SCH104", "f")], "forbidden", NO, NO),
    ("one to many", rec(f("int")), rec(f(array("int"))), [("SCH104", "f")], "forbidden", NO, NO),
    ("a default that had to follow its type", rec(f("int", default=1)), rec(f("string", default="1")),
     [("SCH104", "f"), ("SCH123", "f")], "forbidden", NO, NO),
    # nullability
    ("null allowed", rec(f("int")), rec(f(["null", "int"])), [("SCH106", "f")], "forbidden", YES, NO),
    ("null no more", rec(f(["null", "int"])), rec(f("int")), [("SCH106", "f")], "forbidden", NO, YES),
    ("null allowed and widened", rec(f("int")), rec(f(["null", "long"])), [("SCH106", "f"), ("SCH122", "f")],
     "forbidden", YES, NO),
    ("null items", rec(f(array("int"))), rec(f(array(["null", "int"]))), [("SCH106", "f[]")], "forbidden", YES, NO),
    ("nullable and wider", rec(f(["null", "int"])), rec(f(["null", "long"])), [("SCH122", "f")], "minor", YES, NO),
    ("null in last place", rec(f(["null", "int"])), rec(f(["int", "null"])), [("SCH132", "f")], "patch", YES, YES),
    # logical types
    ("millis to micros", rec(f(MILLIS)), rec(f(MICROS)), [("SCH107", "f")], "forbidden", YES, YES),
    ("a unit given", rec(f("long")), rec(f(MICROS)), [("SCH107", "f")], "forbidden", YES, YES),
    ("a unit taken away", rec(f(DATE)), rec(f("int")), [("SCH107", "f")], "forbidden", YES, YES),
    ("a date to a timestamp", rec(f(DATE)), rec(f(MICROS)), [("SCH107", "f")], "forbidden", YES, NO),
    ("a date to a string", rec(f(DATE)), rec(f("string")), [("SCH104", "f")], "forbidden", NO, NO),
    ("local to UTC", rec(f({"type": "long", "logicalType": "local-timestamp-micros"})), rec(f(MICROS)),
     [("SCH107", "f")], "forbidden", YES, YES),
    ("a string to a uuid", rec(f("string")), rec(f({"type": "string", "logicalType": "uuid"})), [("SCH107", "f")],
     "forbidden", YES, YES),
    ("more digits", rec(f(decimal(9, 2))), rec(f(decimal(12, 2))), [("SCH122", "f")], "minor", YES, YES),
    ("fewer digits", rec(f(decimal(12, 2))), rec(f(decimal(9, 2))), [("SCH105", "f")], "forbidden", YES, YES),
    ("another scale", rec(f(decimal(9, 2))), rec(f(decimal(12, 4))), [("SCH107", "f")], "forbidden", YES, YES),
    ("a decimal of bytes to one of fixed", rec(f(decimal(9))), rec(f(decimal(9, type="fixed", name="F", size=8))),
     [("SCH104", "f")], "forbidden", NO, NO),
    ("more digits in a fixed", rec(f(decimal(9, type="fixed", name="F", size=8))),
     rec(f(decimal(12, type="fixed", name="F", size=8))), [("SCH122", "f")], "minor", YES, YES),
    # to Avro, a date on a long is a long
    ("a logical type that cannot be", rec(f(DATE)), rec(f({"type": "long", "logicalType": "date"})),
     [("SCH104", "f")], "forbidden", YES, NO),
    ("a logical type of one's own, changed", rec(f({"type": "long", "logicalType": "money-cents"})),
     rec(f({"type": "long", "logicalType": "money-euros"})), [("SCH107", "f")], "forbidden", YES, YES),
    ("a decimal without its precision is bytes", rec(f(decimal(9, 2))),
     rec(f({"type": "bytes", "logicalType": "decimal"})), [("SCH107", "f")], "forbidden", YES, YES),
    ("a fixed that is a decimal no more", rec(f(decimal(9, type="fixed", name="F", size=8))), rec(f(fixed(8))),
     [("SCH107", "f")], "forbidden", YES, YES),
    ("null in other words", rec(f("null")), rec(f({"type": "null", "logicalType": "date"})), [], "none", YES, YES),
    ("null with a meaning of one's own", rec(f("null")), rec(f({"type": "null", "logicalType": "never"})), [], "none",
     YES, YES),
    # unions of several types
    ("a type joins", rec(f(["int", "string"])), rec(f(["int", "string", "bytes"])),
     [("SCH108", "f")], "forbidden", YES, YES),
    ("a type leaves", rec(f(["int", "string", "boolean"])), rec(f(["int", "string"])), [("SCH108", "f")], "forbidden",
     NO, YES),
    ("one type to several", rec(f("int")), rec(f(["int", "boolean"])), [("SCH108", "f")], "forbidden", YES, NO),
    ("null joins two", rec(f(["int", "string"])), rec(f(["null", "int", "string"])),
     [("SCH106", "f")], "forbidden", YES, NO),
    ("a type is widened", rec(f(["int", "string"])), rec(f(["long", "string"])), [("SCH122", "f")], "minor", YES, NO),
    ("types in another order", rec(f(["int", "string"])), rec(f(["string", "int"])),
     [("SCH132", "f")], "patch", YES, YES),
    ("a union of one", rec(f("int")), rec(f(["int"])), [("SCH132", "f")], "patch", YES, YES),
    ("a record in a union", rec(f(["null", "int", rec(f("int", "g"), name="Q")])),
     rec(f(["null", "int", rec(f("long", "g"), name="Q")])), [("SCH122", "f.g")], "minor", YES, NO),
    ("null to a type", rec(f("null")), rec(f(["null", "int"])), [("SCH108", "f")], "forbidden", YES, NO),
    # names
    ("the event renamed", rec(f("int")), rec(f("int"), name="S"), [("SCH111", "")], "major", NO, NO),
    ("the event renamed with an alias", rec(f("int")), rec(f("int"), name="S", aliases=["R"]), [("SCH111", "")],
     "major", YES, NO),
    ("the event moved", rec(f("int"), namespace="n"), rec(f("int"), namespace="m"),
     [("SCH111", "")], "major", YES, YES),
    ("an inner record renamed", rec(f(rec(name="Q"))), rec(f(rec(name="P"))), [("SCH111", "f")], "major", NO, NO),
    ("an enum renamed", rec(f(enum("A"))), rec(f(enum("A", name="G"))), [("SCH111", "f")], "major", NO, NO),
    ("a fixed renamed", rec(f(fixed(4))), rec(f(fixed(4, "G"))), [("SCH111", "f")], "major", NO, NO),
    ("a fixed of another size", rec(f(fixed(4))), rec(f(fixed(8))), [("SCH104", "f")], "forbidden", NO, NO),
    # enums
    ("a symbol added", rec(f(enum("A"))), rec(f(enum("A", "B"))), [("SCH124", "f")], "minor", YES, NO),
    ("a symbol added, with a fallback", rec(f(enum("A", default="A"))), rec(f(enum("A", "B", default="A"))),
     [("SCH124", "f")], "minor", YES, YES),
    ("a symbol removed", rec(f(enum("A", "B"))), rec(f(enum("A"))), [("SCH112", "f")], "major", NO, YES),
    ("a symbol renamed", rec(f(enum("A", "B"))), rec(f(enum("A", "C"))),
     [("SCH112", "f"), ("SCH124", "f")], "major", NO, NO),
    ("symbols in another order", rec(f(enum("A", "B"))), rec(f(enum("B", "A"))), [("SCH132", "f")], "patch", YES, YES),
    ("another fallback", rec(f(enum("A", default="A"))), rec(f(enum("A"))), [("SCH123", "f")], "minor", YES, YES),
    # defaults, order, words
    ("a default added", rec(f("int")), rec(f("int", default=0)), [("SCH123", "f")], "minor", YES, YES),
    ("a default changed", rec(f("int", default=0)), rec(f("int", default=1)), [("SCH123", "f")], "minor", YES, YES),
    ("a default removed", rec(f("int", default=0)), rec(f("int")), [("SCH123", "f")], "minor", YES, YES),
    ("a default of null is one", rec(f(["null", "int"])), rec(f(["null", "int"], default=None)), [("SCH123", "f")],
     "minor", YES, YES),
    ("the same default otherwise written", rec(f("double", default=1)), rec(f("double", default=1.0)),
     [], "none", YES, YES),
    ("fields in another order", rec(f("int"), STRINGY), rec(STRINGY, f("int")), [("SCH131", "")], "patch", YES, YES),
    ("the order of sorting", rec(f("int")), rec(f("int", order="ignore")), [("SCH132", "f")], "patch", YES, YES),
    ("a field's words", rec(f("int")), rec(f("int", doc="Why.")), [("SCH133", "f")], "patch", YES, YES),
    ("the record's words", rec(f("int")), rec(f("int"), doc="Why."), [("SCH133", "")], "patch", YES, YES),
    ("an enum's words", rec(f(enum("A"))), rec(f(enum("A", doc="Why."))), [("SCH133", "f")], "patch", YES, YES),
    ("an alias", rec(f("int")), rec(f("int", aliases=["g"])), [("SCH134", "f")], "patch", YES, YES),
    ("an alias of a type", rec(f(fixed(4))), rec(f(fixed(4, aliases=["G"]))), [("SCH134", "f")], "patch", YES, YES),
    ("a mark", rec(f("string")), rec(f("string", pii="email")), [("SCH135", "f")], "patch", YES, YES),
    ("an alias that is another field's name", rec(f("int"), f("int", "g")), rec(f("int", aliases=["g"]), f("int", "g")),
     [("SCH134", "f"), ("SCH113", "")], "major", NO, YES),
    ("a column twice", rec(f("int")), rec(f("int"), f("int", "F", default=1)),
     [("SCH121", "F"), ("SCH109", "F")], "forbidden", YES, YES),
    # places
    ("deep down", deep("int"), deep("long"), [("SCH122", "order.items[]{}.price")], "minor", YES, NO),
    ("a type that two fields use", shared("long"), shared("string"),
     [("SCH104", "total.amount"), ("SCH104", "refund.amount")], "forbidden", NO, NO),
    ("a record that contains itself", node("int"), node("long"), [("SCH122", "value")], "minor", YES, NO),
    ("no record at all", array("int"), array("long"), [("SCH122", "[]")], "minor", YES, NO),
    ("a record that becomes none", rec(f("int")), "string", [("SCH104", "")], "forbidden", NO, NO),
    ("moved into a record", rec(f("long", "amount"), f("string", "currency")),
     rec(f(rec(f("long", "amount"), f("string", "currency"), name="Money"), "total")),
     [("SCH101", "amount"), ("SCH101", "currency"), ("SCH103", "total")], "forbidden", NO, NO),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "changes", "bump", "backward", "forward"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_what_changed_and_what_it_takes(
    old: Any, new: Any, changes: list[tuple[str, str]], bump: str, backward: bool, forward: bool
) -> None:
    found = compared(old, new)
    assert [(c.code, c.path) for c in found.changes] == changes
    assert (found.bump.word, found.backward, found.forward, found.valid) == (bump, backward, forward, True)
    assert found.full is (backward and forward)


def test_every_code_has_a_case() -> None:
    assert {code for case in CASES for code, _ in case[3]} == set(KINDS)


def test_every_kind_says_why_whom_it_breaks_and_what_to_do() -> None:
    assert all(kind.rationale.endswith(".") and kind.breaks and not kind.fix.endswith(".") for kind in KINDS.values())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (rec(f("int")), rec(f("long")), "`f` changed from `int` to `long`"),
        (rec(f(["null", "int"])), rec(), "`f` was removed; it was `int or null`"),
        (rec(f("long")), rec(f("double")), "`f` changed from `long` to `double`: exact numbers become floating ones"),
        (rec(f(decimal(9, 2))), rec(f(decimal(9, 4))),
         "`f` changed from `decimal(9, 2) (bytes)` to `decimal(9, 4) (bytes)`"),
        (rec(f(enum("A"))), rec(f(enum("A", "B", "C"))), "`f` has gained the symbols `B`, `C`"),
        (rec(name="n.R"), rec(name="n.S"), "the schema has the type `n.S`, called `n.R` before"),
        (rec(f("int", default=1)), rec(f("int")), "`f` has the default `no default` instead of `1`"),
    ],
)  # fmt: skip
def test_messages_name_the_old_and_the_new(old: Any, new: Any, message: str) -> None:
    assert [c.message for c in compared(old, new).changes] == [message]


INVALID: list[tuple[Any, str]] = [
    (rec(f("int"), f("int")), "SCH002"),
    (rec(f("int", "1a")), "SCH002"),
    (rec(f("int"), name="a-b"), "SCH002"),
    (rec(f("int", default="x")), "SCH004"),
    (rec(f(["null", "int"], default=0)), "SCH004"),
    (rec(f(enum("A", "A"))), "SCH006"),
    (rec(f(["int", "int"])), "SCH007"),
    (rec(f(["null", ["int"]])), "SCH007"),
    (rec(f("nothing")), "SCH003"),
]


@pytest.mark.parametrize(("new", "code"), INVALID)
def test_nothing_can_read_or_be_read_by_what_is_no_avro(new: Any, code: str) -> None:
    found = compared(rec(f("int")), new)
    assert (found.bump, found.backward, found.forward, found.valid) == (Bump.FORBIDDEN, False, False, False)
    assert [p.code for p in found.problems] == [code]


@pytest.mark.parametrize("old", [rec(f("int", default="x")), rec(f("int"), name="a-b")])
def test_an_old_schema_is_taken_as_it_was_published(old: Any) -> None:
    found = compared(old, old)
    assert not found.valid
    repaired = compared(old, {**old, "name": "R", "fields": [f("int", default=1)]})
    assert repaired.valid
    assert repaired.backward is (old["name"] == "R")


def test_what_only_a_contract_forbids_is_valid_avro() -> None:
    union = rec(f(["int", "string"]), f({"type": "string", "logicalType": "date"}, "g"), f("int", "h", doc=None))
    assert compared(union, union).valid
    assert compared(rec(f(["null", "R"])), rec(f(["null", "R"]))).valid


def doubling(levels: int, kind: str) -> dict[str, Any]:
    """Each record uses the one before twice, so that the paths are too many to be walked."""
    fields = [f(rec(f(kind, "x"), name="A0"), "f0")]
    for n in range(1, levels):
        fields.append(f(rec(f(f"A{n - 1}", "l"), f(f"A{n - 1}", "r"), name=f"A{n}"), f"f{n}"))
    return rec(*fields)


def test_a_type_that_is_used_a_million_times_ends() -> None:
    found = compared(doubling(40, "int"), doubling(40, "string"))
    assert len(found.changes) == MAX_CHANGES
    assert found.bump is Bump.FORBIDDEN
    assert compared(doubling(40, "int"), doubling(40, "int")).changes == ()


def test_types_that_lie_in_each_other_as_deeply_as_is_read_are_compared() -> None:
    def nest(kind: str) -> Any:
        inner: Any = kind
        for n in range(38):
            inner = rec(f(["null", array(inner)], "x") if n % 2 else f(inner, "x"), name=f"N{n}")
        return inner

    found = compared(nest("int"), nest("long"))
    assert [c.code for c in found.changes] == ["SCH122"]
    assert (found.backward, found.forward) == (True, False)


def test_types_that_use_each_other_too_deeply_are_refused() -> None:
    chain = [f(rec(f("int", "x"), name="A0"), "f0")]
    chain += [f(rec(f(f"A{n - 1}", "x"), name=f"A{n}"), f"f{n}") for n in range(1, 2000)]
    assert "deeper" in compared(rec(), rec(*chain)).problems[0].message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rec(f("int", "a\x1b")), rec()),
        (rec(f("int")), rec(f("int", "a\x1b", aliases=["f"]))),
        (rec(f(rec(f("int"), name="Q"), "a\x1b")), rec(f(rec(f("long"), name="Q"), "a\x1b"))),
        (rec(f(enum("A\x1b", default="A\x1b"))), rec(f(enum("A\x1b", "B\x1b")))),
        (rec(f("int", doc="\x1b", pii="\x1b")), rec(f("int", doc="\ud800", pii="x\x1b"))),
        (rec(f("string", default="\x1b")), rec(f("string", default="\x1b\x1b"))),
        (rec(f(fixed(1, "F\x1b"))), rec(f(fixed(2, "G\x1b")))),
        (rec(f(["int", fixed(1, "F\x1b")])), rec(f(["int", "string"]))),
    ],
)
def test_what_a_schema_says_cannot_write_to_a_terminal(old: Any, new: Any) -> None:
    changes = compared(old, new).changes
    assert changes
    assert all(c.message.isprintable() and c.path.isprintable() for c in changes)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.randoms(use_true_random=False))
def test_a_schema_has_not_changed_from_itself(chance: Random) -> None:
    schema = record(chance)
    found = compare(read_avro(json.dumps(schema)), read_avro(json.dumps(schema, indent=2)))
    assert (found.changes, found.bump) == ((), Bump.NONE if found.valid else Bump.FORBIDDEN)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.randoms(use_true_random=False))
def test_what_a_minor_version_may_change_never_breaks_a_new_reader(chance: Random) -> None:
    old = record(chance)
    new = changed(old, chance, chance.randint(1, 3))
    found = compared(old, new)
    assume(not read_avro(json.dumps(new)).problems and not read_avro(json.dumps(old)).problems)
    if found.bump <= Bump.MINOR:
        assert found.backward
    if found.bump is Bump.NONE:
        assert found.forward


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.randoms(use_true_random=False))
def test_what_is_added_one_way_is_removed_the_other(chance: Random) -> None:
    old = record(chance)
    new = changed(old, chance, 2)
    assume(read_avro(json.dumps(old)).legal and read_avro(json.dumps(new)).legal)
    there, back = compared(old, new), compared(new, old)
    assert bool(there.changes) == bool(back.changes)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.randoms(use_true_random=False))
def test_a_patch_never_breaks_a_new_reader_of_old_data(chance: Random) -> None:
    old = record(chance)
    new = changed(old, chance)
    for field in [f for r in records_of(new) for f in r["fields"]]:
        if chance.random() < 0.2:
            field["aliases"] = [chance.choice("abcde")]
    before, after = read_avro(json.dumps(old)), read_avro(json.dumps(new))
    assume(before.legal and after.legal)
    verdict = compare(before, after)
    assert verdict.backward or verdict.bump is not Bump.PATCH
