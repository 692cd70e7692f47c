"""What a person decides about the quarantine counts at once, and can be taken back while it still matters."""

from typing import Any

import pytest

from mesh_platform.landing.batch import land_batch
from mesh_platform.landing.records.decision import dismiss, reopen
from mesh_platform.landing.survey import survey
from tests.landing.scene import NOW, SYSTEM, TABLE, THING, Scene, change, lines, mesh_of
from tests.landing.test_gap import ended, gaps, within

PATH = f"{SYSTEM}/{TABLE}/one.jsonl"
WHY = "sent anew"


def quarantined(scene: Scene) -> tuple[int, int]:
    """(what the ledger counts, what is open)"""
    counted = scene.warehouse.query("select sum(rows_quarantined)::int from mesh_landing.ledger")[0][0]
    return counted, len(scene.reasons())


def again(scene: Scene, generations: list[Any]) -> int:
    """How many files one batch of a replay took."""
    [zone] = [z for z in survey(scene.mesh, scene.environment).files if z.table]
    return land_batch(scene.warehouse, zone, generations, NOW, None, scene.home, again=True).files


def test_a_replay_of_one_generation_leaves_what_another_left(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.put("one.jsonl", "first\n")
    scene.land()
    scene.put("one.jsonl", lines([change("c", "a", 10), "null", {}, "second"]))
    scene.land()
    scene.warehouse.execute("update mesh_landing.quarantine set superseded_at = null")  # as a reopening once left it
    monkeypatch.setattr("mesh_platform.landing.land.BATCH_FILES", 1)
    assert scene.counts(replay=True) == (3, 0, 0, 0, 3)
    assert len(scene.reasons()) == 3
    assert scene.counts(replay=True) == (3, 0, 0, 0, 3)


def test_only_what_the_latest_generation_left_is_opened_again(scene: Scene) -> None:
    scene.put("one.jsonl", "first\n")
    scene.land()
    assert dismiss(scene.warehouse, PATH, WHY, NOW).items == 1
    scene.put("one.jsonl", "null\nsecond\nthird\n")
    scene.land()
    assert reopen(scene.warehouse, PATH).items == 0
    assert dismiss(scene.warehouse, PATH, WHY, NOW).items == 2
    assert reopen(scene.warehouse, PATH).items == 2
    assert quarantined(scene) == (3, 2)
    assert scene.counts(replay=True) == (2, 0, 0, 0, 2)
    scene.put("one.jsonl", "null\n")
    scene.land()
    assert reopen(scene.warehouse, PATH).items == 0


def test_a_replay_passes_over_a_file_with_nothing_open(scene: Scene) -> None:
    scene.put("one.jsonl", "nonsense\n")
    scene.put("two.jsonl", "nonsense\n")
    scene.land()
    dismiss(scene.warehouse, PATH, WHY, NOW)
    files = [f for found in survey(scene.mesh, scene.environment).files.values() for f in found]
    assert again(scene, files) == 1
    assert again(scene, files[:1]) == 0
    assert quarantined(scene) == (2, 1)


def of_three(*bad: Any) -> list[Any]:
    """A transaction of three changes whose other changes are good, and its end."""
    good = [within("7:1", n, change("c", f"k{n}", 10 + n)) for n in range(len(bad) + 1, 4)]
    return [*bad, *good, ended("7:9", public__things=3)]


BIG = within("7:5", 1, change("c", "k1", 11, size="big"))


@pytest.mark.parametrize("bad", [BIG, {"schema": None, "payload": BIG}, {**BIG, "op": None}])
def test_a_dismissed_change_of_a_counted_transaction_is_accounted_for(scene: Scene, bad: dict[str, Any]) -> None:
    scene.put("one.jsonl", lines(of_three(bad)))
    scene.land()
    assert gaps(scene)
    dismiss(scene.warehouse, PATH, WHY, NOW)
    assert gaps(scene) is None
    reopen(scene.warehouse, PATH)
    found = gaps(scene)
    assert found
    assert (found.count, found.missing) == (1, 1)


def test_what_is_opened_again_and_lands_is_accounted_for_once(scene: Scene) -> None:
    scene.mesh = mesh_of([{**c, "type": ["null", "int"]} if c["name"] == "size" else c for c in THING])
    missing = within("7:5", 1, change("c", "k1", 11, size=10**12))
    scene.put("one.jsonl", lines([missing, *of_three(BIG, BIG)[2:]]))
    scene.land()
    dismiss(scene.warehouse, PATH, WHY, NOW)
    reopen(scene.warehouse, PATH)
    scene.mesh = mesh_of()
    scene.land(replay=True)
    found = gaps(scene)
    assert found
    assert found.missing == 1


def test_what_tells_no_transaction_accounts_for_nothing(scene: Scene) -> None:
    scene.put("one.jsonl", b'nonsense\n{"transaction": 5}\n[]\n\xff\n' + lines([change("c", "a", 5, size="big")]))
    scene.put("two.csv", "id\n")
    scene.land()
    before = scene.warehouse.query("from mesh_landing.transactions")
    for name in ("one.jsonl", "two.csv"):
        assert dismiss(scene.warehouse, PATH.replace("one.jsonl", name), WHY, NOW).items
    assert scene.warehouse.query("from mesh_landing.transactions") == before
