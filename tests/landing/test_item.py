"""What is in quarantine is looked at in parts that fit into memory, in an order that groups what belongs together."""

from itertools import groupby
from random import Random
from typing import Any

import pytest

from mesh_platform.landing.records.decision import dismiss
from mesh_platform.landing.records.item import Chosen, Count, groups, items
from tests.landing.scene import NOW, SYSTEM, TABLE, Scene, change, lines


def watched(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """The answers of the warehouse from now on."""
    answers: list[list[Any]] = []
    real = scene.warehouse.query
    monkeypatch.setattr(
        scene.warehouse, "query", lambda sql, parameters=(): (answers.append(real(sql, parameters)), answers[-1])[1]
    )
    return answers


def weight(answer: list[Any]) -> int:
    return sum(len(value) for row in answer for value in row if isinstance(value, bytes))


def test_records_are_read_in_parts_and_the_greatest_alone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesh_platform.landing.records.item._BYTES_AT_ONCE", 1_000)
    monkeypatch.setattr("mesh_platform.landing.records.item._AT_ONCE", 7)
    scene.put("one.jsonl", "x" * 5_000 + "\n" + "nonsense\n" * 50 + ("y" * 400 + "\n") * 9)
    scene.land()
    answers = watched(scene, monkeypatch)
    raws = [item.raw for item in items(scene.warehouse, Chosen(), kept=None)]
    assert raws == [b"x" * 5_000, *[b"nonsense"] * 50, *[b"y" * 400] * 9]
    assert max(len(a) for a in answers[2:]) <= 14
    assert max(map(weight, answers)) < 7_000
    assert sum(1 for a in answers if weight(a) > 5_000) == 1


def test_only_the_beginning_of_a_record_leaves_the_warehouse(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.put("one.jsonl", "x" * 1_000_000 + "\n")
    scene.land()
    answers = watched(scene, monkeypatch)
    assert [item.raw for item in items(scene.warehouse, Chosen(), kept=12)] == [b"x" * 12]
    assert [item.raw for item in items(scene.warehouse, Chosen())] == [None]
    assert max(map(weight, answers)) == 12


def test_the_items_come_in_the_order_of_their_groups(scene: Scene) -> None:
    random, bad = Random(5), ["nonsense", {}, change("c", "a", 5, size="big"), {**change("c", "a", 5), "op": "?"}]
    for name in "abcdefg":
        scene.put(f"{name}.jsonl", lines(random.choices(bad, k=6)), folder=random.choice([TABLE, "elsewhere", ""]))
    scene.put("h.csv", "id\n")
    scene.land()
    for name in "abc":
        for folder in (f"/{TABLE}", "/elsewhere", ""):
            dismiss(scene.warehouse, f"{SYSTEM}{folder}/{name}.jsonl", random.choice(["old", "new"]), NOW)
    for dismissed in (False, True):
        chosen = Chosen(dismissed=dismissed)
        found = groups(scene.warehouse, chosen)
        told = [
            (*key, Count(sum(r > 0 for r in records), sum(r == 0 for r in records)))
            for key, group in groupby(
                items(scene.warehouse, chosen),
                lambda i: (i.system, i.source_table, i.kind, i.dismissed_at, i.dismissed_because),
            )
            for records in [[i.record for i in group]]
        ]
        assert told == [(g.system, g.source_table, g.kind, g.dismissed_at, g.dismissed_because, g.count) for g in found]
        first = list(items(scene.warehouse, chosen, first=2))
        assert len(first) == sum(min(2, g.count.items) for g in found)
    assert {g.dismissed_because for g in found} == {"old", "new"}


def test_what_an_earlier_version_left_is_listed(scene: Scene) -> None:
    scene.put("one.jsonl", "nonsense\n")
    scene.land()
    scene.warehouse.execute("alter table mesh_landing.quarantine drop column dismissed_because")
    assert [item.record for item in items(scene.warehouse, Chosen())] == [1]
    assert groups(scene.warehouse, Chosen(dismissed=True)) == []
