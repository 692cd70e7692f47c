"""What people hear when an incident ends: that it is over where it is, and where it goes on where it is not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from mesh_platform.incidents.event import Kind as Happened
from mesh_platform.incidents.told import tell_conditions
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.monitor.conditions import conditions
from mesh_platform.slo.measure import PROMISES, measure_and_keep
from tests.monitor.watch import HOUR, Watch, healthy, readers
from tests.notifying.notices import FINANCE, PAGERDUTY, SLACK, WEBHOOK, config
from tests.slo.scene import MINUTE, ORDERS

R0 = "finance.r0"


@pytest.fixture
def behind(watch: Watch, shipped_mesh: Mesh, now: datetime) -> Watch:
    """A reader of the orders that is behind by itself, of which finance hears; then the orders get stuck too."""
    healthy(watch, now)
    readers(watch, shipped_mesh.products["finance.revenue_daily"], 1, now)
    scene = watch.scene
    scene.mesh = replace(scene.mesh, notifications=config(SLACK, PAGERDUTY, WEBHOOK, FINANCE))
    scene.pass_through([("n1", now - MINUTE)], now)
    scene.warehouse.execute(
        f"update mesh_slo.publications set through_revision = 0, revision = 1 where product = '{R0}'"
    )
    watch.run(now + 5 * MINUTE, 5, scene.beat, 5 * MINUTE)
    scene.land([("stuck", now + 29 * MINUTE)], now + 30 * MINUTE)
    watch.run(now + 30 * MINUTE, 34, scene.beat, 5 * MINUTE)
    return watch


def mended(watch: Watch, now: datetime) -> None:
    """The orders are published again; the reader is as far behind as it was."""
    watch.scene.build([("stuck", now + 29 * MINUTE)], now + 200 * MINUTE)
    watch.scene.publish(now + 200 * MINUTE)


def bodies(watch: Watch, path: str) -> Sequence[Any]:
    return [body for at, _, body in watch.receiver.got if at.startswith(path)]


def test_an_incident_that_merged_is_told_as_one_that_goes_on(behind: Watch, now: datetime) -> None:
    own, heir = behind.incidents
    assert (own.state, own.merged_into, heir.cause) == ("merged", heir.id, ORDERS)
    opened, handed, moved = bodies(behind, "/finance")
    assert [(b["kind"], b["incident"]) for b in (opened, handed, moved)] == [
        ("opened", own.id),
        ("opened", heir.id),
        ("moved", own.id),
    ]
    assert (moved["goes_on_as"], moved["continues"]) == ([heir.id], None)
    assert moved["reason"] == f"goes on as {heir.id}: its cause is {ORDERS}"
    assert (moved["product"], moved["sli"]) == (R0, "freshness")
    assert (handed["continues"], handed["product"], handed["cause"]) == (own.id, R0, ORDERS)
    assert handed["reason"].startswith(f"incident {own.id} goes on as this one: ")
    assert behind.heard() == ["opened", "opened", "moved"], "whoever heard of the other one is not told of it again"
    assert behind.heard("/pagerduty") == ["trigger"]


def test_whoever_was_called_hears_the_true_end(behind: Watch, now: datetime) -> None:
    _, heir = behind.incidents
    mended(behind, now)
    behind.scene.warehouse.execute(
        "update mesh_slo.publications set through_revision = 99 where product = 'finance.r0'"
    )
    behind.run(now + 201 * MINUTE, 3, behind.scene.beat)
    last = bodies(behind, "/finance")[-1]
    assert (last["kind"], last["incident"]) == ("closed", heir.id)
    assert [b["kind"] for b in bodies(behind, "/finance")] == ["opened", "opened", "moved", "closed"]
    assert behind.heard("/pagerduty") == ["trigger", "resolve"]


def test_a_close_whose_last_symptom_has_another_cause_is_no_recovery(behind: Watch, now: datetime) -> None:
    """The orders are mended and the reader is not: after half an hour it is finance's own incident."""
    mended(behind, now)
    behind.run(now + 201 * MINUTE, 60, behind.scene.beat)
    _, orders, again = behind.incidents
    assert (orders.state, again.cause, again.open) == ("closed", R0, True)
    last = bodies(behind, "/slack")[-1]["text"]
    assert last.startswith(f"[moved] {R0}: freshness is still not what was promised")
    assert f"goes on as {again.id}: its cause is {R0}" in last
    assert behind.heard("/pagerduty") == ["trigger", "resolve"], "whose own promise is kept is not called for another's"
    assert [(b["kind"], b["incident"]) for b in bodies(behind, "/finance")][-2:] == [
        ("opened", again.id),
        ("moved", orders.id),
    ]
    assert "is as promised again" not in str(bodies(behind, "/slack"))


def test_told_again_from_the_beginning_nobody_hears_more(behind: Watch, now: datetime) -> None:
    mended(behind, now)
    behind.run(now + 201 * MINUTE, 60, behind.scene.beat)
    before = len(behind.receiver.got)
    behind.told = 0
    behind.run(now + 261 * MINUTE, 2, behind.scene.beat)
    assert len(behind.receiver.got) == before


def test_that_a_system_is_silent_is_not_said_when_it_is_back(watch: Watch, now: datetime) -> None:
    healthy(watch, now)
    watch.run(now + 91 * MINUTE, 3)
    watch.run(now + 94 * MINUTE, 3, watch.scene.beat)
    opened, closed = bodies(watch, "/webhook")
    assert (opened["kind"], closed["kind"]) == ("opened", "closed")
    assert "gives no sign of life" in opened["reason"]
    assert "gives no sign of life" not in closed["reason"]


def test_a_close_that_was_recorded_and_not_filed_is_told_however_late(watch: Watch, now: datetime) -> None:
    healthy(watch, now)
    watch.run(now + 91 * MINUTE, 3)
    scene, end = watch.scene, now + 95 * MINUTE
    scene.beat(now + 94 * MINUTE)
    watch.run(now + 94 * MINUTE, 1)
    scene.beat(end)
    found = measure_and_keep(scene.mesh, scene.warehouse, scene.mesh.products.values(), PROMISES, end)
    events, _ = tell_conditions(scene.warehouse, conditions(scene.mesh, found, PROMISES), end)  # and it is killed
    assert Happened.CLOSED in [event.kind for event in events]
    assert watch.heard() == ["opened"]
    watch.run(end + timedelta(days=3), 2, scene.beat)
    assert watch.heard() == ["opened", "closed"]
    assert watch.heard("/pagerduty") == ["trigger", "resolve"]
    assert watch.incidents[0].time_to_restore == 4 * MINUTE < HOUR
