"""Planted faults, each with what must, and what must not, be said of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mesh_platform.manifest.mesh import Mesh
from mesh_platform.slo.measurement import Severity, Verdict
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from tests.slo.scene import MINUTE, ORDERS, Scene, evenly

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def promising(mesh: Mesh, objective: float) -> Mesh:
    """The shipped mesh, whose order events promise another share of events in time."""
    product = mesh.products[ORDERS]
    slo = product.manifest.slo.model_copy(update={"objective_percent": objective})
    manifest = product.manifest.model_copy(update={"spec": product.manifest.spec.model_copy(update={"slo": slo})})
    return replace(mesh, products={**mesh.products, ORDERS: replace(product, manifest=manifest)})


@pytest.fixture
def scene(warehouse: DuckDbWarehouse, shipped_mesh: Mesh) -> Scene:
    return Scene(warehouse, promising(shipped_mesh, 99.5))


def youngest_row(scene: Scene, now: datetime) -> timedelta:
    """What a tool sees that looks at max(ts) of the port."""
    return now - scene.warehouse.query("select max(event_timestamp) from orders_prod.order_events")[0][0]


def stream(scene: Scene, since: datetime, until: datetime, per_hour: int, late: float) -> None:
    """Events that were visible five minutes after they happened; `late` of them four hours after."""
    events = evenly("e", int(per_hour * ((until - since) / HOUR)), since, until)
    is_late = [int((n + 1) * late) > int(n * late) for n in range(len(events))]
    scene.seen([e for e, is_ in zip(events, is_late, strict=True) if is_], 4 * HOUR)
    scene.seen([e for e, is_ in zip(events, is_late, strict=True) if not is_], 5 * MINUTE)


@pytest.mark.parametrize(("late", "verdict", "left"), [(0.004, Verdict.PASS, 0.2), (0.006, Verdict.ERROR, -0.2)])
def test_a_promise_of_995_in_a_thousand_is_kept_with_4_late_and_broken_with_6(
    scene: Scene, now: datetime, late: float, verdict: Verdict, left: float
) -> None:
    stream(scene, now - 20 * DAY, now - HOUR, 50, late)
    scene.beat(now)
    found = scene.asked(now)
    assert (found["latency"].verdict, found["latency"].budget_remaining) == (verdict, pytest.approx(left, abs=0.02))
    assert found["freshness"].verdict is Verdict.PASS
    assert found["completeness"].verdict is Verdict.PASS
    assert youngest_row(scene, now) < 2 * HOUR


def test_999_of_1000_events_ten_days_late_behind_a_fresh_maximum_are_seen(scene: Scene, now: datetime) -> None:
    """Whoever looks at the newest row says that all is well."""
    old = evenly("old", 999, now - 10 * DAY, now - 9 * DAY)
    scene.land([*old, ("new", now - 31 * MINUTE - 5 * MINUTE)], now - 30 * MINUTE)
    scene.build(scene.landed, now - 20 * MINUTE)
    scene.publish(now - 20 * MINUTE)
    scene.beat(now)
    found = scene.asked(now)
    assert youngest_row(scene, now) == 36 * MINUTE, "within the warning of 45 minutes"
    assert found["freshness"].verdict is Verdict.PASS, "nothing waits any more"
    assert (found["latency"].good, found["latency"].total, found["latency"].verdict) == (1, 1000, Verdict.ERROR)
    assert found["latency"].value == 0.1


def test_missing_keys_are_counted_located_and_named(scene: Scene, now: datetime) -> None:
    events = evenly("e", 1000, now - 5 * HOUR, now - 3 * HOUR)
    scene.pass_through(events, now - 3 * HOUR, built=events[:950])
    scene.beat(now)
    found = scene.asked(now)["completeness"]
    assert (found.good, found.total, found.verdict) == (950, 1000, Verdict.ERROR)
    assert found.details["missing_keys"] == ["e950", "e951", "e952", "e953", "e954"]
    assert found.details["stages"] == [
        "arrived: 1,000 records", "change log: 1,000 changes", "must exist: 1,000 events",
        "built: 950 events, 50 missing", "published: 950 events",
    ]  # fmt: skip


def test_duplicated_keys_are_reported_and_make_up_for_no_missing_one(scene: Scene, now: datetime) -> None:
    events = evenly("e", 100, now - 5 * HOUR, now - 3 * HOUR)
    scene.pass_through(events, now - 3 * HOUR, built=[*events[:99], *events[:5]])
    scene.beat(now)
    found = scene.asked(now)["completeness"]
    assert (found.good, found.total, found.details["duplicates"]) == (99, 100, 5)
    assert "5 are there more than once" in found.reason


def test_a_quiet_night_with_a_heartbeat_is_no_fault(scene: Scene, now: datetime) -> None:
    scene.pass_through(evenly("e", 100, now - 10 * HOUR, now - 9 * HOUR), now - 9 * HOUR)
    scene.beat(now - MINUTE)
    found = scene.asked(now)
    assert youngest_row(scene, now) > 9 * HOUR, "whoever looks at the newest row calls somebody"
    assert {m.verdict for s, m in found.items() if s != "latency"} == {Verdict.PASS}


def test_a_dead_connector_is_stale_and_costs_no_budget(scene: Scene, now: datetime) -> None:
    events = evenly("e", 100, now - 10 * HOUR, now - 9 * HOUR)
    scene.seen(events, 5 * MINUTE)
    scene.beat(now - 3 * HOUR)
    found = scene.asked(now)
    assert found["freshness"].verdict is Verdict.ERROR
    assert found["freshness"].value == 180.0
    assert found["latency"].verdict is Verdict.PASS
    assert found["completeness"].verdict is Verdict.PASS


def test_what_came_late_after_all_is_complete_and_stays_late(scene: Scene, now: datetime) -> None:
    events = evenly("e", 1000, now - 8 * HOUR, now - 7 * HOUR)
    scene.pass_through(events, now - 7 * HOUR, built=events[:500])
    scene.beat(now)
    assert scene.asked(now - 4 * HOUR)["completeness"].verdict is Verdict.ERROR
    scene.build(events[500:], now - HOUR)
    scene.publish(now - HOUR)
    found = scene.asked(now)
    assert found["completeness"].verdict is Verdict.PASS
    assert found["latency"].good == 0 + sum(at + 30 * MINUTE >= now - 7 * HOUR for _, at in events[:500])


def test_a_clock_that_runs_ahead_is_told_apart_from_lateness(scene: Scene, now: datetime) -> None:
    scene.land(evenly("ahead", 50, now + HOUR, now + 2 * HOUR), now)
    scene.build(scene.landed, now)
    scene.publish(now)
    scene.beat(now)
    assert scene.asked(now)["latency"].total == 0, "they have not happened yet"
    scene.beat(now + 4 * HOUR)
    found = scene.asked(now + 4 * HOUR)
    assert (found["latency"].good, found["latency"].total) == (50, 50)
    assert found["latency"].details["early_events"] == 50
    assert "a clock of the source runs ahead" in found["latency"].reason


@pytest.mark.parametrize("at", ["2026-03-29T00:30:00Z", "2026-10-25T00:30:00Z", "2026-12-31T23:30:00Z"])
def test_no_hour_is_lost_or_counted_twice_where_clocks_are_changed(scene: Scene, at: str) -> None:
    """The nights in which Europe's clocks skip and repeat an hour, and the turn of the year."""
    since = datetime.fromisoformat(at).astimezone(UTC)
    scene.warehouse.execute("set TimeZone = 'Europe/Berlin'")
    scene.seen(evenly("e", 300, since, since + 3 * HOUR), 5 * MINUTE)
    scene.warehouse.execute("set TimeZone = 'UTC'")
    scene.beat(since + 6 * HOUR)
    found = scene.asked(since + 6 * HOUR)
    assert [(found[s].good, found[s].total) for s in ("latency", "completeness")] == [(300, 300)] * 2
    buckets = scene.warehouse.query(
        "select count(distinct date_trunc('hour', event_timestamp)) from orders_prod.order_events"
    )
    assert buckets[0][0] in (3, 4)


def test_a_backfill_of_a_month_ago_costs_nothing_and_one_of_yesterday_does(scene: Scene, now: datetime) -> None:
    scene.seen(evenly("e", 100, now - 5 * HOUR, now - 4 * HOUR), 5 * MINUTE)
    scene.pass_through(evenly("old", 1000, now - 60 * DAY, now - 59 * DAY), now - 2 * HOUR)
    scene.beat(now)
    assert (scene.asked(now)["latency"].good, scene.asked(now)["latency"].total) == (100, 100)
    scene.pass_through(evenly("yesterday", 100, now - 2 * DAY, now - DAY), now - HOUR)
    assert (scene.asked(now)["latency"].good, scene.asked(now)["latency"].total) == (100, 200)


def test_what_the_source_deleted_is_not_missed(scene: Scene, now: datetime) -> None:
    events = evenly("e", 100, now - 5 * HOUR, now - 4 * HOUR)
    scene.seen(events, 5 * MINUTE)
    scene.warehouse.execute("delete from orders_internal.expected_order_events where event_id < 'e5'")
    scene.warehouse.execute("delete from orders_internal.order_events where event_id < 'e5'")
    scene.publish(now - HOUR)
    scene.beat(now)
    found = scene.asked(now)
    assert found["completeness"].good == found["completeness"].total
    assert found["latency"].good == found["latency"].total, "what stayed was seen when it was seen first"


def test_the_history_that_a_new_product_comes_with_was_never_promised_in_time(scene: Scene, now: datetime) -> None:
    scene.warehouse.execute("delete from mesh_slo.publications")
    scene.pass_through(evenly("history", 1000, now - 20 * DAY, now - 2 * HOUR), now - HOUR)
    scene.beat(now)
    found = scene.asked(now)
    assert (found["latency"].verdict, found["latency"].total) == (Verdict.PASS, 0)
    assert "since its first publication" in found["latency"].reason
    assert (found["completeness"].good, found["completeness"].total) == (1000, 1000)
    scene.pass_through(evenly("live", 10, now, now + 10 * MINUTE), now + 20 * MINUTE)
    scene.beat(now + HOUR)
    assert (scene.asked(now + HOUR)["latency"].good, scene.asked(now + HOUR)["latency"].total) == (10, 10)


def test_a_full_refresh_makes_nothing_late(scene: Scene, now: datetime) -> None:
    events = evenly("e", 1000, now - 2 * DAY, now - DAY)
    scene.seen(events, 5 * MINUTE)
    scene.beat(now)
    before = scene.asked(now)["latency"]
    scene.warehouse.execute("delete from orders_internal.order_events")
    scene.build(events, now)
    scene.publish(now)
    assert scene.asked(now)["latency"] == before


def test_a_burst_of_lateness_pages_and_says_when_the_budget_is_gone(scene: Scene, now: datetime) -> None:
    scene.seen(evenly("e", 20_000, now - 20 * DAY, now - 2 * HOUR), 5 * MINUTE)
    scene.seen(evenly("late", 50, now - 2 * HOUR, now - 31 * MINUTE), 31 * MINUTE)
    scene.beat(now)
    found = scene.asked(now)["latency"]
    assert found.verdict is Verdict.ERROR
    assert found.value is not None
    assert found.value > 99.5, "the promise of the window still holds"
    assert [a.severity for a in found.alerts] == [Severity.PAGE]
    assert "at this rate the rest of it is gone in" in found.reason


def test_a_bad_minute_of_a_quiet_night_calls_nobody(scene: Scene, now: datetime) -> None:
    """Three events, all late: 200 times too fast for the clock, a thousandth of what the window allows."""
    scene.seen(evenly("e", 20_000, now - 20 * DAY, now - 5 * HOUR), 5 * MINUTE)
    scene.seen(evenly("late", 3, now - 2 * HOUR, now - HOUR), HOUR)
    scene.beat(now)
    found = scene.asked(now)["latency"]
    assert (found.verdict, found.alerts) == (Verdict.PASS, ())


def test_single_events_of_the_first_bucket_are_no_full_five_minutes(scene: Scene, now: datetime) -> None:
    """The first publication lies inside of its bucket, so what happened there is not judged, though it has settled."""
    first = now - 62 * MINUTE
    scene.warehouse.execute("update mesh_slo.publications set published_at = ?", [first])
    scene.seen(evenly("e", 3, first, first + MINUTE), 2 * MINUTE)
    scene.beat(now)
    found = scene.asked(now, "latency")["latency"]
    assert (found.verdict, found.total) == (Verdict.PASS, 0)
    assert (
        found.reason == "no event of a full five minutes since its first publication has settled, so nothing was late"
    )
