"""The landed tables follow their row schemas, and what arrived before the schema knew it is not lost."""

from typing import Any

import pytest

from tests.landing.scene import CHANGES, THING, THINGS, Scene, change, lines, mesh_of, text

LONG = {"name": "weight", "type": ["null", "long"], "default": None}
KIND = {"name": "kind", "type": "string", "default": "plain"}


def types(scene: Scene, table: str) -> dict[str, str]:
    return dict(scene.warehouse.columns(*table.split(".")))


def ids(scene: Scene) -> list[tuple[Any, ...]]:
    return scene.changes("_cdc_event_id")


def test_every_declared_table_is_there_before_its_first_file(scene: Scene) -> None:
    scene.land()
    assert types(scene, THINGS)["size"] == "BIGINT"
    assert scene.warehouse.columns("shop_cdc", "things__changes")[:4] == [
        ("id", "VARCHAR"),
        ("size", "BIGINT"),
        ("body", "VARCHAR"),
        ("note", "VARCHAR"),
    ]


def test_a_column_that_the_schema_does_not_declare_is_kept_beside_the_row(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10, weight=5, colour=None), change("c", "b", 20)]))
    assert scene.counts() == (2, 2, 0, 0, 0)
    assert scene.changes("id, _cdc_extra") == [("a", '{"weight":5,"colour":null}'), ("b", None)]


def test_a_column_the_schema_gains_takes_what_was_kept_of_it(scene: Scene) -> None:
    old = [change("c", "a", 10, weight=5, colour="red"), change("c", "b", 20, weight="heavy"), change("c", "c", 30)]
    scene.put("one.jsonl", lines(old))
    scene.land()
    scene.mesh = mesh_of([*THING, LONG])
    assert scene.counts() == (0, 0, 0, 0, 0)
    assert types(scene, CHANGES)["weight"] == types(scene, THINGS)["weight"] == "BIGINT"
    assert scene.changes("id, weight, _cdc_extra") == [
        ("a", 5, '{"colour":"red"}'),
        ("b", None, '{"weight":"heavy"}'),
        ("c", None, None),
    ]
    assert scene.state(columns="id, weight") == [("a", 5), ("b", None), ("c", None)]


def test_a_redelivery_is_recognised_after_the_schema_gained_a_column(scene: Scene) -> None:
    old = [change("c", "a", 10, weight=5), change("c", "b", 20)]
    scene.put("one.jsonl", lines(old))
    scene.land()
    scene.mesh = mesh_of([LONG, *THING, KIND])
    scene.put("two.jsonl", lines([*old, change("u", "a", 30, weight=6, kind="fine")]))
    assert scene.counts() == (3, 1, 2, 0, 0)
    assert scene.state(columns="id, weight, kind") == [("a", 6, "fine"), ("b", None, "plain")]


def test_a_big_value_that_was_not_repeated_before_the_schema_knew_it_is_filled_in(scene: Scene) -> None:
    first, second = change("c", "a", 10, essay="long"), change("u", "a", 20, essay="__debezium_unavailable_value")
    scene.put("one.jsonl", lines([first, second]))
    scene.land()
    scene.mesh = mesh_of([*THING, text("essay")])
    scene.land()
    assert scene.changes("_cdc_lsn, essay, _cdc_unavailable") == [(10, "long", None), (20, "long", ["essay"])]
    assert scene.state(columns="id, essay") == [("a", "long")]
    scene.put("two.jsonl", lines([second, first]))
    assert scene.counts() == (2, 0, 2, 0, 0)


def test_a_type_is_changed_only_if_no_value_is_lost(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10, size=5, note="6")]))
    scene.land()
    wider = [{**c, "type": ["null", "string"]} if c["name"] == "size" else c for c in THING]
    scene.mesh = mesh_of(wider)
    scene.put("two.jsonl", lines([change("c", "a", 10, size=5, note="6"), change("u", "a", 20, size="many")]))
    assert scene.counts() == (2, 1, 1, 0, 0)
    assert scene.state(columns="id, size") == [("a", "many")]
    scene.mesh = mesh_of()
    scene.put("three.jsonl", lines([change("u", "a", 30)]))
    report = scene.land()
    assert report.rows.read == 0
    assert "`size` is VARCHAR, and 1 of its values do not fit BIGINT" in report.unreachable["shop_db.public.things"]
    assert scene.state(columns="id, size") == [("a", "many")]


def test_a_column_that_vanishes_from_the_schema_keeps_its_values(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10, note="kept")]))
    scene.land()
    scene.mesh = mesh_of(THING[:-1])
    scene.put("two.jsonl", lines([change("u", "a", 20, note="later")]))
    scene.land()
    assert scene.changes("_cdc_lsn, note, _cdc_extra") == [(10, "kept", None), (20, None, '{"note":"later"}')]


def test_nothing_is_altered_where_nothing_changed(scene: Scene) -> None:
    scene.mesh = mesh_of(
        [
            *THING,
            {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
            {
                "name": "price",
                "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}],
            },
            {"name": "tags", "type": {"type": "array", "items": "string"}},
            {"name": "names", "type": {"type": "map", "values": "string"}},
            {
                "name": "place",
                "type": {"type": "record", "name": "Place", "fields": [{"name": "order", "type": "int"}]},
            },
        ]
    )
    scene.land()
    told: list[str] = []
    real = scene.warehouse.execute
    scene.warehouse.execute = lambda sql, parameters=(): (told.append(sql), real(sql, parameters))[1]  # type: ignore
    scene.land()
    assert not [sql for sql in told if sql.startswith("alter")]


def test_a_schema_that_the_tables_cannot_follow_is_told_before_a_file_comes(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10, note="many")]))
    scene.land()
    scene.mesh = mesh_of([{**c, "type": ["null", "long"]} if c["name"] == "note" else c for c in THING])
    assert "`note` is VARCHAR" in scene.land().unreachable["shop_db.public.things"]


def test_a_column_by_the_engines_own_name_for_a_rows_place_is_refused(scene: Scene) -> None:
    scene.mesh = mesh_of([*THING, {"name": "RowId", "type": ["null", "long"], "default": None}])
    scene.put("one.jsonl", lines([change("c", "a", 10, RowId=77)]))
    assert "is missing or invalid; `mesh validate` says why" in scene.land().unreachable["shop_db.public.things"]
    scene.mesh = mesh_of()
    assert scene.counts() == (1, 1, 0, 0, 0)
    assert scene.changes("_cdc_extra") == [('{"RowId":77}',)]


def test_a_column_that_is_declared_again_has_all_its_values(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", k, 10, note=f"{k}1", colour="red") for k in "abc"]))
    scene.land()
    scene.mesh = mesh_of(THING[:-1])
    scene.put("two.jsonl", lines([change("u", "a", 20, note="a2"), change("u", "b", 20), change("d", "d", 20)]))
    scene.land()
    assert "note" not in types(scene, THINGS)
    scene.mesh = mesh_of([*THING, text("colour")])
    scene.put("three.jsonl", lines([change("u", "c", 30, note="__debezium_unavailable_value")]))
    scene.land()
    assert scene.state(columns="id, note, colour") == [
        ("a", "a2", None), ("b", None, None), ("c", "c1", None), ("d", None, None),
    ]  # fmt: skip
    assert scene.changes("id, _cdc_lsn, note, colour, _cdc_extra")[:2] == [
        ("a", 10, "a1", "red", None),
        ("a", 20, "a2", None, None),
    ]


def test_a_primary_key_that_is_declared_otherwise_makes_the_current_state_anew(scene: Scene) -> None:
    told = [change("c", "a", 10, size=1), change("c", "b", 20, size=1), change("u", "b", 30, size=1, note="last")]
    scene.put("one.jsonl", lines([*told, change("t", "", 25), change("c", "c", 40, size=2)]))
    scene.land()
    scene.mesh = mesh_of(key=["size"])
    scene.put("two.jsonl", lines([change("u", "d", 50, size=2)]))
    assert scene.land().unreachable == {}
    assert scene.state(columns="size, id, note") == [(1, "b", "last"), (2, "d", None)]
    scene.mesh = mesh_of()
    scene.land()
    assert scene.state(columns="id, _cdc_deleted") == [("a", True), ("b", False), ("c", False), ("d", False)]
    scene.mesh = mesh_of(key=["note"])
    assert "which 4 landed changes do not have" in scene.land().unreachable["shop_db.public.things"]


def test_a_comment_that_somebody_else_wrote_does_no_harm(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10, weight=5)]))
    scene.land()
    scene.warehouse.execute(f"comment on table {CHANGES} is 'mine'")
    scene.mesh = mesh_of([*THING, LONG])
    scene.put("two.jsonl", lines([change("c", "a", 10, weight=5)]))
    assert scene.counts() == (1, 0, 1, 0, 0)
    assert scene.state(columns="id, weight") == [("a", 5)]


BIG = "__debezium_unavailable_value"
MOVED = [change("c", "a", 10, body="BIG", size=1), change("d", "a", 20, size=1), change("c", "b", 20, body=BIG, size=1)]


def without(*names: str) -> list[dict[str, Any]]:
    return [c for c in THING if c["name"] not in names]


@pytest.mark.parametrize(
    "edited",
    [
        mesh_of([*without("body"), {"name": "body", "type": "string", "default": ""}]),
        mesh_of([*THING, KIND]),
        mesh_of(key=["id", "size"]),
        mesh_of(THING[::-1]),
    ],
    ids=["default", "column", "key", "order"],
)
def test_what_a_row_has_from_its_old_key_outlives_an_edit(scene: Scene, edited: Any) -> None:
    scene.put("one.jsonl", lines(MOVED))
    scene.land()
    scene.mesh = edited
    scene.put("two.jsonl", lines(MOVED))
    assert scene.counts() == (3, 0, 3, 0, 0)
    assert scene.changes("_cdc_lsn, _cdc_op, id, body", CHANGES + " where _cdc_op = 'c'") == [
        (10, "c", "a", "BIG"),
        (20, "c", "b", "BIG"),
    ]
    assert scene.state(columns="id, body, _cdc_deleted")[1] == ("b", "BIG", False)


def test_a_second_row_that_moves_to_a_key_leaves_the_first_one_what_it_had(scene: Scene) -> None:
    first = [change("c", "a", 10, body="A"), change("d", "a", 20), change("c", "b", 20, body=BIG)]
    second = [change("d", "b", 30), change("c", "c", 15, body="C")]
    third = [change("d", "c", 40), change("c", "b", 40, body=BIG)]
    for number, told in enumerate((first + second, third)):
        scene.put(f"{number}.jsonl", lines(told))
        scene.land()
    assert scene.changes("_cdc_lsn, body", CHANGES + " where id = 'b' and _cdc_op = 'c'") == [(20, "A"), (40, "C")]


def test_a_value_that_did_not_fit_comes_back_when_the_schema_is_widened(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10, weight="heavy")]))
    scene.land()
    scene.mesh = mesh_of([*THING, LONG])
    scene.land()
    assert scene.changes("weight, _cdc_extra") == [(None, '{"weight":"heavy"}')]
    scene.mesh = mesh_of([*THING, text("weight")])
    scene.put("two.jsonl", lines([change("c", "a", 10, weight="heavy")]))
    assert scene.counts() == (1, 0, 1, 0, 0)
    assert scene.changes("weight, _cdc_extra") == [("heavy", None)]
    assert scene.state(columns="weight") == [("heavy",)]


def timestamp(unit: str) -> dict[str, Any]:
    return {"name": "at", "type": ["null", {"type": "long", "logicalType": f"timestamp-{unit}"}], "default": None}


ENUM = {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["plain", "fine"]}}
STRUCT = {"name": "place", "type": {"type": "record", "name": "Place", "fields": [{"name": "x", "type": "int"}]}}
WIDER = {
    "name": "place",
    "type": {**STRUCT["type"], "fields": [*STRUCT["type"]["fields"], {"name": "y", "type": ["null", "int"]}]},  # type: ignore[index]
}


@pytest.mark.parametrize(
    ("before", "after", "row"),
    [
        (timestamp("millis"), timestamp("micros"), {"at": 1_795_414_134_607}),
        (ENUM, {"name": "kind", "type": "string"}, {"kind": "fine"}),
        ({"name": "kind", "type": "string"}, ENUM, {"kind": "fine"}),
        (KIND, {"name": "kind", "type": ["null", "string"], "default": None}, {}),
        (KIND, {**KIND, "default": "fancy"}, {}),
        (STRUCT, WIDER, {"place": {"x": 1, "y": 2}}),
    ],
    ids=["unit", "enum to text", "text to enum", "default gone", "other default", "inner column"],
)
def test_what_landed_under_another_schema_is_recognised_whatever_it_would_be_now(
    scene: Scene, before: Any, after: Any, row: dict[str, Any]
) -> None:
    scene.mesh = mesh_of([*THING, before])
    told = [change("c", "a", 10, **row), change("u", "a", 20, **row, body=BIG, note=BIG), change("d", "a", 30)]
    scene.put("one.jsonl", lines(told))
    scene.land()
    there = scene.state(), scene.changes("_cdc_event_id")
    scene.mesh = mesh_of([*THING, after])
    scene.put("two.jsonl", lines(told))
    report = scene.land()
    if not report.unreachable:
        assert report.rows.duplicate == 3
        assert (scene.state(), scene.changes("_cdc_event_id")) == there
        scene.put("three.jsonl", lines([change("u", "a", 40, **row)]))
        assert scene.counts() == (1, 1, 0, 0, 0)


def test_undeclared_columns_in_another_order_are_the_same_change(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10, weight=5, colour="red")]))
    scene.put("two.jsonl", lines([change("c", "a", 10, colour="red", weight=5, shape=None)]))
    assert scene.counts() == (2, 1, 1, 0, 0)


def test_a_column_that_differs_in_case_from_one_that_landed_is_refused(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10, Kind="x")]))
    scene.mesh = mesh_of([*THING, text("Kind")])
    scene.land()
    scene.mesh = mesh_of([*THING, text("kind")])
    scene.put("two.jsonl", lines([change("c", "b", 20, kind="x")]))
    report = scene.land()
    assert (
        "`kind` differs from `Kind`, which has landed, in upper and lower"
        in report.unreachable["shop_db.public.things"]
    )
    assert report.rows.read == 0


def test_a_type_that_would_tell_what_has_landed_otherwise_is_refused_and_has_a_way_out(scene: Scene) -> None:
    scene.mesh = mesh_of([*THING, timestamp("micros")])
    scene.put("one.jsonl", lines([change("c", "a", 10, at="2026-11-23T12:00:00Z")]))
    scene.land()
    scene.mesh = mesh_of([*THING, text("at")])
    assert "take the column out of the row schema, land, and declare it anew" in str(scene.land().unreachable)
    for columns in (THING, [*THING, text("at")]):
        scene.mesh = mesh_of(columns)
        assert not scene.land().unreachable
    scene.put("two.jsonl", lines([change("u", "a", 20, at="2026-11-23T13:00:00Z")]))
    scene.land()
    assert scene.changes('_cdc_lsn, "at", _cdc_was_at is null') == [
        (10, None, False),
        (20, "2026-11-23T13:00:00Z", True),
    ]


def test_what_does_not_fit_a_column_that_is_declared_anew_is_set_aside(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10, note="abc"), change("c", "b", 20, note="7")]))
    scene.land()
    scene.mesh = mesh_of(without("note"))
    scene.land()
    scene.mesh = mesh_of([*without("note"), {"name": "note", "type": ["null", "long"], "default": None}])
    assert not scene.land().unreachable
    assert scene.changes("id, note, _cdc_was_note") == [("a", None, "abc"), ("b", 7, "7")]
    assert scene.state(columns="id, note") == [("a", None), ("b", 7)]


def test_a_current_state_that_somebody_dropped_is_made_anew(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10, note="n"), change("d", "b", 20)]))
    scene.land()
    there = scene.state()
    scene.warehouse.execute(f"drop table {THINGS}")
    scene.land()
    assert scene.state() == there
