"""The shop is a function of its seed and the clock."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.demo.change import Change, Window, micros
from mesh_platform.demo.life import HOUR, LONGEST_LIFE, lives
from mesh_platform.demo.rhythm import MINUTE, placements
from mesh_platform.demo.shop import Shop, advance, book_at, open_shop, simulate, snapshot

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def a_week(seed: int = 1) -> list[Change]:
    return list(simulate(seed, START, START + 7 * DAY))


def test_the_same_seed_gives_the_same_changes_and_another_seed_others() -> None:
    assert a_week(1) == a_week(1)
    assert a_week(1) != a_week(2)


def test_two_weeks_are_tens_of_thousands_of_changes_of_every_kind() -> None:
    changes = list(simulate(3, START, START + 14 * DAY))
    assert 20_000 < len(changes) < 50_000
    kinds = Counter((c.table, c.op) for c in changes)
    assert all(kinds[kind] for kind in [("orders", op) for op in "crud"] + [("returns", op) for op in "cu"])
    states = Counter((c.table, c.row["status"]) for c in changes if c.row)
    assert {s for t, s in states if t == "orders"} == {"PLACED", "PAID", "SHIPPED", "DELIVERED", "CANCELLED", "TEST"}
    assert {s for t, s in states if t == "returns"} == {"INITIATED", "RESOLVED", "REJECTED"}
    rows = [c.row for c in changes if c.table == "orders" and c.row]
    assert {r["currency_code"] for r in rows} == {"GBP", "EUR", "USD", "JPY"}
    assert {r["channel"] for r in rows} == {"web", "ios", "android", "api"}
    assert 0.05 < sum(r["customer_id"] is None for r in rows) / len(rows) < 0.25


def test_some_changes_arrive_hours_late_and_some_twice() -> None:
    changes = [c for c in a_week() if c.op != "r"]
    assert any(c.arrives - c.committed > HOUR for c in changes)
    assert max(Counter((c.table, c.key, c.op, c.committed) for c in changes).values()) == 2
    assert all(c.committed <= c.seen <= c.arrives for c in changes)


def test_the_evening_is_busier_than_the_night_and_sunday_than_friday() -> None:
    placed = [c for c in simulate(5, START, START + 14 * DAY) if c.op == "c" and c.table == "orders"]
    hours = Counter(c.committed // HOUR % 24 for c in placed)
    days = Counter(datetime.fromtimestamp(c.committed / 1e6, UTC).weekday() for c in placed)
    assert hours[20] > 3 * hours[3]
    assert days[6] > days[4]


def test_every_number_is_given_once() -> None:
    born = Counter(
        (c.table, c.key) for c in {(c.table, c.key, c.committed): c for c in a_week() if c.op in "cr"}.values()
    )
    assert max(born.values()) == 1


def test_a_return_belongs_to_an_order_that_was_delivered_before_it() -> None:
    delivered: dict[object, int] = {}
    for c in sorted(a_week(), key=lambda c: c.committed):
        if c.table == "orders" and c.row and c.row["status"] == "DELIVERED":
            delivered.setdefault(c.key, c.committed)
        if c.table == "returns" and c.op == "c":
            assert c.row is not None
            assert delivered[c.row["order_id"]] < c.committed


def test_the_snapshot_is_the_rows_of_before_and_the_stream_only_what_came_after() -> None:
    shop = open_shop(1, START)
    rows = snapshot(shop)
    assert {c.op for c in rows} == {"r"}
    assert {c.committed for c in rows} == {shop.captured}
    assert (rows[0].snapshot, rows[-1].snapshot) == ("first", "last")
    _, changes = advance(book_at(shop, shop.captured), micros(START + 2 * DAY))
    assert all(c.committed >= shop.captured for c in changes)
    born = {(c.table, c.key) for c in (*rows, *changes) if c.op in "cr"}
    late = {(c.table, c.key) for c in changes} - born
    assert len(late) <= 5  # created just before, their first change not here yet


@given(st.integers(0, 2**32), st.integers(29_000_000, 31_000_000))
@settings(max_examples=50)
def test_no_life_is_longer_than_the_longest(seed: int, minute: int) -> None:
    for change in lives(seed, minute):
        assert minute * MINUTE <= change.committed
        assert change.arrives < minute * MINUTE + LONGEST_LIFE


@given(st.integers(0, 2**32), st.lists(st.integers(1, 3 * 24 * 60 * 60), min_size=1, max_size=6))
@settings(max_examples=8)
def test_many_small_steps_give_what_one_great_step_gives(seed: int, seconds: list[int]) -> None:
    shop = open_shop(seed, START)
    end = shop.captured + max(seconds) * 1_000_000
    whole, expected = advance(book_at(shop, shop.captured), end)
    book, found = book_at(shop, shop.captured), []
    for second in sorted(seconds):
        book, changes = advance(book, shop.captured + second * 1_000_000)
        found += changes
    assert (found, book) == (expected, whole)


@given(st.integers(0, 2**32), st.integers(1, 30 * 24 * 60 * 60))
@settings(max_examples=4)
def test_a_book_from_the_shop_alone_goes_on_as_the_one_that_was_kept(seed: int, second: int) -> None:
    shop = open_shop(seed, START)
    at = shop.captured + second * 1_000_000
    kept, _ = advance(book_at(shop, shop.captured), at)
    assert advance(book_at(shop, at), at + 6 * HOUR)[1] == advance(kept, at + 6 * HOUR)[1]


def test_nobody_orders_while_the_shop_is_closed_and_lives_go_on() -> None:
    opened = open_shop(1, START)
    closed = Window(opened.captured + 24 * HOUR, opened.captured + 48 * HOUR)
    _, changes = advance(book_at(Shop(1, opened.captured, (closed,)), opened.captured), opened.captured + 72 * HOUR)
    inside = [c for c in changes if c.committed in closed]
    assert not [c for c in inside if c.table == "orders" and c.op == "c"]
    assert [c for c in inside if c.op == "u"]


def test_a_minute_has_its_own_customers_whatever_came_before() -> None:
    minute = micros(START) // MINUTE
    assert placements(minute, Random("1/a")) == placements(minute, Random("1/a"))
    assert all(minute * MINUTE <= at < (minute + 1) * MINUTE for at in placements(minute, Random("x")))


def test_a_shop_with_a_database_commits_each_change_once_and_in_order() -> None:
    """What a connector delivers late or twice was committed once."""
    delivered = {(c.table, c.op, c.key, c.committed, str(c.row)) for c in a_week() if c.op != "r"}
    shop = open_shop(1, START, has_database=True)
    _, committed = advance(book_at(shop, shop.captured), micros(START + 7 * DAY))
    assert [c.arrives for c in committed] == sorted(c.committed for c in committed)
    told = [(c.table, c.op, c.key, c.committed, str(c.row)) for c in committed]
    assert len(told) == len(set(told))
    assert {t for t in told if t[3] < micros(START + 6 * DAY)} == {
        t for t in delivered if t[3] < micros(START + 6 * DAY)
    }
