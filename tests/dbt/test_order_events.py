"""The event log: what of an order's changes is an event, and that an event, once there, is there for good."""

from datetime import UTC, datetime
from typing import Any

import pytest
from handmade_changes import Change, after, deleted, order, returned

pytestmark = pytest.mark.xdist_group("dbt")

PLACED, CANCELLED, INITIATED, RESOLVED = "ORDER_PLACED", "ORDER_CANCELLED", "RETURN_INITIATED", "RETURN_RESOLVED"


def test_an_order_is_placed_once_however_often_it_changes(shop: Any) -> None:
    shop.land(order("o1", 1, "c"), order("o1", 2, status="PAID"), order("o1", 3, status="SHIPPED")).refresh()
    assert shop.events("event_type, event_timestamp, order_total_cents") == [(PLACED, after(0), 1000)]


def test_what_changes_later_does_not_move_the_event(shop: Any) -> None:
    before = shop.land(order("o1", 1, "c", total=1000)).refresh().events("*")
    shop.land(order("o1", 2, status="PAID", total=1500, placed=7, customer="c9")).refresh()
    assert shop.events("*") == before


def test_a_cancelled_order_has_both_events_each_at_its_own_time_with_its_own_total(shop: Any) -> None:
    shop.land(order("o1", 1, "c", total=1000), order("o1", 9, status="CANCELLED", total=800)).refresh()
    events = shop.events("event_type, event_timestamp, order_total_cents, refund_cents")
    assert events == [(PLACED, after(0), 1000, None), (CANCELLED, after(9), 800, None)]


def test_an_order_cancelled_twice_was_cancelled_when_it_first_was(shop: Any) -> None:
    shop.land(
        order("o1", 1, "c"),
        order("o1", 4, status="CANCELLED"),
        order("o1", 5, status="PAID"),
        order("o1", 6, status="CANCELLED"),
    ).refresh()
    assert shop.events("event_type, event_timestamp") == [(PLACED, after(0)), (CANCELLED, after(4))]


def test_a_snapshot_of_a_cancelled_order_tells_both_events(shop: Any) -> None:
    shop.land(order("o1", 50, "r", "CANCELLED", updated=20)).refresh()
    assert shop.events("event_type, event_timestamp, metadata['captured_as']") == [
        (PLACED, after(0), "snapshot"),
        (CANCELLED, after(20), "snapshot"),
    ]


def test_a_snapshot_of_an_order_that_was_streamed_adds_nothing(shop: Any) -> None:
    before = shop.land(order("o1", 1, "c")).refresh().events("*")
    shop.land(order("o1", 50, "r", "PAID", total=2000)).refresh()
    assert shop.events("*") == before


def test_a_delete_removes_no_event_although_it_carries_only_the_key(shop: Any) -> None:
    before = shop.land(order("o1", 1, "c"), order("o1", 2, status="CANCELLED")).refresh().events("*")
    shop.land(deleted("orders", "o1", 3)).refresh()
    assert shop.events("*") == before
    assert {i for (i,) in shop.rebuild().events("event_id")} == {row[0] for row in before}


def test_an_order_deleted_before_it_was_ever_refreshed_was_placed_all_the_same(shop: Any) -> None:
    shop.land(order("o1", 1, "c"), deleted("orders", "o1", 2)).refresh()
    assert shop.events() == [(PLACED, "o1")]


def test_an_order_inserted_again_after_its_delete_is_not_placed_twice(shop: Any) -> None:
    shop.land(order("o1", 1, "c")).refresh()
    shop.land(deleted("orders", "o1", 2), order("o1", 3, "c", placed=60), order("o1", 4, status="CANCELLED")).refresh()
    assert shop.events() == [(PLACED, "o1"), (CANCELLED, "o1")]


def test_a_truncate_removes_no_event(shop: Any) -> None:
    shop.land(order("o1", 1, "c")).refresh()
    shop.land(Change("orders", "t", 2, {}), order("o2", 3, "c", placed=5)).refresh()
    assert shop.events() == [(PLACED, "o1"), (PLACED, "o2")]


def test_a_test_order_and_all_that_follows_from_it_is_no_event(shop: Any) -> None:
    shop.land(order("t1", 1, "c", "TEST"), order("o1", 2, "c", placed=1)).refresh()
    shop.land(order("t1", 3, status="CANCELLED"), returned("r1", "t1", 40, "c")).refresh()
    assert shop.events() == [(PLACED, "o1")]
    assert shop.rebuild().events() == [(PLACED, "o1")]


def test_a_test_order_stays_one_when_it_is_inserted_again_as_a_real_one(shop: Any) -> None:
    shop.land(order("t1", 1, "c", "TEST"), deleted("orders", "t1", 2)).refresh()
    shop.land(order("t1", 3, "c", "PLACED")).refresh()
    assert shop.events() == []


def test_an_order_marked_as_a_test_after_it_was_published_keeps_its_events_and_gets_those_that_follow(
    shop: Any,
) -> None:
    shop.land(order("o1", 1, "c")).refresh()
    shop.land(order("o1", 2, status="TEST"), order("o1", 3, status="CANCELLED")).refresh()
    assert shop.events() == [(PLACED, "o1"), (CANCELLED, "o1")]
    assert shop.rebuild().events() == [(PLACED, "o1"), (CANCELLED, "o1")]


def test_a_return_carries_its_order_as_it_was_then_and_its_own_refund(shop: Any) -> None:
    shop.land(
        order("o1", 1, "c", total=1000, customer="c1", channel="ios"),
        order("o1", 10, status="DELIVERED", total=900, channel="ios"),
        returned("r1", "o1", 30, "c", refund=400),
        order("o1", 40, status="DELIVERED", total=500, channel="api"),
        returned("r1", "o1", 50, status="RESOLVED", refund=350),
    ).refresh()
    columns = "event_type, event_timestamp, order_id, customer_id, order_total_cents, channel, refund_cents"
    assert shop.events(columns)[1:] == [
        (INITIATED, after(30), "o1", "c1", 900, "ios", 400),
        (RESOLVED, after(50), "o1", "c1", 500, "api", 350),
    ]


def test_a_guests_return_has_no_customer_but_an_order(shop: Any) -> None:
    shop.land(order("o1", 1, "c", customer=None, channel=None), returned("r1", "o1", 40, "c")).refresh()
    assert shop.events("event_type, customer_id, channel")[1] == (INITIATED, None, None)


def test_a_return_of_an_order_known_from_a_later_snapshot_carries_that_snapshots_order(shop: Any) -> None:
    shop.land(
        order("o1", 90, "r", "DELIVERED", total=700, updated=80), returned("r1", "o1", 91, "r", initiated=30)
    ).refresh()
    assert shop.events("event_type, order_total_cents") == [(PLACED, 700), (INITIATED, 700)]


def test_a_rejected_return_was_initiated_and_never_resolved(shop: Any) -> None:
    shop.land(order("o1", 1, "c"), returned("r1", "o1", 40, "c"), returned("r1", "o1", 41, status="REJECTED")).refresh()
    assert shop.events() == [(PLACED, "o1"), (INITIATED, "o1")]


def test_a_snapshot_of_a_resolved_return_tells_both_events(shop: Any) -> None:
    shop.land(order("o1", 1, "r"), returned("r1", "o1", 90, "r", "RESOLVED", initiated=30, updated=60)).refresh()
    assert shop.events("event_type, event_timestamp")[1:] == [(INITIATED, after(30)), (RESOLVED, after(60))]


def test_a_return_waits_for_its_order_and_appears_when_it_lands(shop: Any) -> None:
    shop.land(returned("r1", "o1", 40, "c"), order("o2", 2, "c", placed=1)).refresh()
    assert shop.events() == [(PLACED, "o2")]
    shop.land(order("o3", 3, "c", placed=2)).refresh()
    shop.land(order("o1", 1, "c", total=1234)).refresh()
    assert shop.events("event_type, order_id, order_total_cents") == [
        (PLACED, "o1", 1234),
        (PLACED, "o2", 1000),
        (PLACED, "o3", 1000),
        (INITIATED, "o1", 1234),
    ]


def test_a_cancellation_that_lands_before_its_order_waits_for_it(shop: Any) -> None:
    shop.land(order("o1", 5, status="CANCELLED")).refresh()
    assert shop.events() == []
    shop.land(order("o1", 1, "c")).refresh()
    assert shop.events("event_type, event_timestamp") == [(PLACED, after(0)), (CANCELLED, after(5))]


def test_a_test_orders_cancellation_that_lands_first_is_not_published_by_mistake(shop: Any) -> None:
    shop.land(order("t1", 5, status="CANCELLED"), returned("r1", "t1", 40, "c")).refresh()
    shop.land(order("t1", 1, "c", "TEST")).refresh()
    assert shop.events() == []


def test_late_changes_that_are_earlier_in_the_source_move_nothing(shop: Any) -> None:
    shop.land(order("o1", 1, "c"), order("o1", 8, status="CANCELLED")).refresh()
    before = shop.events("*")
    shop.land(order("o1", 4, status="CANCELLED"), order("o1", 3, status="PAID")).refresh()
    assert shop.events("*") == before


def test_changes_on_one_lsn_are_ordered_by_their_place(shop: Any) -> None:
    shop.land(
        order("o1", 1, status="CANCELLED", ordinal=2, updated=6),
        order("o1", 1, "c", ordinal=0),
        order("o1", 1, status="CANCELLED", ordinal=1, updated=5),
    ).refresh()
    assert shop.events("event_type, event_timestamp") == [(PLACED, after(0)), (CANCELLED, after(5))]


def test_a_refresh_without_anything_new_adds_nothing(shop: Any) -> None:
    before = shop.land(order("o1", 1, "c")).refresh().events("*")
    assert shop.refresh().refresh().events("*") == before


def test_rows_carry_the_revision_their_build_had_seen(shop: Any) -> None:
    shop.land(order("o1", 1, "c")).land(order("o1", 2, status="PAID")).refresh()
    shop.land(order("o2", 3, "c", placed=1)).refresh()
    assert shop.events("order_id, _mesh_revision") == [("o1", 2), ("o2", 3)]


def test_each_currency_is_stated_as_the_source_says_it(shop: Any) -> None:
    shop.land(order("o1", 1, "c", currency="JPY"), order("o2", 2, "c", currency="EUR", placed=1)).refresh()
    shop.land(returned("r1", "o1", 40, "c", currency="JPY", refund=5000)).refresh()
    events = shop.events("event_type, currency_code, refund_cents")
    assert events == [(PLACED, "JPY", None), (PLACED, "EUR", None), (INITIATED, "JPY", 5000)]


def test_the_metadata_is_a_map_of_text_without_nulls(shop: Any) -> None:
    shop.land(order("o1", 1, "c"), returned("r1", "o1", 40, "c", reason=None)).refresh()
    assert shop.events("event_type, metadata, typeof(metadata)") == [
        (PLACED, {"order_status": "PLACED", "captured_as": "change"}, "MAP(VARCHAR, VARCHAR)"),
        (
            INITIATED,
            {"return_id": "r1", "return_status": "INITIATED", "captured_as": "change"},
            "MAP(VARCHAR, VARCHAR)",
        ),
    ]


def test_times_are_moments_and_not_a_zones_wall_clock(shop: Any) -> None:
    shop.land(order("o1", 1, "c", placed=0)).refresh()
    shop.warehouse.execute("set TimeZone = 'Pacific/Auckland'")
    assert shop.events("epoch_us(event_timestamp)") == [(int(datetime(2026, 11, 1, 12, tzinfo=UTC).timestamp() * 1e6),)]


def test_what_must_exist_is_what_exists_once_everything_has_landed(shop: Any) -> None:
    shop.land(
        order("o1", 1, "c"),
        order("o1", 2, status="CANCELLED"),
        order("o2", 3, "r", "DELIVERED"),
        returned("r1", "o2", 40, "c"),
        returned("r1", "o2", 41, status="RESOLVED"),
        order("t1", 5, "c", "TEST"),
        order("t1", 6, status="CANCELLED"),
        returned("r2", "t1", 42, "c"),
        deleted("orders", "o2", 50),
        deleted("returns", "r1", 51),
    ).refresh()
    assert len(shop.ids()) == 5
    assert shop.expected() == shop.ids()


def test_an_order_whose_birth_never_landed_is_expected_and_so_missed(shop: Any) -> None:
    shop.land(order("o1", 7, status="CANCELLED"), returned("r1", "nowhere", 40, "c")).refresh()
    assert shop.ids() == set()
    assert len(shop.expected()) == 3


def test_an_expected_event_has_the_time_the_event_has(shop: Any) -> None:
    shop.land(order("o1", 1, "c"), order("o1", 4, status="CANCELLED"), order("o1", 6, status="CANCELLED")).refresh()
    expected = shop.warehouse.query("from orders_internal.expected_order_events order by event_timestamp")
    assert expected == shop.events("event_id, event_timestamp")


def test_an_order_born_with_a_negative_total_is_placed_by_its_correction(shop: Any) -> None:
    shop.land(order("o1", 1, "c", total=-5)).refresh()
    assert shop.events("event_type, order_total_cents") == [(PLACED, -5)], "for the audit to see"
    shop.rebuild()
    shop.land(order("o1", 2, total=500), order("o1", 3, total=700)).rebuild()
    assert shop.events("event_type, event_timestamp, order_total_cents") == [(PLACED, after(0), 500)]


def test_a_test_order_born_with_a_negative_total_stays_one(shop: Any) -> None:
    shop.land(order("o1", 1, "c", status="TEST", total=-5), order("o1", 2, total=500)).refresh()
    assert shop.events() == []


def test_a_return_and_its_order_are_told_with_their_corrected_amounts(shop: Any) -> None:
    shop.land(
        order("o1", 1, "c", total=-5),
        returned("r1", "o1", 2, "c", refund=-1, initiated=2),
        order("o1", 3, total=500),
        returned("r1", "o1", 4, refund=20, initiated=2),
    ).refresh()
    initiated = shop.events("event_type, event_timestamp, order_total_cents, refund_cents")[-1]
    assert initiated == ("RETURN_INITIATED", after(2), 500, 20)


def test_an_order_born_without_a_currency_is_placed_by_its_correction(shop: Any) -> None:
    born = order("o1", 1, "c")
    born.row["currency_code"] = None
    shop.land(born, order("o1", 2, total=500)).refresh()
    assert shop.events("event_type, order_total_cents, currency_code") == [(PLACED, 500, "EUR")]
