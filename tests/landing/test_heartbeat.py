"""Heartbeats: the last of each system, and what was known of it at a past moment."""

from datetime import datetime, timedelta
from pathlib import Path

from mesh_platform import names
from mesh_platform.landing.records.heartbeat import (
    Heartbeat,
    ensure_heartbeats,
    heard_by,
    last_heartbeats,
    remember_heartbeat,
)
from mesh_platform.landing.records.ledger import ensure_landing
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb
from tests.landing.old_heartbeats import as_before
from tests.landing.scene import NOW, SYSTEM, Scene, lines

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
HISTORY = f"select system, minute, last_heartbeat_at, landed_at from {names.HEARTBEATS_BY_MINUTE} order by all"


def beat_file(at: datetime) -> bytes:
    return lines([{"ts_ms": int(at.timestamp() * 1000)}])


def test_many_heartbeats_that_land_in_one_minute_are_one_row(scene: Scene) -> None:
    for n in range(30):
        scene.put(f"{n}.jsonl", beat_file(NOW - n * SECOND))
        scene.land(now=NOW + n * SECOND)
    assert scene.warehouse.query(HISTORY) == [(SYSTEM, NOW, NOW, NOW)]
    scene.put("next.jsonl", beat_file(NOW + 50 * SECOND))
    scene.land(now=NOW + 59 * SECOND)
    assert scene.warehouse.query(HISTORY) == [(SYSTEM, NOW, NOW + 50 * SECOND, NOW + 59 * SECOND)]
    scene.put("later.jsonl", beat_file(NOW + 55 * SECOND))
    scene.land(now=NOW + MINUTE)
    assert [row[1] for row in scene.warehouse.query(HISTORY)] == [NOW, NOW + MINUTE]
    assert last_heartbeats(scene.warehouse) == [Heartbeat(SYSTEM, NOW + 55 * SECOND, NOW + MINUTE)]


def test_a_landing_without_a_new_heartbeat_leaves_no_row(scene: Scene) -> None:
    scene.put("beat.jsonl", beat_file(NOW))
    scene.land(now=NOW)
    scene.put("none.jsonl", b"null\n")
    scene.land(now=NOW + 5 * MINUTE)
    scene.land(now=NOW + 10 * MINUTE)
    assert len(scene.warehouse.query(HISTORY)) == 1


def test_a_heartbeat_vouches_only_from_the_moment_it_landed(warehouse: DuckDbWarehouse, now: datetime) -> None:
    warehouse.execute("create schema mesh_landing")
    ensure_heartbeats(warehouse)
    remember_heartbeat(warehouse, SYSTEM, now - 60 * MINUTE, now - 60 * MINUTE)
    remember_heartbeat(warehouse, SYSTEM, now - 30 * MINUTE, now)
    assert heard_by(warehouse, now) == {SYSTEM: now - 30 * MINUTE}
    assert heard_by(warehouse, now - SECOND) == {SYSTEM: now - 60 * MINUTE}
    assert heard_by(warehouse, now - 61 * MINUTE) == {}


def test_an_old_heartbeat_that_lands_late_neither_hides_nor_delays_a_newer_one(
    warehouse: DuckDbWarehouse, now: datetime
) -> None:
    warehouse.execute("create schema mesh_landing")
    ensure_heartbeats(warehouse)
    remember_heartbeat(warehouse, SYSTEM, now, now)
    remember_heartbeat(warehouse, SYSTEM, now - 90 * MINUTE, now + 10 * SECOND)
    remember_heartbeat(warehouse, SYSTEM, now - 80 * MINUTE, now + 5 * MINUTE)
    assert last_heartbeats(warehouse) == [Heartbeat(SYSTEM, now, now)]
    assert heard_by(warehouse, now) == {SYSTEM: now}


def test_a_file_that_the_version_before_made_is_migrated_and_keeps_what_it_knew(scene: Scene) -> None:
    ensure_landing(scene.warehouse, scene.mesh)
    as_before(scene.warehouse, {SYSTEM: NOW - 60 * MINUTE, "elsewhere": NOW - 30 * MINUTE})
    scene.put("beat.jsonl", beat_file(NOW - MINUTE))
    scene.land(now=NOW)
    scene.land(now=NOW + MINUTE)
    assert heard_by(scene.warehouse, NOW) == {SYSTEM: NOW - MINUTE, "elsewhere": NOW - 30 * MINUTE}
    assert heard_by(scene.warehouse, NOW - SECOND) == {SYSTEM: NOW - 60 * MINUTE, "elsewhere": NOW - 30 * MINUTE}
    assert heard_by(scene.warehouse, NOW - 61 * MINUTE) == {}
    assert len(scene.warehouse.query(HISTORY)) == 3, "a second landing migrates nothing anew"


def test_a_migration_that_was_cut_short_is_made_again(scene: Scene) -> None:
    """Killed after the history was begun: the next landing begins it twice, which changes no answer."""
    ensure_landing(scene.warehouse, scene.mesh)
    as_before(scene.warehouse, {SYSTEM: NOW - 60 * MINUTE})
    for _ in range(2):
        ensure_heartbeats(scene.warehouse)
        scene.warehouse.execute(f"alter table {names.HEARTBEATS} drop column landed_at")
    ensure_landing(scene.warehouse, scene.mesh)
    scene.put("beat.jsonl", beat_file(NOW))
    scene.land(now=NOW)
    assert heard_by(scene.warehouse, NOW - SECOND) == {SYSTEM: NOW - 60 * MINUTE}


def test_whoever_may_only_read_a_file_of_the_version_before_is_answered_as_before(tmp_path: Path) -> None:
    file = tmp_path / "warehouse.duckdb"
    with open_duckdb(file) as warehouse:
        warehouse.execute("create schema mesh_landing")
        as_before(warehouse, {SYSTEM: NOW})
    with open_duckdb(file, read_only=True) as warehouse:
        assert heard_by(warehouse, NOW) == {SYSTEM: NOW}
        assert heard_by(warehouse, NOW - SECOND) == {}
