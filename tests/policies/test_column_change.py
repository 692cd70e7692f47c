"""What a query over a column notices when the schema changes, judged as the schema rules do."""

import json
from typing import Any

import pytest

from mesh_platform.policies.impact.column_change import Change, ColumnChange, column_changes
from mesh_platform.schema.table.record import read_record


def changed(old: Any, new: Any) -> list[ColumnChange]:
    was, now = (
        read_record(json.dumps({"type": "record", "name": "R", "fields": [{"name": "x", "type": kind}]}))
        for kind in (old, new)
    )
    return list(column_changes(was, now))


def record(*fields: dict[str, Any], name: str = "P") -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields)}


def enum(*symbols: str) -> dict[str, Any]:
    return {"type": "enum", "name": "E", "symbols": list(symbols)}


def decimal(precision: int, scale: int = 2) -> dict[str, Any]:
    return {"type": "fixed", "name": "D", "size": 16, "logicalType": "decimal", "precision": precision, "scale": scale}


def array(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


def moment(unit: str) -> dict[str, Any]:
    return {"type": "long", "logicalType": f"timestamp-{unit}"}


A = {"name": "a", "type": "string"}
B = {"name": "b", "type": ["null", "string"], "default": None}
C = {"name": "c", "type": "string"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (record(A), record(A, B)),
        (record(A), record(A, C)),
        (array("int"), array("long")),
        (decimal(10), decimal(12)),
        ("int", "long"),
        ("float", "double"),
        (enum("A"), enum("A", "B")),
        (record({**A, "type": "int"}), record({**A, "type": "long"})),
        (record(A), record(A, name="Q")),
        (record(A), record({**A, "doc": "Why."})),
    ],
)
def test_what_only_widens_breaks_nobody(old: Any, new: Any) -> None:
    assert not any(change.breaks for change in changed(old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (enum("A", "B"), enum("A"), "`x` has lost the symbol `B` (SCH112)"),
        (moment("micros"), moment("millis"), "(SCH107)"),
        (decimal(12), decimal(10), "(SCH105)"),
        (decimal(12), decimal(12, 3), "(SCH107)"),
        ("long", "string", "(SCH104)"),
        (record(A, B), record(A), "`x.b` was removed"),
        (array(record(A, C)), array(record(A)), "`x[].c` was removed"),
        ("string", ["null", "string"], "`x` may be null (SCH106)"),
        (record(A), record({**A, "type": ["null", "string"]}), "`x.a` may be null now (SCH106)"),
    ],
)
def test_what_the_schema_rules_forbid_breaks_its_users(old: Any, new: Any, said: str) -> None:
    (change,) = changed(old, new)
    assert change.breaks
    assert said in change.message


def test_of_several_changes_of_a_column_the_gravest_is_told() -> None:
    (change,) = changed(record(A, C), record({**A, "type": "bytes"}, B))
    assert change.change is Change.RETYPED
    assert change.message.endswith("more")
