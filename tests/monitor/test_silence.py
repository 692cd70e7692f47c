"""What a mute keeps from people, and what it does not: a promise that nobody muted is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from mesh_platform.incidents.store import whole
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.manifest.notifications import Maintenance, Mute, Sli
from mesh_platform.monitor.tick import tick_in
from tests.monitor.watch import DAY, HOUR, Watch, healthy, readers
from tests.notifying.notices import FINANCE, PAGERDUTY, SLACK, WEBHOOK, config
from tests.slo.scene import MINUTE, ORDERS, evenly

R0, R1 = "finance.r0", "finance.r1"
ROUTES = ("/webhook", "/finance", "/slack", "/pagerduty")


def silence(watch: Watch, now: datetime, *products: str, hours: float = 12) -> None:
    """Of these products nobody is told until so long after `now`; of all others as ever."""
    window = Maintenance.model_validate(
        {"products": products, "from": now, "until": now + hours * HOUR, "reason": "the database is moved"}
    )
    rules = config(SLACK, PAGERDUTY, WEBHOOK, FINANCE, maintenance=(window,))
    watch.scene.mesh = replace(watch.scene.mesh, notifications=rules)


def calls_of(watch: Watch) -> int:
    return sum(len(watch.heard(path)) for path in ROUTES)


def bodies(watch: Watch, path: str) -> Sequence[Any]:
    return [body for at, _, body in watch.receiver.got if at.startswith(path)]


@pytest.fixture
def stuck(watch: Watch, shipped_mesh: Mesh, now: datetime) -> Watch:
    """An event is not published: the orders' freshness breaks after 90 minutes, that of two readers after 120."""
    healthy(watch, now)
    readers(watch, shipped_mesh.products["finance.revenue_daily"], 2, now)
    watch.scene.land([("late", now)], now)
    return watch


def symptoms(watch: Watch) -> set[str]:
    return {product for product, _ in whole(watch.scene.warehouse).symptoms_of(watch.incidents[0].id)}


def test_who_answers_for_a_promise_that_joins_a_silent_incident_is_called_once(stuck: Watch, now: datetime) -> None:
    silence(stuck, now, ORDERS)
    stuck.run(now + 91 * MINUTE, 20)
    assert (symptoms(stuck), [stuck.heard(path) for path in ROUTES]) == ({ORDERS}, [[], [], [], []])
    stuck.run(now + 121 * MINUTE, 60)
    assert symptoms(stuck) == {ORDERS, R0, R1}
    assert [stuck.heard(path) for path in ROUTES] == [["opened"], ["opened"], [], []]
    [said] = bodies(stuck, "/finance")
    assert (said["product"], said["sli"], said["cause"]) == (R0, "freshness", ORDERS)
    assert (said["oncall"], said["channel"], said["owner"]) == ("@finance-oncall", "#data-finance", "finance-insights")
    assert said["incident"] == stuck.incidents[0].id


def test_when_the_silence_ends_only_those_who_have_not_heard_are_told(stuck: Watch, now: datetime) -> None:
    silence(stuck, now, ORDERS, hours=4)
    stuck.run(now + 91 * MINUTE, 60)
    assert [stuck.heard(path) for path in ROUTES] == [["opened"], ["opened"], [], []]
    stuck.run(now + 4 * HOUR, 5)
    assert [len(stuck.heard(path)) for path in ROUTES] == [1, 1, 1, 1]
    assert stuck.heard("/pagerduty") == ["trigger"]


def test_all_who_were_called_hear_of_the_end(stuck: Watch, now: datetime) -> None:
    silence(stuck, now, ORDERS)
    stuck.run(now + 91 * MINUTE, 60)
    watch, mended = stuck, now + 152 * MINUTE
    watch.scene.mesh = replace(watch.scene.mesh, products={})  # nothing is promised any more
    watch.run(mended, 3)
    assert [watch.heard(path) for path in ROUTES] == [["opened", "closed"], ["opened", "closed"], [], []]


def test_a_promise_that_joins_what_was_told_calls_nobody(stuck: Watch, now: datetime) -> None:
    silence(stuck, now, R1)
    stuck.run(now + 91 * MINUTE, 60)
    assert symptoms(stuck) == {ORDERS, R0, R1}
    assert [len(stuck.heard(path)) for path in ROUTES] == [1, 0, 1, 1]
    silence(stuck, now, ORDERS, R1)
    stuck.run(now + 152 * MINUTE, 5)
    assert [len(stuck.heard(path)) for path in ROUTES] == [1, 0, 1, 1], "it was told before it was muted"


def test_a_silent_promise_that_joins_calls_nobody_until_its_own_silence_ends(stuck: Watch, now: datetime) -> None:
    silence(stuck, now, ORDERS, "finance.*")
    stuck.run(now + 91 * MINUTE, 60)
    assert (symptoms(stuck), calls_of(stuck)) == ({ORDERS, R0, R1}, 0)
    silence(stuck, now, ORDERS, R0)
    stuck.run(now + 152 * MINUTE, 5)
    assert [stuck.heard(path) for path in ROUTES] == [["opened"], ["opened"], [], []]
    assert bodies(stuck, "/finance")[0]["product"] == R1


def test_another_promise_of_the_same_product_is_told_where_only_one_is_muted(stuck: Watch, now: datetime) -> None:
    """The freshness is known to be broken; that events are lost is not."""
    mute = Mute(product=ORDERS, sli=Sli.FRESHNESS, until=(now + DAY).date(), by="orders-squad", reason="known")
    alone = {ORDERS: stuck.scene.mesh.products[ORDERS]}
    rules = config(SLACK, PAGERDUTY, WEBHOOK, mutes=(mute,))
    stuck.scene.mesh = replace(stuck.scene.mesh, products=alone, notifications=rules)
    stuck.run(now + 91 * MINUTE, 5)
    assert (symptoms(stuck), calls_of(stuck)) == ({ORDERS}, 0)
    stuck.scene.land(evenly("lost", 100, now - HOUR, now), now + 96 * MINUTE)
    stuck.run(now + 97 * MINUTE, 5, stuck.scene.beat)
    assert [stuck.heard(path) for path in ROUTES] == [["opened"], [], ["[page]"], ["trigger"]]
    assert bodies(stuck, "/webhook")[0]["sli"] != "freshness"
    stuck.scene.mesh = replace(stuck.scene.mesh, notifications=config(SLACK, PAGERDUTY, WEBHOOK))
    stuck.run(now + 102 * MINUTE, 5, stuck.scene.beat)
    assert stuck.heard() == ["opened"], "the postponed notice was about the same incident"


def test_a_tick_that_dies_before_it_called_is_made_up_for(stuck: Watch, now: datetime) -> None:
    silence(stuck, now, ORDERS)
    stuck.run(now + 91 * MINUTE, 30)
    for minute in (121, 122):
        tick_in(stuck.scene.warehouse, stuck.scene.mesh, now + minute * MINUTE, stuck.told)  # and nothing is sent
    assert calls_of(stuck) == 0
    stuck.told = 0  # nor is it remembered how far the tick came
    stuck.run(now + 123 * MINUTE, 3)
    assert [stuck.heard(path) for path in ROUTES] == [["opened"], ["opened"], [], []]


def test_a_silent_incident_that_was_reopened_is_told_as_reopened(stuck: Watch, now: datetime) -> None:
    silence(stuck, now, ORDERS, hours=1)
    stuck.run(now + 91 * MINUTE, 5)
    there = stuck.scene.mesh
    stuck.scene.mesh = replace(there, products={})  # nothing is promised, so nothing is broken
    stuck.run(now + 96 * MINUTE, 3)
    assert stuck.heard() == ["opened", "closed"]
    stuck.scene.mesh = there
    silence(stuck, now, ORDERS)
    stuck.run(now + 100 * MINUTE, 20)
    assert stuck.heard() == ["opened", "closed"]
    stuck.run(now + 121 * MINUTE, 20)
    assert stuck.heard() == ["opened", "closed", "reopened"]
    assert len(stuck.incidents) == 1
