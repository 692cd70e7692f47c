"""Revenue by UTC day and currency: what a day's row holds, and which days a late event makes anew."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.xdist_group("dbt")

PLACED, CANCELLED, INITIATED, RESOLVED = "ORDER_PLACED", "ORDER_CANCELLED", "RETURN_INITIATED", "RETURN_RESOLVED"
AMOUNTS = "revenue_date, currency_code, gross_cents, cancelled_cents, refunded_cents, net_cents"


def day(number: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, 11, number, hour, minute, tzinfo=UTC)


def test_a_days_row_counts_and_adds_what_happened_that_day(books: Any) -> None:
    books.publish(
        (PLACED, day(1, 9), 1000, None, "EUR"),
        (PLACED, day(1, 10), 500, None, "EUR"),
        (CANCELLED, day(1, 11), 500, None, "EUR"),
        (INITIATED, day(1, 12), 1000, 300, "EUR"),
        (RESOLVED, day(1, 13), 1000, 250, "EUR"),
    ).refresh()
    assert books.days() == [(date(2026, 11, 1), "EUR", 2, 1, 1, 1500, 500, 250, 750, day(1, 13))]


def test_a_refund_counts_on_the_day_it_was_paid_and_a_cancellation_on_the_day_it_happened(books: Any) -> None:
    books.publish(
        (PLACED, day(1), 1000, None, "EUR"), (CANCELLED, day(2), 1000, None, "EUR"), (RESOLVED, day(3), 900, 400, "EUR")
    ).refresh()
    assert books.days(AMOUNTS) == [
        (date(2026, 11, 1), "EUR", 1000, 0, 0, 1000),
        (date(2026, 11, 2), "EUR", 0, 1000, 0, -1000),
        (date(2026, 11, 3), "EUR", 0, 0, 400, -400),
    ]


def test_currencies_are_never_added_together(books: Any) -> None:
    books.publish((PLACED, day(1), 1000, None, "EUR"), (PLACED, day(1), 90000, None, "JPY")).refresh()
    assert [row[1:3] for row in books.days(AMOUNTS)] == [("EUR", 1000), ("JPY", 90000)]


def test_a_return_that_is_only_initiated_moves_no_money(books: Any) -> None:
    books.publish((INITIATED, day(1), 1000, 300, "EUR")).refresh()
    assert books.days() == []


def test_days_are_utc_whatever_the_sessions_zone_and_its_summer_time(books: Any) -> None:
    last_second, first_second = datetime(2026, 10, 24, 23, 59, 59, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)
    books.warehouse.execute("set TimeZone = 'Europe/Berlin'")
    books.publish(
        (PLACED, last_second, 1, None, "EUR"),
        (PLACED, first_second, 2, None, "EUR"),
        (PLACED, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 4, None, "EUR"),  # 02:30 in Berlin, the first of two
        (PLACED, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 8, None, "EUR"),  # 02:30 in Berlin, the second
        (PLACED, datetime(2026, 10, 25, 23, 30, tzinfo=UTC), 16, None, "EUR"),  # the day after in Berlin
    ).refresh()
    books.publish((PLACED, datetime(2026, 10, 25, 23, 45, tzinfo=UTC), 32, None, "EUR")).refresh()
    assert [row[2] for row in books.days(AMOUNTS)] == [1, 2 + 4 + 8 + 16 + 32]


def test_a_refresh_makes_anew_only_the_days_from_the_oldest_new_event_on(books: Any) -> None:
    books.publish(*((PLACED, day(n), 100, None, "EUR") for n in range(1, 8))).refresh()
    books.publish((PLACED, day(6, 13), 50, None, "EUR"), (PLACED, day(7, 13), 50, None, "EUR")).refresh()
    assert books.touched() == [date(2026, 11, 6), date(2026, 11, 7)]
    assert [row[2] for row in books.days(AMOUNTS)] == [100, 100, 100, 100, 100, 150, 150]


def test_a_late_event_makes_its_whole_day_anew(books: Any) -> None:
    books.publish((PLACED, day(1, 1), 100, None, "EUR"), (PLACED, day(5), 100, None, "EUR")).refresh()
    books.publish((PLACED, day(1, 23), 10, None, "EUR")).refresh()
    assert books.days(AMOUNTS)[0] == (date(2026, 11, 1), "EUR", 110, 0, 0, 110)


def test_several_publications_since_the_last_refresh_are_all_taken_in(books: Any) -> None:
    books.publish((PLACED, day(1), 100, None, "EUR")).refresh()
    books.publish((PLACED, day(2), 10, None, "EUR")).publish((PLACED, day(4), 20, None, "EUR")).publish().refresh()
    assert [row[2] for row in books.days(AMOUNTS)] == [100, 10, 20]


def test_nothing_published_since_makes_nothing_anew(books: Any) -> None:
    before = books.publish((PLACED, day(1), 100, None, "EUR")).refresh().days("*")
    assert books.refresh().days("*") == before
    assert books.touched() == []


def test_what_a_failed_batch_had_replaced_is_made_anew(books: Any) -> None:
    """The platform discards a batch that failed its audit; the days it had replaced are then missing."""
    books.publish((PLACED, day(1), 100, None, "EUR"), (PLACED, day(2), 100, None, "EUR")).refresh()
    books.publish((PLACED, day(2, 13), 10, None, "EUR")).refresh()
    newest = "select max(_mesh_revision) from finance_internal.revenue_daily"
    books.warehouse.execute(f"delete from finance_internal.revenue_daily where _mesh_revision = ({newest})")
    assert len(books.days()) == 1
    assert [row[2] for row in books.refresh().days(AMOUNTS)] == [100, 110]


def test_an_order_count_too_large_for_an_integer_is_still_a_number(books: Any) -> None:
    books.publish((PLACED, day(1, 1), 2**62, None, "EUR"), (PLACED, day(1, 2), 2**61, None, "EUR")).refresh()
    assert books.days("gross_cents, typeof(gross_cents)") == [(2**62 + 2**61, "BIGINT")]


def test_what_must_exist_is_what_exists(books: Any) -> None:
    books.publish(
        (PLACED, day(1), 100, None, "EUR"), (RESOLVED, day(2), 100, 50, "USD"), (INITIATED, day(3), 100, 50, "USD")
    ).refresh()
    expected = books.warehouse.query("from finance_internal.expected_revenue_daily order by 1, 2")
    assert expected == books.days("revenue_date, currency_code, last_event_at")


events = st.tuples(
    st.sampled_from((PLACED, CANCELLED, INITIATED, RESOLVED)),
    st.integers(0, 10 * 24 * 60).map(lambda minutes: day(1, 0) + timedelta(minutes=minutes)),
    st.integers(0, 10_000),
    st.integers(0, 500),
    st.sampled_from(("EUR", "USD")),
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(events, max_size=6), min_size=1, max_size=5), lazily=st.sets(st.integers(0, 5)))
def test_days_made_anew_as_events_arrive_are_what_one_build_makes(
    make_books: Callable[[], Any], batches: list[list[Any]], lazily: set[int]
) -> None:
    books = make_books()
    for number, batch in enumerate(batches):
        books.publish(*batch)
        if number not in lazily:
            books.refresh()
    extended = books.refresh().days()
    assert extended == books.rebuild().days()
