"""Incidents in a real warehouse: nothing is lost between ticks, and what is read stays small."""

import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from mesh_platform.incidents.condition import Condition
from mesh_platform.incidents.event import Event, Kind
from mesh_platform.incidents.fold import fold
from mesh_platform.incidents.incident import State
from mesh_platform.incidents.projection import rows_of
from mesh_platform.incidents.store import append, events_after, history, named, rebuild, recent, whole
from mesh_platform.incidents.tables import ensure_incidents
from mesh_platform.incidents.told import UnknownIncident, acknowledge, annotate, tell_conditions
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb
from tests.incidents.scenario import Story, minute, says

CHAIN = {"a": ("system:erp",), "b": ("a",), "c": ("b",), "d": ("c",)}


def any_tick(chance: random.Random) -> list[Condition]:
    words = ["good", "good", "good", "page", "page", "ticket", "unknown"]
    return [
        says(p, chance.choice(words), sli, of=of, silent=chance.choice([None] * 9 + ["erp"]))
        for p, of in CHAIN.items()
        for sli in ("freshness", "accuracy")
    ]


def stored(warehouse: DuckDbWarehouse) -> list[tuple[object, ...]]:
    return warehouse.query("select * from mesh_slo.incidents order by incident")


@pytest.mark.parametrize("seed", range(2))
def test_the_warehouse_opened_anew_at_every_tick_decides_as_the_whole_history_does(tmp_path: Path, seed: int) -> None:
    chance, story, at = random.Random(seed), Story(), 0.0
    for _ in range(24):
        at += chance.choice([1, 1, 1, 7, 45])
        found = any_tick(chance)
        with open_duckdb(tmp_path / "warehouse.duckdb") as warehouse:
            events, _ = tell_conditions(warehouse, found, minute(at))
            again, _ = tell_conditions(warehouse, found, minute(at))
        assert [event.kind for event in events] == story.tick(at, *found)
        assert again == []
    with open_duckdb(tmp_path / "warehouse.duckdb") as warehouse:
        assert whole(warehouse) == story.state
        kept = stored(warehouse)
        assert {row[0] for row in kept} == rows_of(story.state).keys()
        rebuild(warehouse)
        assert stored(warehouse) == kept
        assert {i: e for i in story.state.incidents if (e := history(warehouse, i))} == {
            i: [e for e in story.events if e.incident == i] for i in story.state.incidents
        }


class Killed(BaseException):
    pass


@pytest.mark.parametrize("statement", range(1, 5))
def test_a_tick_that_is_killed_at_any_statement_never_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: int
) -> None:
    file, bad = tmp_path / "warehouse.duckdb", [says("a", "page"), says("b", "page", of=["a"])]
    with open_duckdb(file) as warehouse:
        tell_conditions(warehouse, bad, minute(0))
        before = (whole(warehouse), stored(warehouse))
    with pytest.raises(Killed), open_duckdb(file) as warehouse:
        kill_at(warehouse, statement, monkeypatch)
        tell_conditions(warehouse, bad, minute(1))
    with open_duckdb(file) as warehouse:
        assert (whole(warehouse), stored(warehouse)) == before
        events, state = tell_conditions(warehouse, bad, minute(1))
    assert [e.kind for e in events] == [Kind.OPENED, Kind.JOINED, Kind.JOINED]
    assert [i.cause for i in state.open] == ["a"]


def kill_at(warehouse: DuckDbWarehouse, statement: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies when it comes to this write: into the events, out of the rows, into them, or the commit."""
    run, writes = warehouse._run, iter(range(1, 100))

    def dying(sql: str, parameters: Sequence[object]) -> object:
        if sql.startswith(("insert", "update", "delete", "commit")) and next(writes) == statement:
            raise Killed
        return run(sql, parameters)

    monkeypatch.setattr(warehouse, "_run", dying)


def test_a_tick_reads_no_event_of_what_is_long_over(
    warehouse: DuckDbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(20):
        for at, word in enumerate(["page", "page", "good", "good"]):
            tell_conditions(warehouse, [says("a", word)], minute(n * 60 + at))
    asked: list[str] = []
    run = warehouse._run
    monkeypatch.setattr(warehouse, "_run", lambda sql, parameters=(): (asked.append(sql), run(sql, parameters))[1])
    later = minute(20 * 60 + 60)
    assert recent(warehouse, later) == State()
    assert not any("incident_events" in sql for sql in asked)
    tell_conditions(warehouse, [says("a", "page")], later)
    assert list(recent(warehouse, later + timedelta(minutes=1)).suspicions) == [("a", "freshness")]
    [(first, events)] = warehouse.query(
        "select (select min(first_seq) from mesh_slo.incidents where ended_at is null), count(*)"
        " from mesh_slo.incident_events"
    )
    assert first == events


def test_a_calm_tick_writes_nothing(warehouse: DuckDbWarehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_incidents(warehouse)
    asked: list[str] = []
    run = warehouse._run
    monkeypatch.setattr(warehouse, "_run", lambda sql, parameters=(): (asked.append(sql), run(sql, parameters))[1])
    calm = [says(f"p{n}", "good", sli) for n in range(1000) for sli in ("freshness", "completeness", "accuracy")]
    assert tell_conditions(warehouse, calm, minute(0)) == ([], State())
    about, lost, open_now = (
        [sql for sql in asked if "from mesh_slo" in sql or not sql.startswith("select")],
        *asked[-2:],
    )
    assert about == [lost, open_now]
    assert "not exists" in lost
    assert open_now == "select incident, first_seq from mesh_slo.incidents where ended_at is null or ended_at >= ?"


def test_a_storm_is_stored_whole(warehouse: DuckDbWarehouse) -> None:
    storm = [
        says(f"p{n}", "page", sli, of=["system:erp"], silent="erp")
        for n in range(400)
        for sli in ("freshness", "latency")
    ]
    for at in range(2):
        tell_conditions(warehouse, storm, minute(at))
    state = recent(warehouse, minute(2))
    assert [i.cause for i in state.open] == ["system:erp"]
    assert len(state.symptoms) == 800
    assert len(stored(warehouse)) == 1


def test_people_are_heard_and_their_words_kept(warehouse: DuckDbWarehouse) -> None:
    for at in range(2):
        _, state = tell_conditions(warehouse, [says("a", "page")], minute(at))
    [incident] = state.open
    acknowledge(warehouse, incident.id, "orders-oncall", "looking; it's the connector's fault?", minute(4))
    acknowledge(warehouse, incident.id, "Ada", None, minute(9))
    annotate(warehouse, incident.id, "Ada", "restarted -- 'twice'", minute(10))
    found = fold(history(warehouse, incident.id)).incidents[incident.id]
    assert (found.acknowledged_at, found.acknowledged_by) == (minute(4), "Ada")
    assert found.time_to_acknowledge == timedelta(minutes=3)
    said = [(e.by, e.note) for e in history(warehouse, incident.id) if e.by]
    assert said == [
        ("orders-oncall", "looking; it's the connector's fault?"),
        ("Ada", None),
        ("Ada", "restarted -- 'twice'"),
    ]
    assert warehouse.query("select acknowledged_at, acknowledged_by from mesh_slo.incidents") == [(minute(4), "Ada")]
    assert tell_conditions(warehouse, [says("a", "page")], minute(11))[0] == []
    kept = stored(warehouse)
    rebuild(warehouse)
    assert stored(warehouse) == kept
    assert named(warehouse, incident.id[:5]) == [incident.id]
    assert named(warehouse, "") == [incident.id]


def test_whoever_passes_events_on_can_go_on_where_they_stopped(warehouse: DuckDbWarehouse) -> None:
    first, _ = tell_conditions(warehouse, [says("a", "page")], minute(0))
    assert events_after(warehouse, 0) == list(enumerate(first, 1))
    second, _ = tell_conditions(warehouse, [says("a", "page")], minute(1))
    assert events_after(warehouse, 1) == list(enumerate(second, 2))
    assert events_after(warehouse, 3) == []


def test_nobody_can_speak_of_what_never_was(warehouse: DuckDbWarehouse) -> None:
    with pytest.raises(UnknownIncident):
        acknowledge(warehouse, "0123", "orders-oncall", None, minute(0))
    _, state = tell_conditions(warehouse, [says("a", "page")], minute(0))
    [suspicion] = state.suspicions.values()
    with pytest.raises(UnknownIncident):
        annotate(warehouse, suspicion.id, "orders-oncall", "hm", minute(1))
    assert named(warehouse, suspicion.id) == []


def test_nothing_to_record_is_no_transaction(warehouse: DuckDbWarehouse) -> None:
    ensure_incidents(warehouse)
    before = State()
    assert append(warehouse, before, []) is before
    event = Event("x", minute(0), Kind.NOTED, by="orders-oncall", note="?")
    assert append(warehouse, before, [event]) == before
