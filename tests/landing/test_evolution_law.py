"""Whatever becomes of the row schema between two deliveries, the tables are those of the last schema alone."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.warehouse.duckdb import open_duckdb
from tests.landing.scene import Scene, change, lines, mesh_of

ID = {"name": "id", "type": "string"}
MOMENT = {"type": "long", "logicalType": "timestamp-micros"}


def nullable(name: str, kind: Any, default: Any = None) -> dict[str, Any]:
    return {"name": name, "type": ["null", kind], "default": default}


def declared(name: str, kind: Any, default: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "default": default}


WAYS: dict[str, list[dict[str, Any] | None]] = {
    "size": [None, nullable("size", "int"), nullable("size", "long"), declared("size", "long", 7)],
    "note": [None, nullable("note", "string"), declared("note", "string", "none")],
    "body": [None, nullable("body", "string")],
    "price": [None, nullable("price", "float"), nullable("price", "double")],
    "at": [None, nullable("at", MOMENT)],
}
"""Ways to declare each column, None for not at all, the narrowest first: a later way holds what an earlier one does.

A default stays as it is: of a value that was filled in with another one nobody knows that it was not sent."""

ROWS = st.fixed_dictionaries(
    {},
    optional={
        "size": st.sampled_from([1, 7, 80_000]),
        "note": st.sampled_from(["n1", "none", "__debezium_unavailable_value"]),
        "body": st.sampled_from(["b1", "__debezium_unavailable_value"]),
        "price": st.sampled_from([0.1, 2.5, 1e-7]),
        "at": st.sampled_from([0, 1_795_414_134_607_981]),
    },
)
HISTORIES = st.lists(
    st.tuples(st.sampled_from(["c", "u", "d", "move"]), st.sampled_from("ab"), ROWS), min_size=1, max_size=6
)


@st.composite
def schemas(draw: st.DrawFn) -> list[list[dict[str, Any]]]:
    """Row schemas one after the other; a column comes and goes, and is never narrowed."""
    told: list[list[dict[str, Any]]] = []
    least = dict.fromkeys(WAYS, 1)
    for _ in range(draw(st.integers(2, 3))):
        chosen = [ID]
        for name, ways in WAYS.items():
            way = draw(st.sampled_from([0, *range(least[name], len(ways))]))
            least[name] = max(least[name], way)
            chosen += [w for w in [ways[way]] if w]
        told.append(draw(st.permutations(chosen)))
    return told


def landed(home: Path, told: list[list[dict[str, Any]]], deliveries: list[list[Any]]) -> tuple[Any, ...]:
    """The tables after each delivery came under its schema."""
    with open_duckdb(home / "w.duckdb") as warehouse:
        scene = Scene(home, warehouse)
        for number, (columns, delivery) in enumerate(zip(told, deliveries, strict=True)):
            scene.mesh = mesh_of(columns)
            scene.put(f"{number}.jsonl", lines(delivery))
            report = scene.land()
            assert report.unreachable == {}
            assert report.rows.quarantined == 0
        listed = ", ".join(sorted(f'"{c["name"]}"' for c in told[-1]))
        beside = "from_json(_cdc_extra, '\"MAP(VARCHAR, JSON)\"')"
        return (
            scene.state(columns=f"{listed}, _cdc_lsn, _cdc_deleted"),
            scene.changes(f"_cdc_lsn, _cdc_op, {listed}"),
            {name for (names,) in warehouse.query(f"select map_keys({beside}) from shop_cdc.things__changes")
             for name in names or ()} & {str(c["name"]) for c in told[-1]},
        )  # fmt: skip


def told_by(history: list[tuple[str, str, dict[str, Any]]]) -> list[Any]:
    """The history as a connector writes it: a row that moves is deleted and inserted on one position."""
    changes: list[Any] = []
    for place, (op, key, row) in enumerate(history, 10):
        if op in ("d", "move"):
            changes.append(change("d", key, place))
        if op != "d":
            envelope = change("c" if op == "move" else op, {"a": "b", "b": "a"}[key] if op == "move" else key, place)
            envelope["after"] = {"id": envelope["after"]["id"], **row}
            changes.append(envelope)
    return changes


@settings(max_examples=15, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(told=schemas(), history=HISTORIES, data=st.data())
def test_redelivered_under_other_schemas_all_is_as_it_is_under_the_last(
    told: list[list[dict[str, Any]]], history: list[tuple[str, str, dict[str, Any]]], data: st.DataObject
) -> None:
    changes = told_by(history)
    parts = [data.draw(st.lists(st.sampled_from(changes), max_size=len(changes))) for _ in told[1:]]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        evolved = landed(Path(one), told, [*parts, changes])
        afresh = landed(Path(other), told[-1:], [changes])
    assert evolved == afresh
