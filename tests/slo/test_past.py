"""`mesh slo --at TIME`: freshness of a past moment as it stood then, by what had landed then."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform import names
from mesh_platform.landing.records.heartbeat import remember_heartbeat
from mesh_platform.landing.records.ledger import ensure_landing
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.slo.inputs import recorded_since
from mesh_platform.slo.measure import SLIS, measure_and_keep
from mesh_platform.slo.measurement import Verdict
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from tests.landing.old_heartbeats import as_before
from tests.slo.scene import MINUTE, ORDERS, Scene, evenly

SYSTEM = "orders_service_postgres"
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def scene(warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime) -> Scene:
    """One event of long ago, and nothing since."""
    made = Scene(warehouse, shipped_mesh)
    made.pass_through(evenly("e", 1, now - 40 * HOUR, now - 39 * HOUR), now - 39 * HOUR)
    return made


def lag(scene: Scene, at: datetime) -> float:
    value = scene.asked(at, "freshness")["freshness"].value
    assert value is not None
    return value


def test_a_source_that_was_alive_then_is_fresh_then(scene: Scene, now: datetime) -> None:
    for n in range(600, -1, -1):
        scene.beat(now - n * MINUTE)
    for ago in (1, 60, 599):
        found = scene.asked(now - ago * MINUTE - 30 * SECOND, "freshness")["freshness"]
        assert (found.verdict, found.value) == (Verdict.PASS, 0.5)


def test_a_source_that_was_dead_then_is_stale_then_by_the_right_number_of_minutes(scene: Scene, now: datetime) -> None:
    """Ten hours alive, three dead, alive again."""
    for n in (*range(900, 300, -1), *range(120, -1, -1)):
        scene.beat(now - n * MINUTE)
    found = scene.asked(now - 121 * MINUTE, "freshness")["freshness"]
    assert (found.verdict, found.value) == (Verdict.ERROR, 180.0)
    assert found.began_at == now - 301 * MINUTE + 90 * MINUTE
    assert lag(scene, now - 210 * MINUTE) == 91.0
    assert lag(scene, now - 120 * MINUTE) == 0.0


def test_a_heartbeat_that_landed_late_was_not_known_before(scene: Scene, now: datetime) -> None:
    scene.beat(now - 120 * MINUTE)
    scene.beat(now - 30 * MINUTE, happened=now - 60 * MINUTE)
    assert lag(scene, now - 31 * MINUTE) == 89.0
    assert lag(scene, now - 30 * MINUTE) == 30.0
    assert recorded_since(scene.warehouse, now - 45 * MINUTE), "it landed later, although it was given before"
    assert not recorded_since(scene.warehouse, now - 30 * MINUTE)


def test_before_the_first_heartbeat_only_events_vouch(scene: Scene, now: datetime) -> None:
    scene.beat(now)
    assert lag(scene, now - MINUTE) == 40 * 60 - 1


def test_heartbeats_of_another_system_vouch_for_nothing(scene: Scene, now: datetime) -> None:
    remember_heartbeat(scene.warehouse, "another", now, now)
    assert lag(scene, now) == 40 * 60


def test_a_file_of_the_version_before_answers_before_and_after_it_is_migrated(scene: Scene, now: datetime) -> None:
    as_before(scene.warehouse, {SYSTEM: now - 10 * MINUTE})
    for migrated in (False, True):
        if migrated:
            ensure_landing(scene.warehouse, scene.mesh)
            scene.beat(now + HOUR)
        assert (lag(scene, now), lag(scene, now - 10 * MINUTE)) == (10.0, 0.0)
        assert lag(scene, now - 11 * MINUTE) == 40 * 60 - 11


def test_the_monitor_judges_a_file_of_the_version_before(scene: Scene, now: datetime) -> None:
    as_before(scene.warehouse, {SYSTEM: now - 10 * MINUTE})
    found = measure_and_keep(scene.mesh, scene.warehouse, [scene.product], SLIS, now)
    assert {m.sli: m.value for m in found if m.product == ORDERS}["freshness"] == 10.0
    assert not [m.reason for m in found if "no answer" in m.reason or "could not be judged" in m.reason]


@given(
    landings=st.lists(st.tuples(st.integers(1, 600), st.integers(-60, 900)), min_size=1, max_size=12).map(sorted),
    moments=st.lists(st.integers(0, 700), min_size=1, max_size=6, unique=True).map(sorted),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_past_moment_is_judged_as_it_was_judged_then_to_the_minute(
    scene: Scene, now: datetime, landings: Sequence[tuple[int, int]], moments: Sequence[int]
) -> None:
    """A heartbeat lands at such a second, given so many seconds before. Nothing is known that was not known then, and
    nothing is forgotten but what landed in the minute of the moment and was followed by another in the same minute."""
    for table in (names.HEARTBEATS, names.HEARTBEATS_BY_MINUTE):
        scene.warehouse.execute(f"delete from {table}")
    then: dict[int, float] = {}
    waiting = list(landings)
    for moment in [*moments, 10_000]:
        while waiting and waiting[0][0] <= moment:
            second, before = waiting.pop(0)
            scene.beat(now + second * SECOND, happened=now + (second - before) * SECOND)
        then[moment] = lag(scene, now + moment * SECOND)
    for moment, judged in then.items():
        replayed, minute = lag(scene, now + moment * SECOND), moment - moment % 60
        known = [-40 * 3600, *(min(second, second - ago) for second, ago in landings if second < minute)]
        assert judged <= replayed <= round((moment - max(known)) / 60, 3)
        if not any(moment < second < minute + 60 for second, _ in landings):
            assert replayed == judged
