"""What is kept says what counting everything says, whatever came when."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.manifest.mesh import Mesh
from mesh_platform.slo.measurement import Verdict
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb
from tests.slo.scene import MINUTE, Scene, evenly


@pytest.fixture
def scene(warehouse: DuckDbWarehouse, shipped_mesh: Mesh) -> Scene:
    return Scene(warehouse, shipped_mesh)


def counts(scene: Scene, now: datetime) -> tuple[object, object]:
    kept, asked = scene.ticked(now), scene.asked(now)
    told = [
        {s: (m.verdict, m.good, m.total, m.budget_remaining, m.alerts) for s, m in f.items()} for f in (kept, asked)
    ]
    return told[0], told[1]


def test_late_data_settles_its_bucket_again(scene: Scene, now: datetime) -> None:
    at = now - timedelta(hours=10)
    events = evenly("e", 100, at, at + timedelta(hours=1))
    scene.land(events, at + timedelta(hours=1))
    scene.build(events[:90], at + timedelta(hours=1))
    scene.publish(at + timedelta(hours=1))
    scene.beat(now)
    assert scene.ticked(now)["completeness"].good == 90
    scene.build(events[90:], now)
    scene.publish(now + MINUTE)
    found = scene.ticked(now + 2 * MINUTE)
    assert (found["completeness"].good, found["completeness"].verdict) == (100, Verdict.PASS)
    assert found["latency"].good == 40, "what was late stays late"


def test_a_tick_without_news_counts_nothing(scene: Scene, now: datetime) -> None:
    scene.pass_through(evenly("e", 100, now - timedelta(hours=5), now - timedelta(hours=4)), now - timedelta(hours=4))
    scene.ticked(now)
    scene.warehouse.execute("delete from orders_internal.order_events__published")
    assert scene.ticked(now + MINUTE)["completeness"].good == 100
    assert scene.asked(now + MINUTE)["completeness"].good == 0


def test_a_bucket_that_did_not_change_keeps_the_moment_it_was_measured_at(scene: Scene, now: datetime) -> None:
    scene.pass_through(evenly("e", 10, now - timedelta(hours=5), now - timedelta(hours=4)), now - timedelta(hours=4))
    scene.ticked(now)
    scene.pass_through(evenly("f", 10, now - timedelta(hours=3), now - timedelta(hours=2)), now)
    scene.ticked(now + MINUTE)
    rows = scene.warehouse.query("select measured_at, count(*) from mesh_slo.measurements group by 1 order by 1")
    assert [at for at, _ in rows] == [now, now + MINUTE]


def test_an_event_that_is_told_long_after_it_happened_and_lost_is_found_within_the_hour(
    scene: Scene, now: datetime
) -> None:
    scene.pass_through(evenly("e", 100, now - timedelta(hours=9), now - timedelta(hours=8)), now - timedelta(hours=8))
    scene.ticked(now)
    scene.land([("old", now - timedelta(days=9))], now, happened=now)
    assert scene.ticked(now + MINUTE)["completeness"].total == 100
    scene.land([("new", now)], now + timedelta(hours=1), happened=now)
    found = scene.ticked(now + timedelta(hours=1, minutes=1))["completeness"]
    assert (found.good, found.total) == (100, 101)


NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_what_was_complete_and_is_lost_later_began_to_be_bad_when_it_was_lost(scene: Scene, now: datetime) -> None:
    events = evenly("e", 100, now - timedelta(hours=5), now - timedelta(hours=4))
    scene.seen(events, 5 * MINUTE)
    scene.beat(now)
    assert scene.ticked(now)["completeness"].began_at is None
    scene.warehouse.execute("delete from orders_internal.order_events where event_id < 'e5'")
    scene.publish(now + 10 * MINUTE)
    lost = scene.ticked(now + 11 * MINUTE)["completeness"]
    assert (lost.verdict, lost.began_at) == (Verdict.ERROR, now + 11 * MINUTE)


def test_a_publication_that_a_faster_clock_stamped_is_visible_all_the_same(scene: Scene, now: datetime) -> None:
    events = evenly("e", 100, now - timedelta(hours=5), now - timedelta(hours=4))
    scene.land(events, now)
    scene.build(events, now)
    scene.publish(now + timedelta(seconds=10))
    scene.beat(now)
    assert scene.ticked(now)["completeness"].good == 100


def test_a_published_time_that_is_later_than_the_expected_one_makes_nothing_missing(
    scene: Scene, now: datetime
) -> None:
    events = evenly("e", 10, now - timedelta(hours=6), now - timedelta(hours=5))
    scene.land(events, now - timedelta(hours=5))
    assert scene.ticked(now - timedelta(hours=3))["completeness"].good == 0
    scene.build([(key, at + timedelta(hours=1)) for key, at in events], now)
    scene.publish(now)
    scene.beat(now)
    assert scene.ticked(now + MINUTE)["completeness"].good == 10


def test_what_the_source_deletes_is_noticed_within_the_hour_also_when_nothing_else_happens(
    scene: Scene, now: datetime
) -> None:
    events = evenly("e", 12, now - timedelta(hours=6), now - timedelta(hours=5))
    scene.land(events, now)
    scene.build(events[:11], now)
    scene.publish(now)
    scene.beat(now)
    assert (scene.ticked(now)["completeness"].good, scene.ticked(now)["completeness"].total) == (11, 12)
    scene.warehouse.execute("delete from orders_internal.expected_order_events where event_id = 'e11'")
    found = scene.ticked(now + timedelta(hours=1))["completeness"]
    assert (found.good, found.total) == (11, 11)


def test_a_view_over_a_file_that_is_gone_is_its_own_product_s_trouble(
    scene: Scene, now: datetime, tmp_path: Path
) -> None:
    gone = tmp_path / "gone.parquet"
    scene.warehouse.execute(f"copy (select 'e' as event_id, now() as event_timestamp) to '{gone}'")
    scene.warehouse.execute("drop table orders_internal.expected_order_events")
    scene.warehouse.execute(f"create view orders_internal.expected_order_events as from read_parquet('{gone}')")
    gone.unlink()
    for asked in (scene.ticked(now), scene.asked(now)):
        assert asked["completeness"].verdict is Verdict.UNKNOWN
        assert "refused" in asked["completeness"].reason


@pytest.mark.parametrize(("expected", "published"), [("bigint", "varchar"), ("varchar", "bigint")])
def test_a_key_that_is_a_number_here_and_a_text_there_tells_the_same_event(
    scene: Scene, now: datetime, expected: str, published: str
) -> None:
    for table, kind in (("expected_order_events", expected), ("order_events", published)):
        scene.warehouse.execute(f"alter table orders_internal.{table} alter event_id type {kind}")
    scene.warehouse.execute("drop table orders_internal.order_events__published")
    scene.publish(now - timedelta(hours=9))
    events = evenly("1", 100, now - timedelta(hours=6), now - timedelta(hours=5))
    scene.land(events[:60], now - timedelta(hours=4))
    scene.build(events[:50], now - timedelta(hours=4))
    scene.publish(now - timedelta(hours=4))
    scene.beat(now)
    assert scene.ticked(now)["completeness"].good == 50
    guest = [("guest", events[80][1])]
    scene.land(events[60:] + (guest if expected == "varchar" else []), now)
    scene.build(events[60:] + (guest if published == "varchar" else []), now)
    scene.publish(now + MINUTE)
    kept, asked = counts(scene, now + 2 * MINUTE)
    assert kept == asked
    found = scene.asked(now + 2 * MINUTE)["completeness"]
    assert (found.good, found.total) == (90, 100 + (expected == "varchar"))
    assert found.details["missing_keys"] == [key for key, _ in events[50:55]]


def test_a_key_that_is_told_again_counts_once_in_what_is_kept_too(scene: Scene, now: datetime) -> None:
    events = evenly("e", 1000, now - timedelta(days=2), now - timedelta(hours=2))
    scene.seen(events, 5 * MINUTE)
    scene.beat(now)
    scene.ticked(now)
    scene.land([(key, now + MINUTE) for key, _ in events[:100]], now + 2 * MINUTE)
    scene.beat(now + 100 * MINUTE)
    kept, asked = counts(scene, now + 100 * MINUTE)
    assert kept == asked
    assert scene.ticked(now + 101 * MINUTE)["latency"].good == 1000


def test_what_was_missing_and_is_deleted_by_the_source_is_not_missed_any_more(scene: Scene, now: datetime) -> None:
    events = evenly("e", 100, now - timedelta(hours=9), now - timedelta(hours=8))
    scene.land(events, now - timedelta(hours=8))
    scene.build(events[:50], now - timedelta(hours=8))
    scene.publish(now - timedelta(hours=8))
    scene.beat(now)
    assert scene.ticked(now)["completeness"].good == 50
    scene.warehouse.execute(
        "delete from orders_internal.expected_order_events where event_id not in"
        " (select event_id from orders_internal.order_events__published)"
    )
    scene.land([("new", now)], now, happened=now)
    kept, asked = counts(scene, now + MINUTE)
    assert kept == asked


def test_counts_that_somebody_dropped_are_made_anew(scene: Scene, now: datetime) -> None:
    scene.seen(evenly("e", 100, now - timedelta(hours=9), now - timedelta(hours=8)), 2 * timedelta(hours=1))
    scene.beat(now)
    before = scene.ticked(now)
    scene.warehouse.execute("drop table mesh_slo.measurements")
    assert scene.ticked(now + MINUTE)["latency"].good == before["latency"].good
    assert scene.ticked(now + MINUTE)["latency"].total == 100


def test_what_is_refused_for_ever_does_not_make_every_tick_look_at_everything_that_ever_landed(
    scene: Scene, now: datetime
) -> None:
    scene.pass_through(evenly("e", 10, now - timedelta(hours=5), now - timedelta(hours=4)), now - timedelta(hours=4))
    scene.warehouse.execute("alter table orders_internal.expected_order_events rename event_id to another")
    assert scene.ticked(now)["completeness"].verdict is Verdict.UNKNOWN
    ((counted,),) = scene.warehouse.query("select revision from mesh_slo.counted")
    assert counted == scene.warehouse.query("select max(revision) from mesh_meta.revisions")[0][0]
    scene.warehouse.execute("alter table orders_internal.expected_order_events rename another to event_id")
    assert scene.ticked(now + MINUTE)["completeness"].good == 10


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["land", "retell", "build", "publish", "rebuild", "delete", "beat", "tick"]),
        st.integers(0, 40),
        st.integers(0, 300),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25)
@given(steps=STEPS)
def test_whatever_came_when_the_record_says_what_counting_everything_says(
    steps: list[tuple[str, int, int]], shipped_mesh: Mesh, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law")
    with open_duckdb(folder / "warehouse.duckdb") as warehouse:
        scene, clock, landed = Scene(warehouse, shipped_mesh), NOON, list[tuple[str, datetime]]()
        for n, (step, count, minutes) in enumerate(steps):
            clock += timedelta(minutes=minutes)
            match step:
                case "land":
                    events = evenly(f"{n}-", count, clock - timedelta(minutes=minutes + 1), clock)
                    landed += events
                    scene.land(events, clock)
                case "retell":
                    again = [(key, clock) for key, _ in landed[-count:]]
                    scene.land(again, clock)
                case "delete":
                    gone = ", ".join(f"'{key}'" for key, _ in landed[-count:]) or "''"
                    warehouse.execute(
                        f"delete from orders_internal.expected_order_events where event_id in ({gone})"
                        " and event_id not in (select event_id from orders_internal.order_events__published)"
                    )
                    scene.land([(f"{n}-after", clock)], clock, happened=clock)
                case "build":
                    scene.build(landed[-count:], clock)
                case "publish":
                    scene.publish(clock)
                case "rebuild":
                    warehouse.execute("delete from orders_internal.order_events")
                    scene.build(landed[: len(landed) - count // 10], clock)
                    scene.publish(clock)
                case "beat":
                    scene.beat(clock)
                case "tick":
                    scene.ticked(clock)
        for later in (0, 40, 200):
            kept, asked = counts(scene, clock + timedelta(minutes=later))
            assert kept == asked
