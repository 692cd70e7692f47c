"""Planted faults from the first bad tick to what people heard of them, over real HTTP."""

from dataclasses import replace
from datetime import datetime

from mesh_platform.incidents.store import whole
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.manifest.notifications import Maintenance, Mute
from mesh_platform.monitor.tick import tick_in
from mesh_platform.slo.measurement import Severity, Verdict
from tests.monitor.watch import DAY, HOUR, Watch, healthy, readers
from tests.notifying.notices import PAGERDUTY, SLACK, WEBHOOK, config
from tests.slo.scene import MINUTE, ORDERS, evenly

SYSTEM = "system:orders_service_postgres"


def test_a_dead_connector_pages_within_two_ticks_and_closes_when_it_is_back(watch: Watch, now: datetime) -> None:
    healthy(watch, now)
    watch.run(now + 88 * MINUTE, 2)
    assert watch.heard() == []
    watch.run(now + 91 * MINUTE, 2)
    assert watch.heard() == ["opened"]
    incident = watch.incidents[0]
    assert (incident.cause, incident.severity, incident.open) == (SYSTEM, Severity.PAGE, True)
    assert incident.began_at == now + 90 * MINUTE
    watch.run(now + 93 * MINUTE, 30)
    assert watch.heard() == ["opened"], "once, however long it lasts"
    watch.run(now + 123 * MINUTE, 3, watch.scene.beat)
    assert watch.heard() == ["opened", "closed"]
    assert watch.heard("/pagerduty") == ["trigger", "resolve"]
    assert len({body["dedup_key"] for at, _, body in watch.receiver.got if at.startswith("/pagerduty")}) == 1
    closed = watch.incidents[0]
    assert closed.time_to_detect == 2 * MINUTE
    assert closed.time_to_restore == 33 * MINUTE


def test_the_notice_says_whom_it_concerns_and_where_to_look(watch: Watch, shipped_mesh: Mesh, now: datetime) -> None:
    healthy(watch, now)
    readers(watch, shipped_mesh.products["finance.revenue_daily"], 1, now)
    watch.run(now + 91 * MINUTE, 2)
    said = next(body for at, _, body in watch.receiver.got if at.startswith("/webhook"))
    assert said["cause"] == SYSTEM
    assert said["reason"].startswith("the source system `orders_service_postgres` gives no sign of life")
    assert (said["oncall"], said["channel"]) == ("@orders-oncall", "#data-orders")
    assert said["blast_radius"] == ["finance.r0 (finance-insights, #data-finance)"]
    assert said["links"]["check"].endswith("/assets/orders/order_events?view=checks&checkDetail=freshness")
    assert said["links"]["runbook"] == "docs/on-call.md#freshness"
    assert said["last_good_at"] == now.isoformat()


def test_a_quiet_night_wakes_nobody(watch: Watch, now: datetime) -> None:
    healthy(watch, now)
    watch.run(now, 24, watch.scene.beat, 10 * MINUTE)
    assert (watch.heard(), watch.incidents) == ([], [])


def test_one_bad_tick_is_nobody_s_business(watch: Watch, now: datetime) -> None:
    healthy(watch, now)
    watch.run(now + 91 * MINUTE, 1)
    watch.scene.beat(now + 92 * MINUTE)
    watch.run(now + 92 * MINUTE, 5)
    assert (watch.heard(), watch.incidents) == ([], [])


def test_lost_events_page_and_their_return_closes(watch: Watch, now: datetime) -> None:
    healthy(watch, now)
    events = evenly("f", 100, now - HOUR, now)
    watch.scene.land(events, now)
    watch.scene.build(events[:20], now)
    watch.scene.publish(now)
    watch.run(now + 101 * MINUTE, 2, watch.scene.beat)
    assert [i.cause for i in watch.incidents] == [ORDERS]
    assert watch.heard() == ["opened"]
    watch.scene.build(events[20:], now + 110 * MINUTE)
    watch.scene.publish(now + 110 * MINUTE)
    watch.run(now + 111 * MINUTE, 2, watch.scene.beat)
    found = watch.tick(now + 113 * MINUTE)
    assert {m.verdict for m in found.measurements if (m.product, m.sli) == (ORDERS, "completeness")} == {Verdict.PASS}
    assert watch.heard() == ["opened", "closed"]


def test_what_flaps_within_half_an_hour_is_the_same_incident(watch: Watch, now: datetime) -> None:
    healthy(watch, now)
    watch.run(now + 91 * MINUTE, 3)
    watch.scene.beat(now + 94 * MINUTE, happened=now + 6 * MINUTE)
    watch.run(now + 94 * MINUTE, 3)
    assert watch.heard() == ["opened", "closed"]
    watch.run(now + 97 * MINUTE, 3)
    assert watch.heard() == ["opened", "closed", "reopened"]
    assert len(watch.incidents) == 1


def test_in_a_maintenance_window_nobody_is_told_and_afterwards_once(watch: Watch, now: datetime) -> None:
    healthy(watch, now)
    window = Maintenance.model_validate(
        {"products": ("orders.*",), "from": now, "until": now + 2 * HOUR, "reason": "the database is moved"}
    )
    scene = watch.scene
    scene.mesh = replace(scene.mesh, notifications=config(SLACK, PAGERDUTY, WEBHOOK, maintenance=(window,)))
    watch.run(now + 91 * MINUTE, 20)
    assert watch.heard() == []
    assert [i.open for i in watch.incidents] == [True]
    watch.run(now + 121 * MINUTE, 3)
    assert watch.heard() == ["opened"]


def test_an_outage_in_the_middle_changes_nothing(watch: Watch, now: datetime) -> None:
    """Ticks that had no answer left no trace: the fold goes on where it was."""
    healthy(watch, now)
    watch.run(now + 91 * MINUTE, 2)
    watch.run(now + 200 * MINUTE, 1)
    assert watch.heard() == ["opened"]
    watch.run(now + 201 * MINUTE, 2, watch.scene.beat)
    assert watch.heard() == ["opened", "closed"]


def test_a_tick_that_dies_before_people_were_told_tells_them_the_next_time(watch: Watch, now: datetime) -> None:
    healthy(watch, now)
    watch.run(now + 91 * MINUTE, 1)
    tick_in(watch.scene.warehouse, watch.scene.mesh, now + 92 * MINUTE, watch.told)  # and the process is gone
    assert watch.heard() == []
    watch.run(now + 93 * MINUTE, 2)
    assert watch.heard() == ["opened"]


def test_ten_products_failing_from_one_upstream_are_one_call(watch: Watch, shipped_mesh: Mesh, now: datetime) -> None:
    healthy(watch, now)
    readers(watch, shipped_mesh.products["finance.revenue_daily"], 10, now)
    watch.scene.land([("late", now)], now)
    watch.run(now + 500 * MINUTE, 4)
    assert [i.cause for i in watch.incidents] == [ORDERS]
    symptoms = whole(watch.scene.warehouse).symptoms_of(watch.incidents[0].id)
    assert {p for p, _ in symptoms} >= {ORDERS, *(f"finance.r{n}" for n in range(10))}
    assert watch.heard() == ["opened"]
    assert watch.heard("/pagerduty") == ["trigger"]


def test_a_mute_of_one_product_silences_no_other(watch: Watch, shipped_mesh: Mesh, now: datetime) -> None:
    healthy(watch, now)
    readers(watch, shipped_mesh.products["finance.revenue_daily"], 3, now)
    mute = Mute(product="finance.r0", until=(now + DAY).date(), by="finance", reason="known")
    scene = watch.scene
    scene.mesh = replace(scene.mesh, notifications=config(SLACK, PAGERDUTY, WEBHOOK, mutes=(mute,)))
    watch.run(now + 500 * MINUTE, 3)
    assert watch.heard() == ["opened"]


def test_a_warehouse_that_was_made_anew_still_tells_people(watch: Watch, now: datetime) -> None:
    """The cursor is of the old one, whose events had greater numbers."""
    healthy(watch, now)
    watch.told = 500
    watch.run(now + 91 * MINUTE, 3)
    assert watch.heard() == ["opened"]


def test_the_end_is_told_of_the_promise_that_was_broken(watch: Watch, now: datetime) -> None:
    healthy(watch, now)
    watch.run(now + 91 * MINUTE, 3)
    watch.run(now + 94 * MINUTE, 3, watch.scene.beat)
    closed = [body for at, _, body in watch.receiver.got if at.startswith("/webhook")][-1]
    assert (closed["kind"], closed["sli"]) == ("closed", "freshness")


def test_a_slow_leak_is_a_ticket_that_wakes_nobody(watch: Watch, now: datetime) -> None:
    """One event in fifty late: twice what is allowed, for days."""
    events = evenly("e", 20_000, now - 20 * DAY, now - HOUR)
    watch.scene.seen(events[::50], 2 * HOUR)
    watch.scene.seen([e for n, e in enumerate(events) if n % 50], 5 * MINUTE)
    watch.run(now, 3, watch.scene.beat)
    assert [(i.severity, i.open) for i in watch.incidents] == [(Severity.TICKET, True)]
    assert watch.heard("/pagerduty") == []
    assert len(watch.heard("/slack")) == 1
