"""Replay: after a fix, what was in quarantine lands where it belongs, and every count stays true."""

import gzip
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.landing.files.lines import LONGEST_LINE
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from tests.landing.scene import THING, Scene, avro, change, lines, mesh_of
from tests.landing.test_land_law import Delivery, delivery, encoded

NARROW = [{**c, "type": ["null", "int"]} if c["name"] == "size" else c for c in THING]
STRICT = [{"name": "note", "type": "string"} if c["name"] == "note" else c for c in NARROW]
BIG = 10**12
MIXED = [change("c", "a", 10, size=1), change("c", "b", 20, size=BIG), change("u", "a", 30, size=BIG), "null"]


def ledger(scene: Scene) -> list[tuple[Any, ...]]:
    return scene.warehouse.query(
        "select state, rows_read, rows_applied, rows_duplicate, rows_skipped, rows_quarantined"
        " from mesh_landing.ledger order by path"
    )


def held(scene: Scene) -> list[tuple[int, bool]]:
    """(record, superseded) of everything that ever was in quarantine."""
    sql = "select record, superseded_at is not null from mesh_landing.quarantine order by path, record, quarantined_at"
    return [(record, superseded) for record, superseded in scene.warehouse.query(sql)]


def test_what_did_not_fit_lands_after_the_schema_is_widened(scene: Scene) -> None:
    scene.mesh = mesh_of(NARROW)
    scene.put("one.jsonl", lines(MIXED))
    assert scene.counts() == (4, 1, 0, 1, 2)
    scene.mesh = mesh_of(THING)
    assert scene.counts() == (0, 0, 0, 0, 0)
    assert scene.counts(replay=True) == (2, 2, 0, 0, 0)
    assert scene.state(columns="id, size, _cdc_lsn") == [("a", BIG, 30), ("b", BIG, 20)]
    assert ledger(scene) == [("landed", 4, 3, 0, 1, 0)]
    assert held(scene) == [(2, True), (3, True)]
    assert scene.changes("_cdc_lsn, _cdc_record") == [(10, 1), (20, 2), (30, 3)]
    assert scene.counts(replay=True) == (0, 0, 0, 0, 0)


def test_a_replay_without_a_fix_changes_nothing(scene: Scene) -> None:
    scene.mesh = mesh_of(NARROW)
    scene.put("one.jsonl", lines(MIXED))
    scene.put("two.jsonl.gz", b"no gzip")
    scene.land()
    before = scene.warehouse.query("from mesh_landing.ledger"), scene.warehouse.query("from mesh_landing.quarantine")
    assert scene.counts(replay=True) == (3, 0, 0, 0, 3)
    after = scene.warehouse.query("from mesh_landing.ledger"), scene.warehouse.query("from mesh_landing.quarantine")
    assert after == before


def test_another_reason_takes_the_place_of_the_first_and_both_are_kept(scene: Scene) -> None:
    scene.mesh = mesh_of(STRICT)
    scene.put("one.jsonl", lines([change("c", "a", 10, size=BIG)]))
    scene.land()
    scene.mesh = mesh_of([c if c["name"] == "size" else s for c, s in zip(THING, STRICT, strict=True)])
    assert scene.counts(replay=True) == (1, 0, 0, 0, 1)
    assert [r[:13] for r in scene.reasons()] == ["column `note`"]
    assert held(scene) == [(1, True), (1, False)]
    assert ledger(scene) == [("landed", 1, 0, 0, 0, 1)]


def test_what_was_kept_lands_when_the_file_is_gone(scene: Scene) -> None:
    scene.mesh = mesh_of(NARROW)
    text = scene.put("one.jsonl", lines(["", *MIXED]))
    packed = scene.put("two.avro", avro([change("c", "c", 40, size=BIG), change("c", "d", 50)]))
    scene.land()
    text.unlink()
    packed.unlink()
    scene.mesh = mesh_of(THING)
    assert scene.counts(replay=True) == (3, 3, 0, 0, 0)
    assert scene.state(columns="id, size") == [("a", BIG), ("b", BIG), ("c", BIG), ("d", None)]
    assert ledger(scene) == [("landed", 4, 3, 0, 1, 0), ("landed", 2, 2, 0, 0, 0)]
    assert scene.changes("_cdc_lsn, _cdc_record") == [(10, 2), (20, 3), (30, 4), (40, 1), (50, 2)]


def test_a_file_that_was_refused_whole_is_read_again(scene: Scene) -> None:
    scene.put("one.jsonl.gz", gzip.compress(lines(MIXED)))
    scene.warehouse.execute("create schema if not exists mesh_landing")
    scene.land()
    scene.warehouse.execute("delete from shop_cdc.things__changes; delete from shop_cdc.things")
    refuse(scene)
    assert scene.counts(replay=True) == (4, 3, 0, 1, 0)
    assert ledger(scene) == [("landed", 4, 3, 0, 1, 0)]
    assert held(scene) == [(0, True)]


def refuse(scene: Scene) -> None:
    """As if the file had not been readable when it landed."""
    scene.warehouse.execute(
        "update mesh_landing.ledger set state = 'quarantined', rows_read = 1, rows_applied = 0, rows_duplicate = 0,"
        " rows_skipped = 0, rows_quarantined = 1, checksum = null;"
        " insert into mesh_landing.quarantine select path, generation, 0, system, source_table,"
        " 'cannot be read: Permission denied', null, landed_at, null, null from mesh_landing.ledger"
    )


def test_a_whole_file_that_is_gone_stays_and_says_so_once(scene: Scene) -> None:
    path = scene.put("one.jsonl.gz", b"no gzip")
    scene.land()
    path.unlink()
    for _ in range(2):
        assert scene.counts(replay=True) == (1, 0, 0, 0, 1)
        assert [r[-18:] for r in scene.reasons()] == ["; the file is gone"]
        assert held(scene) == [(0, True), (0, False)]
    scene.put("one.jsonl.gz", gzip.compress(lines(MIXED)))
    assert scene.counts(replay=True) == (4, 3, 0, 1, 0)
    assert scene.reasons() == []


def test_a_record_that_was_kept_only_in_part_is_never_taken_for_the_whole(scene: Scene) -> None:
    path = scene.put("one.jsonl", b'{"long": "' + b"x" * LONGEST_LINE + b'"}\nnonsense\n')
    scene.land()
    path.unlink()
    before = scene.reasons()
    assert scene.counts(replay=True) == (2, 0, 0, 0, 2)
    assert scene.reasons() == before
    assert held(scene) == [(1, False), (2, False)]


def test_only_the_chosen_table_is_replayed(scene: Scene) -> None:
    scene.mesh = mesh_of(NARROW, more={"public.others": NARROW})
    scene.put("one.jsonl", lines(MIXED))
    scene.land()
    scene.mesh = mesh_of(THING, more={"public.others": THING})
    assert scene.counts(replay=True, tables=["public.others"]) == (0, 0, 0, 0, 0)
    assert scene.counts(replay=True, tables=["public.things"]) == (2, 2, 0, 0, 0)


def test_bytes_that_are_no_text_are_replayed_as_they_came(scene: Scene) -> None:
    path = scene.put("one.jsonl", b'\n{"a": "\xff"}\n')
    scene.land()
    path.unlink()
    before = scene.warehouse.query("from mesh_landing.quarantine")
    assert scene.counts(replay=True) == (1, 0, 0, 0, 1)
    assert scene.warehouse.query("from mesh_landing.quarantine") == before


def test_a_replay_that_breaks_off_leaves_everything_as_it_was(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.mesh = mesh_of(NARROW)
    scene.put("one.jsonl", lines(MIXED))
    scene.land()
    scene.mesh = mesh_of(THING)
    scene.land()
    tables = ("ledger", "quarantine", "transactions")
    before = scene.state(), scene.changes(), [scene.warehouse.query(f"from mesh_landing.{t}") for t in tables]
    real = scene.warehouse.execute

    def breaks(sql: str, parameters: object = ()) -> None:
        real(sql, parameters)  # type: ignore[arg-type]
        if sql.startswith("update mesh_landing.quarantine"):
            raise KeyboardInterrupt

    monkeypatch.setattr(scene.warehouse, "execute", breaks)
    with pytest.raises(KeyboardInterrupt):
        scene.land(replay=True)
    monkeypatch.undo()
    assert (scene.state(), scene.changes(), [scene.warehouse.query(f"from mesh_landing.{t}") for t in tables]) == before
    assert scene.counts(replay=True) == (2, 2, 0, 0, 0)


def magnified(found: Delivery) -> Delivery:
    """Sizes of which most are too great for an int."""
    for landing in found[1]:
        for _, records in landing:
            for record in records:
                for image in (record.get("before"), record.get("after")) if isinstance(record, dict) else ():
                    if image and image.get("size"):
                        image["size"] = image["size"] * 10**9 if image["size"] < 10 else image["size"]
    return found


@given(st.integers(0, 2**32), st.integers(1, 14))
@settings(max_examples=12, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_quarantine_then_a_fix_then_replay_is_landing_with_the_right_schema_at_once(seed: int, steps: int) -> None:
    random = Random(seed)
    _, landings = magnified(delivery(random, steps))
    with TemporaryDirectory() as first, TemporaryDirectory() as second, duckdb.connect() as a, duckdb.connect() as b:
        mended, at_once = stage(first, a), stage(second, b)
        mended.mesh = mesh_of(random.choice([NARROW, STRICT]))
        for landing in landings:
            written = [s.put(*encoded(name, records)) for name, records in landing for s in (mended, at_once)]
            mended.land()
            at_once.land()
            for path in written[::2]:
                if random.random() < 0.3:
                    path.unlink()
        mended.mesh = mesh_of(THING)
        assert mended.land(replay=True).unreachable == {}
        assert (mended.state(), mended.changes()) == (at_once.state(), at_once.changes())
        assert outcomes(mended) == outcomes(at_once)
        assert mended.reasons() == at_once.reasons()
        open_rows = "select count(*) from mesh_landing.quarantine where superseded_at is null"
        assert mended.warehouse.query(open_rows)[0][0] == len(mended.reasons())


def outcomes(scene: Scene) -> tuple[int, list[tuple[Any, ...]]]:
    """Applied in all, and of each file all that does not depend on which delivery of a change was the first."""
    rows = ledger(scene)
    return sum(r[2] for r in rows), [(r[1], r[2] + r[3], r[4], r[5]) for r in rows]


def stage(folder: str, connection: duckdb.DuckDBPyConnection) -> Scene:
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set threads = 1")
    return Scene(Path(folder), DuckDbWarehouse(connection))
