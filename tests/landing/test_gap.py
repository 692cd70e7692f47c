"""Gaps: what the source counts and has not landed is told, and closes by itself."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.landing.records.gap import Gaps, offset_gaps, transaction_gaps
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from tests.landing.scene import SYSTEM, TABLE, THING, Scene, change, envelope, lines, mesh_of

ENDED_MS = 1_795_414_134_700
ENDED = datetime.fromtimestamp(ENDED_MS / 1000, UTC)
META = "shop.transaction"


def within(transaction: str, order: int, event: dict[str, Any]) -> dict[str, Any]:
    """An event with the place in its transaction, as Debezium writes it with `provide.transaction.metadata`."""
    return {**event, "transaction": {"id": transaction, "total_order": order, "data_collection_order": order}}


def ended(transaction: str, *, ms: int | None = ENDED_MS, **counts: int) -> dict[str, Any]:
    told = [{"data_collection": name.replace("__", "."), "event_count": n} for name, n in counts.items()]
    return {
        "status": "END", "id": transaction, "event_count": sum(counts.values()), "data_collections": told, "ts_ms": ms,
    }  # fmt: skip


def begun(transaction: str) -> dict[str, Any]:
    return {"status": "BEGIN", "id": transaction, "event_count": None, "data_collections": None, "ts_ms": ENDED_MS}


def gaps(scene: Scene) -> Gaps | None:
    return transaction_gaps(scene.warehouse, [SYSTEM]).get((SYSTEM, TABLE))


THREE = [within("7:1", n, change("c", f"k{n}", 10 + n)) for n in (1, 2, 3)]


def test_a_transaction_of_which_less_landed_than_ended_is_a_gap_until_the_late_file_lands(scene: Scene) -> None:
    scene.put("one.jsonl", lines(THREE[:1]))
    scene.put("end.jsonl", lines([begun("7:1"), ended("7:1", public__things=3)]), folder=META)
    assert scene.counts() == (3, 1, 0, 2, 0)
    found = gaps(scene)
    assert found
    assert (found.count, found.missing, found.since) == (1, 2, ENDED)
    assert found.shown[0].what == "transaction `7`"
    scene.put("late.jsonl", lines(THREE[1:]))
    scene.land()
    assert gaps(scene) is None


def test_a_redelivery_fills_no_gap(scene: Scene) -> None:
    scene.put("end.jsonl", lines([ended("7:1", public__things=3)]), folder=META)
    scene.put("one.jsonl", lines(THREE[:2]))
    scene.put("two.jsonl", lines(THREE[:2]))
    scene.land()
    scene.put("three.jsonl", lines(THREE[:2]))
    scene.put("again.jsonl", lines([ended("7:1", public__things=3)]), folder=META)
    scene.land()
    found = gaps(scene)
    assert found
    assert (found.count, found.missing) == (1, 1)


def test_a_whole_transaction_that_never_arrived_is_a_gap(scene: Scene) -> None:
    scene.put("end.jsonl", lines([ended("8:1", public__things=2), ended("7:1", ms=None, public__things=1)]))
    scene.land()
    found = gaps(scene)
    assert found
    assert (found.count, found.missing) == (2, 3)


def test_counts_of_other_tables_are_theirs(scene: Scene) -> None:
    scene.mesh = mesh_of(more={"public.others": THING})
    end = ended("7:1", public__things=3, shop__public__others=1, public__unknown=9)
    scene.put("mixed.jsonl", lines([*THREE, end, "null"]))
    scene.land()
    assert gaps(scene) is None
    assert set(transaction_gaps(scene.warehouse, [SYSTEM])) == {(SYSTEM, "public.others")}
    other = within("7:1", 4, envelope("c", 20, after={"id": "o"}, table="others"))
    scene.put("one.jsonl", lines([other]), folder="public.others")
    scene.land()
    assert transaction_gaps(scene.warehouse, [SYSTEM]) == {}


def test_a_quarantined_change_is_missing_until_it_is_replayed(scene: Scene) -> None:
    narrow = [{**c, "type": ["null", "int"]} if c["name"] == "size" else c for c in THING]
    scene.mesh = mesh_of(narrow)
    big = within("7:1", 4, change("c", "k4", 14, size=10**12))
    scene.put("one.jsonl", lines([*THREE, big, ended("7:1", public__things=4)]))
    scene.land()
    assert gaps(scene)
    scene.mesh = mesh_of(THING)
    scene.land(replay=True)
    assert gaps(scene) is None


def test_postgresql_names_a_transaction_with_another_lsn_in_each_change_and_at_the_end(scene: Scene) -> None:
    changes = [within("7:100", 0, change("c", "a", 100)), within("7:160", 1, change("c", "b", 160))]
    scene.put("one.jsonl", lines([begun("7:100"), *changes, ended("7:200", public__things=2)]))
    scene.land()
    assert gaps(scene) is None


def test_without_transaction_metadata_nothing_is_noted(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "a", 10), begun("7:1")]))
    scene.land()
    assert scene.warehouse.query("from mesh_landing.transactions") == []


@given(st.integers(0, 2**32))
@settings(max_examples=12, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_in_any_order_the_gaps_are_what_was_not_delivered(seed: int) -> None:
    random = Random(seed)
    sizes = {f"{n}:{n * 50}": random.randint(1, 4) for n in range(1, 6)}
    made = [(t, within(t, n, change("c", f"{t}-{n}", 10 + n))) for t, size in sizes.items() for n in range(size)]
    lost = {i for i in range(len(made)) if random.random() < 0.3}
    sent: list[Any] = [e for i, (_, e) in enumerate(made) if i not in lost for _ in range(random.randint(1, 2))]
    sent += [e for t, size in sizes.items() for e in (begun(t), ended(t, public__things=size))]
    random.shuffle(sent)
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        scene = Scene(Path(folder), DuckDbWarehouse(connection))
        while sent:
            count = random.randint(1, 8)
            scene.put(f"{random.randrange(99)}-{len(sent)}.jsonl", lines(sent[:count]))
            sent = sent[count:]
            scene.land()
        found = gaps(scene)
        missing = Counter(made[i][0] for i in lost)
        told = (found.count, found.missing) if found else (0, 0)
        assert told == (len(missing), sum(missing.values()))
        if found:
            assert {g.what: g.missing for g in found.shown} == {
                f"transaction `{t.split(':')[0]}`": n for t, n in missing.items()
            }
        scene.put("late.jsonl", lines(made[i][1] for i in lost))
        scene.land()
        assert gaps(scene) is None


def offsets(scene: Scene) -> list[str]:
    found = offset_gaps(scene.warehouse, [SYSTEM]).get((SYSTEM, TABLE))
    return [g.what for g in found.shown] if found else []


def events(first: int, count: int) -> bytes:
    return lines(change("c", f"k{n}", 10 + n) for n in range(first, first + count))


def test_offsets_that_no_file_holds_are_a_gap_until_the_late_file_lands(scene: Scene) -> None:
    scene.put("shop.public.things+0+0000000100.jsonl", events(100, 5))
    scene.put("shop.public.things+0+0000000110.jsonl", events(110, 2))
    scene.put("shop.public.things+1+0000000000.jsonl", events(200, 1))
    scene.put("plain.jsonl", events(300, 1))
    scene.land()
    assert offsets(scene) == ["offsets `105` to `109` of `shop.public.things+0`"]
    scene.put("shop.public.things+0+0000000105.jsonl", events(105, 5))
    scene.land()
    assert offsets(scene) == []


def test_a_file_that_could_not_be_read_may_hold_what_is_missing(scene: Scene) -> None:
    scene.put("t+0+0.jsonl", events(0, 2))
    scene.put("t+0+2.jsonl.gz", b"no gzip")
    scene.put("t+0+9.jsonl", events(9, 2))
    scene.put("t+0+12.jsonl", events(12, 2))
    scene.land()
    assert offsets(scene) == ["offsets `11` to `11` of `t+0`"]


def test_offsets_that_seldom_join_do_not_count_records(scene: Scene) -> None:
    for start in range(0, 60, 10):
        scene.put(f"t+0+{start}.jsonl", events(start, 9))
    scene.land()
    assert offsets(scene) == []


def test_tombstones_count_as_records_of_the_topic(scene: Scene) -> None:
    scene.put("t+0+0.jsonl", events(0, 2) + b"null\n")
    scene.put("t+0+3.jsonl", events(3, 1) + json.dumps({"ts_ms": ENDED_MS}).encode())
    scene.put("t+0+5.jsonl", events(5, 1))
    scene.land()
    assert offsets(scene) == []


def test_the_greatest_numbers_there_are_blind_nobody(scene: Scene) -> None:
    scene.put("t+0+9223372036854775806.jsonl", lines([change("c", f"k{n}", 10 + n) for n in range(5)]))
    scene.put("t+0+1.jsonl", lines([change("c", "z", 99)]))
    scene.put("end.jsonl", lines([ended(f"{n}:1", public__things=2**63 - 1) for n in range(3)]), folder=META)
    scene.land()
    found, ranges = gaps(scene), offset_gaps(scene.warehouse, [SYSTEM])[SYSTEM, TABLE]
    assert found
    assert found.missing == 3 * (2**63 - 1)
    assert ranges.missing == 2**63 - 4
