"""A row whose key changed keeps what was too big to be repeated."""

import pytest

from tests.landing.model import UNAVAILABLE
from tests.landing.scene import THING, Scene, change, lines, mesh_of, text

BORN = change("c", "a", 10, body="big")
MOVED = [change("d", "a", 20), change("c", "b", 20, body=UNAVAILABLE, size=1)]
MOVED_AGAIN = [change("d", "b", 30), change("c", "c", 30, body=UNAVAILABLE, size=2)]
CHANGED = change("u", "c", 40, body=UNAVAILABLE, size=3)


def rows(scene: Scene) -> list[tuple[object, ...]]:
    return scene.state(columns="id, _cdc_deleted, size, body")


WHOLE = [("a", True, None, "big"), ("b", True, 1, "big"), ("c", False, 3, "big")]


def test_it_is_taken_from_the_history_of_the_old_key_however_often_it_changed(scene: Scene) -> None:
    scene.put("all.jsonl", lines([BORN, *MOVED, *MOVED_AGAIN, CHANGED]))
    scene.land()
    assert rows(scene) == WHOLE


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 0, 3, 2), (2, 3, 0, 1)])
def test_it_is_the_same_in_any_order_of_arrival(scene: Scene, order: tuple[int, ...]) -> None:
    parts = [[BORN], MOVED, MOVED_AGAIN, [CHANGED]]
    for number in order:
        scene.put(f"{number}.jsonl", lines(parts[number]))
        scene.land()
    assert rows(scene) == WHOLE
    assert scene.changes("id, body", "shop_cdc.things__changes where _cdc_op <> 'd'") == [
        ("a", "big"), ("b", "big"), ("c", "big"), ("c", "big"),
    ]  # fmt: skip


def test_a_key_that_is_used_again_does_not_lend_its_old_rows_values(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("c", "b", 5, body="another's"), change("d", "b", 6), BORN, *MOVED]))
    scene.land()
    assert rows(scene)[1] == ("b", False, 1, "big")


def test_of_two_deletes_on_one_lsn_none_is_guessed(scene: Scene) -> None:
    scene.put("one.jsonl", lines([BORN, change("c", "x", 11, body="x's"), *MOVED, change("d", "x", 20)]))
    scene.land()
    assert ("b", False, 1, None) in rows(scene)


def test_a_column_the_schema_gains_later_is_taken_along(scene: Scene) -> None:
    born, moved = change("c", "a", 10, story="long"), change("c", "b", 20, story=UNAVAILABLE)
    scene.put("one.jsonl", lines([born, change("d", "a", 20), moved]))
    scene.land()
    scene.mesh = mesh_of([*THING, text("story")])
    scene.land()
    assert scene.state(columns="id, story") == [("a", "long"), ("b", "long")]
