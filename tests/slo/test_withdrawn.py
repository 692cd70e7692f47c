"""Since when consumers saw an event is told by who saw it, not by who publishes it again."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.manifest.mesh import Mesh
from mesh_platform.slo.measurement import Verdict
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb
from tests.slo.counting.test_record import NOON
from tests.slo.scene import MINUTE, Scene, evenly

HOUR = timedelta(hours=1)


@pytest.fixture
def scene(warehouse: DuckDbWarehouse, shipped_mesh: Mesh) -> Scene:
    return Scene(warehouse, shipped_mesh)


def rebuilt(scene: Scene, events: list[tuple[str, datetime]], now: datetime) -> None:
    scene.warehouse.execute("delete from orders_internal.order_events")
    scene.build(events, now)
    scene.publish(now)


def test_what_a_lossy_refresh_took_away_and_the_next_brought_back_was_in_time(scene: Scene, now: datetime) -> None:
    events = evenly("e", 100, now - 5 * HOUR, now - 3 * HOUR)
    scene.seen(events, 5 * MINUTE)
    rebuilt(scene, events[:60], now - HOUR)
    rebuilt(scene, events, now - 30 * MINUTE)
    scene.beat(now)
    assert (scene.asked(now)["latency"].good, scene.asked(now)["latency"].total) == (100, 100)
    assert scene.asked(now)["completeness"].good == 100


def test_what_comes_back_with_the_next_batch_was_in_time_too(scene: Scene, now: datetime) -> None:
    events = evenly("e", 100, now - 5 * HOUR, now - 3 * HOUR)
    scene.seen(events, 5 * MINUTE)
    rebuilt(scene, events[:60], now - HOUR)
    scene.build(events[60:], now - 30 * MINUTE)
    scene.publish(now - 30 * MINUTE)
    assert scene.warehouse.query("select mode from mesh_slo.publications order by revision desc limit 1") == [
        ("append",)
    ]
    scene.beat(now)
    assert scene.asked(now)["latency"].good == 100


def test_a_past_moment_is_judged_by_what_was_there_then(scene: Scene, now: datetime) -> None:
    events = evenly("e", 100, now - 9 * HOUR, now - 8 * HOUR)
    scene.seen(events, 5 * MINUTE)
    moments = {}
    for hours, shown in ((6, 100), (4, 60), (2, 100), (1, 30)):
        if hours != 6:
            rebuilt(scene, events[:shown], now - hours * HOUR)
        scene.beat(now - hours * HOUR + MINUTE)
        moments[now - hours * HOUR + MINUTE] = shown
    for moment, shown in moments.items():
        assert scene.asked(moment)["completeness"].good == shown, moment
    lost = scene.asked(now - 4 * HOUR + MINUTE)["completeness"]
    assert lost.details["missing_keys"] == [key for key, _ in events[60:65]]


def test_a_duplicate_that_came_later_was_not_there_then(scene: Scene, now: datetime) -> None:
    events = evenly("e", 100, now - 9 * HOUR, now - 8 * HOUR)
    scene.seen(events, 5 * MINUTE)
    scene.beat(now - 5 * HOUR)
    scene.build(events[:30], now - HOUR)
    scene.publish(now - HOUR)
    scene.beat(now)
    assert scene.asked(now)["completeness"].details["duplicates"] == 30
    assert scene.asked(now - 5 * HOUR)["completeness"].details["duplicates"] == 0


def test_a_refresh_with_other_values_makes_nothing_late_where_nothing_names_the_key(
    scene: Scene, now: datetime
) -> None:
    scene.warehouse.execute("drop table orders_internal.expected_order_events")
    events = evenly("e", 1000, now - timedelta(days=3), now - HOUR)
    scene.build(events, now - 2 * HOUR)
    scene.publish(now - 2 * HOUR)
    scene.warehouse.execute(
        "update orders_internal.order_events__published set _mesh_published_at = event_timestamp + interval 5 minute"
    )
    scene.warehouse.execute("update orders_internal.order_events set event_type = 'MENDED', _mesh_batch = now()")
    scene.publish(now)
    seen = scene.warehouse.query(
        "select count(*) from orders_internal.order_events__published"
        " where _mesh_published_at = event_timestamp + interval 5 minute and event_type = 'MENDED'"
    )
    assert seen == [(1000,)]


def test_a_time_that_loses_its_microseconds_is_the_same_time(scene: Scene, now: datetime) -> None:
    events = evenly("e", 777, now - timedelta(days=3), now - HOUR)
    scene.seen(events, 5 * MINUTE)
    scene.warehouse.execute(
        "update orders_internal.order_events set event_timestamp = date_trunc('second', event_timestamp),"
        " _mesh_batch = now()"
    )
    scene.publish(now)
    scene.beat(now)
    found = scene.asked(now)["latency"]
    assert (found.verdict, found.good) == (Verdict.PASS, found.total)


@settings(max_examples=20)
@given(shown=st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=6))
def test_whatever_was_shown_when_each_moment_is_judged_by_it(
    shown: list[set[int]], shipped_mesh: Mesh, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with open_duckdb(tmp_path_factory.mktemp("law") / "warehouse.duckdb") as warehouse:
        scene = Scene(warehouse, shipped_mesh)
        events = evenly("e", 12, NOON - 9 * HOUR, NOON - 8 * HOUR)
        scene.land(events, NOON - 8 * HOUR)
        for n, there in enumerate(shown):
            at = NOON - 5 * HOUR + n * 10 * MINUTE
            rebuilt(scene, [events[e] for e in sorted(there)], at)
            scene.beat(at + MINUTE)
        for n, there in enumerate(shown):
            moment = NOON - 5 * HOUR + n * 10 * MINUTE + 2 * MINUTE
            assert scene.asked(moment, "completeness")["completeness"].good == len(there)
        first = {e: min(n for n, there in enumerate(shown) if e in there) for e in set().union(*shown)}
        seen = dict(warehouse.query("select event_id, _mesh_published_at from orders_internal.order_events__published"))
        for e in shown[-1]:
            assert seen[events[e][0]] == NOON - 5 * HOUR + first[e] * 10 * MINUTE


def test_nothing_is_kept_of_what_was_never_withdrawn(scene: Scene, now: datetime) -> None:
    events = evenly("e", 10, now - 5 * HOUR, now - 3 * HOUR)
    scene.pass_through(events, now)
    rebuilt(scene, events, now + MINUTE)
    assert scene.warehouse.columns("orders_internal", "order_events__withdrawn") == []


def test_only_keys_and_times_are_kept_of_what_was_withdrawn(scene: Scene, now: datetime) -> None:
    events = evenly("e", 10, now - 5 * HOUR, now - 3 * HOUR)
    scene.pass_through(events, now)
    rebuilt(scene, events[:5], now + MINUTE)
    kept = [name for name, _ in scene.warehouse.columns("orders_internal", "order_events__withdrawn")]
    times = ["_mesh_published_at", "_mesh_withdrawn_at", "_mesh_returned_at"]
    assert kept == ["event_id", "event_timestamp", *times]
