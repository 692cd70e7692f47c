"""Laws of the event log, whatever happened in the shop and however it arrived."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from handmade_changes import Change, deleted, order, returned
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.xdist_group("dbt")

LAWS = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
STATUSES = ("PAID", "SHIPPED", "DELIVERED", "CANCELLED")


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """What a source commits, in its order: some orders, each with a life, some of them with a return."""
    lives = [draw(_life(f"o{n}")) for n in range(draw(st.integers(1, 4)))]
    turns = draw(st.permutations([n for n, life in enumerate(lives) for _ in life]))
    waiting = [iter(life) for life in lives]
    return [next(waiting[turn])(lsn) for lsn, turn in enumerate(turns, start=1)]


@st.composite
def _life(draw: st.DrawFn, number: str) -> list[Callable[[int], Change]]:
    """An order's changes and its return's, each still to be given its place in the log."""
    born = "TEST" if draw(st.integers(0, 5)) == 0 else "PLACED"
    life = [_order(number, draw(st.sampled_from("ccr")), born, draw(st.integers(1, 9)))]
    for status in draw(st.lists(st.sampled_from(STATUSES), max_size=4)):
        life.append(_order(number, "u", status, draw(st.integers(1, 9))))
    if draw(st.booleans()):
        life += [
            _return(number, "c", "INITIATED"),
            _return(number, "u", draw(st.sampled_from(("RESOLVED", "REJECTED")))),
        ]
    if draw(st.integers(0, 3)) == 0:
        life += [lambda lsn: deleted("orders", number, lsn), _order(number, "c", born, 5)]
    return life


def _order(number: str, op: str, status: str, total: int) -> Callable[[int], Change]:
    return lambda lsn: order(number, lsn, op, status, total=total * 100)


def _return(number: str, op: str, status: str) -> Callable[[int], Change]:
    return lambda lsn: returned(f"r-{number}", number, lsn, op, status, initiated=lsn)


def batches(history: list[Change], cuts: set[int]) -> list[list[Change]]:
    edges = [0, *sorted(c for c in cuts if c < len(history)), len(history)]
    return [history[a:b] for a, b in pairwise(edges)]


CONTENT = "* exclude (_mesh_batch, _mesh_revision)"


@LAWS
@given(history=histories(), cuts=st.sets(st.integers(1, 30)))
def test_extending_the_log_batch_by_batch_gives_what_one_build_gives(
    make_shop: Callable[[], Any], history: list[Change], cuts: set[int]
) -> None:
    shop = make_shop()
    for batch in batches(history, cuts):
        shop.land(*batch).refresh()
    extended = shop.events(CONTENT)
    assert extended == shop.rebuild().events(CONTENT)


@LAWS
@given(history=histories().flatmap(st.permutations), cuts=st.sets(st.integers(1, 30)))
def test_in_whatever_order_changes_arrive_the_same_events_are_there_and_none_ever_changes(
    make_shop: Callable[[], Any], history: list[Change], cuts: set[int]
) -> None:
    shop, seen = make_shop(), set[Any]()
    for batch in batches(history, cuts):
        shop.land(*batch).refresh()
        now = {repr(row) for row in shop.events("*")}
        assert seen <= now, "an event moved or disappeared"
        seen = now
    assert shop.ids() == shop.expected()
    assert shop.ids() == shop.rebuild().ids()
