"""`mesh incidents`: what is wrong is listed first, and a person can say that they are on it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from mesh_platform.incidents.condition import Condition
from mesh_platform.incidents.incident import Incident
from mesh_platform.incidents.told import tell_conditions
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb
from mesh_platform.warehouse.protocol import WarehouseBusy
from tests.cli.desk import Asked, Desk
from tests.incidents.scenario import says


class OnCall(Desk):
    """Where ticks are told and somebody asks."""

    def incidents(self, *arguments: str) -> Asked:
        return self.mesh("incidents", *arguments)

    def tells(self, *ticks: list[Condition], ago: timedelta = timedelta(hours=2)) -> list[Incident]:
        """Ticks a minute apart that began so long ago; what is open after them."""
        began = datetime.now(UTC) - ago
        with open_duckdb(self.environment.warehouse_file) as warehouse:
            for minute, conditions in enumerate(ticks):
                _, state = tell_conditions(warehouse, conditions, began + timedelta(minutes=minute))
        return state.open


BAD = [
    says("orders.order_events", "page", of=["system:erp"]),
    says("finance.daily", "page", of=["orders.order_events"]),
]
GOOD = [says("orders.order_events", "good"), says("finance.daily", "good")]


@pytest.fixture
def desk(desk: Desk) -> OnCall:
    return OnCall(desk.environment, desk.capsys)


def test_where_nothing_was_recorded_a_sentence_says_so(desk: OnCall) -> None:
    empty = "no incident is open, and none has closed in the last 7 days\n"
    assert desk.incidents() == desk.incidents("list") == (0, empty, "")
    assert desk.incidents("--all") == (0, "there has never been an incident\n", "")
    assert desk.incidents("--format", "json").json == {"incidents": []}
    assert not desk.environment.warehouse_file.exists()
    with open_duckdb(desk.environment.warehouse_file):
        pass
    assert desk.incidents() == (0, empty, "")
    for command in (["show", "x"], ["ack", "x", "--by", "orders-oncall"], ["note", "x", "--by", "orders-oncall", "hm"]):
        asked = desk.incidents(*command)
        assert (asked.code, "there is no incident `x`" in asked.err) == (2, True)


def test_the_open_ones_come_first_with_their_symptoms(desk: OnCall) -> None:
    [older] = desk.tells(BAD, BAD, ago=timedelta(hours=5))
    desk.tells(GOOD, GOOD, ago=timedelta(hours=4))
    [newer] = desk.tells([says("a.one", "ticket")], [says("a.one", "ticket")], ago=timedelta(hours=1))
    asked = desk.incidents()
    assert asked.code == 1
    first, second = asked.out.splitlines()
    assert re.fullmatch(
        rf"{newer.id}  ticket  a\.one: a\.one freshness; for 60\.\d min, not acknowledged; a\.one freshness is ticket",
        first,
    )
    assert re.fullmatch(rf"{older.id}  closed  orders\.order_events: restored .* UTC, took 60\.0 min", second)
    assert [i["id"] for i in desk.incidents("--format", "json").json["incidents"]] == [newer.id, older.id]


def test_what_closed_long_ago_is_listed_when_it_is_asked_for(desk: OnCall) -> None:
    desk.tells(BAD, BAD, GOOD, GOOD, ago=timedelta(days=9))
    assert desk.incidents().out.startswith("no incident is open")
    asked = desk.incidents("--all")
    assert (asked.code, len(asked.out.splitlines())) == (0, 1)


def test_one_incident_is_shown_with_all_that_happened(desk: OnCall) -> None:
    [incident] = desk.tells(BAD, BAD)
    assert desk.incidents("ack", incident.id[:6], "--by", "orders-oncall", "--note", "on it") == (
        0,
        f"incident `{incident.id}` acknowledged by orders-oncall\n",
        "",
    )
    assert desk.incidents("note", incident.id, "--by", "Ada", "connector restarted").code == 0
    shown = desk.incidents("show", incident.id[:6])
    assert shown.code == 0
    for line in (
        f"incident {incident.id}: open, page, cause orders.order_events",
        "detected 1.0 min later",
        "symptom finance.daily freshness, page, since",
        "acknowledged: orders-oncall: on it",
        "noted: Ada: connector restarted",
        "joined orders.order_events freshness (page): orders.order_events freshness is page",
    ):
        assert line in shown.out
    assert re.search(r"acknowledged by orders-oncall 119\.\d min after the call", shown.out)
    told = desk.incidents("show", incident.id, "--format", "json").json
    assert (told["state"], told["acknowledged_by"], told["time_to_detect_seconds"]) == ("open", "orders-oncall", 60.0)
    assert [e["kind"] for e in told["events"]] == ["opened", "joined", "joined", "acknowledged", "noted"]
    assert {(s["product"], s["recovering"]) for s in told["symptoms"]} == {
        ("orders.order_events", False),
        ("finance.daily", False),
    }


def test_why_a_reopened_incident_is_still_open_is_said(desk: OnCall) -> None:
    [incident] = desk.tells(BAD, BAD, GOOD, GOOD, BAD, BAD, GOOD, GOOD, GOOD)
    shown = desk.incidents("show", incident.id)
    assert "  reopened once: a symptom leaves when it was good for 5.0 min\n" in shown.out
    assert "(good since " in shown.out
    assert desk.incidents("show", incident.id, "--format", "json").json["reopened"] == 1


def test_what_is_over_can_be_noted_but_not_taken_on(desk: OnCall) -> None:
    [incident] = desk.tells(BAD, BAD)
    desk.tells(GOOD, GOOD, ago=timedelta(hours=1))
    asked = desk.incidents("ack", incident.id, "--by", "orders-oncall")
    assert (asked.code, "is over" in asked.out) == (1, True)
    asked = desk.incidents("note", incident.id, "--by", "orders-oncall", "a full disk", "--format", "json")
    assert (asked.code, asked.json["acknowledged_by"], asked.json["events"][-1]["note"]) == (0, None, "a full disk")


def test_a_slip_is_a_usage_mistake(desk: OnCall) -> None:
    found = [says(f"p{n}", "page") for n in range(40)]
    opened = desk.tells(found, found)
    several = next(i.id[0] for i in opened if sum(o.id[0] == i.id[0] for o in opened) > 1)
    for arguments, hint in (
        (("show", several), "may be any of"),
        (("show", "zz\x1b"), r"there is no incident `zz\x1b`"),
        (("show", ""), "there is no incident"),
        (("show", "%"), "there is no incident"),
        (("ack", opened[0].id, "--by", " "), "`--by` is empty"),
        (("ack", opened[0].id), "--by"),
        (("note", opened[0].id, "--by", "orders-oncall", " "), "`TEXT` is empty"),
        (("lst",), "lst"),
    ):
        asked = desk.incidents(*arguments)
        assert (asked.code, hint in asked.err) == (2, True), asked


def test_what_somebody_writes_cannot_obey_a_terminal(desk: OnCall) -> None:
    [incident] = desk.tells(BAD, BAD)
    desk.incidents("note", incident.id, "--by", "orders-oncall\x1b[2J", "one\ntwo\x07")
    shown = desk.incidents("show", incident.id).out
    assert not re.search(r"[\x07\x1b]", shown)
    assert r"noted: orders-oncall\x1b[2J: one two\x07" in shown


def test_a_merged_incident_names_the_one_it_goes_on_as(desk: OnCall) -> None:
    alone = [says("orders.order_events", "good"), BAD[1]]
    [merged] = desk.tells(alone, alone, ago=timedelta(hours=3))
    [other] = desk.tells(BAD, BAD)
    assert f"{merged.id}  merged  finance.daily: goes on as {other.id}" in desk.incidents().out
    assert f"goes on as {other.id}" in desk.incidents("show", merged.id).out


def test_a_busy_warehouse_is_a_sentence(desk: OnCall, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.tells(BAD, BAD)

    @contextmanager
    def taken(*_: object, **__: object) -> Iterator[DuckDbWarehouse]:
        raise WarehouseBusy("warehouse busy: another process holds it")
        yield

    monkeypatch.setattr("mesh_platform.cli.warehouse_if_any.open_warehouse", taken)
    assert desk.incidents() == (2, "", "mesh: warehouse busy: another process holds it\n")
