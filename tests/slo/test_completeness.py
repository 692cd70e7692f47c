"""Completeness: of the events that must exist and have settled, the share a consumer can read."""

from datetime import UTC, datetime, timedelta

import pytest

from mesh_platform.manifest.mesh import Mesh
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.slo.measure import measure
from mesh_platform.slo.measurement import Measurement, Verdict
from mesh_platform.warehouse.duckdb import DuckDbWarehouse

ORDERS = "orders.order_events"


@pytest.fixture
def ready(warehouse: DuckDbWarehouse) -> DuckDbWarehouse:
    warehouse.execute("create schema orders_internal")
    for table in ("expected_order_events", "order_events", "order_events__published"):
        warehouse.execute(f"create table orders_internal.{table} (event_id varchar, event_timestamp timestamptz)")
    return warehouse


def put(warehouse: DuckDbWarehouse, table: str, numbers: range, at: datetime) -> None:
    warehouse.execute(
        f"insert into orders_internal.{table} select 'e' || n, ?::timestamptz from range(?, ?) r(n)",
        [at, numbers.start, numbers.stop],
    )


def measured(warehouse: DuckDbWarehouse, mesh: Mesh, now: datetime) -> Measurement:
    return {m.product: m for m in measure(mesh, warehouse, mesh.products.values(), ["completeness"], now)}[ORDERS]


@pytest.mark.parametrize(
    ("visible", "verdict"), [(1000, Verdict.PASS), (990, Verdict.PASS), (989, Verdict.WARN), (969, Verdict.ERROR)]
)
def test_the_share_of_visible_events_decides(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime, visible: int, verdict: Verdict
) -> None:
    at = now - timedelta(hours=5)
    put(ready, "expected_order_events", range(1000), at)
    put(ready, "order_events", range(1000), at)
    put(ready, "order_events__published", range(visible), at)
    found = measured(ready, shipped_mesh, now)
    assert (found.good, found.total, found.verdict) == (visible, 1000, verdict)


def test_what_is_missing_is_named_and_located(ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime) -> None:
    at = now - timedelta(hours=5)
    put(ready, "expected_order_events", range(100), at)
    put(ready, "order_events", range(95), at)
    put(ready, "order_events__published", range(90), at)
    found = measured(ready, shipped_mesh, now)
    assert found.details["built"] == 95
    missing = found.details["missing_keys"]
    assert isinstance(missing, list)
    assert len(missing) == 5
    assert set(missing) <= {f"e{n}" for n in range(90, 100)}


def test_an_event_that_has_not_settled_is_not_missed_yet(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    """Promised within 90 minutes at the worst, counted from the end of the five minutes in which it happened."""
    put(ready, "expected_order_events", range(10), now - timedelta(minutes=89))
    assert measured(ready, shipped_mesh, now + timedelta(minutes=4)).verdict is Verdict.UNKNOWN
    assert measured(ready, shipped_mesh, now + timedelta(minutes=5)).verdict is Verdict.ERROR


def test_an_event_older_than_the_window_does_not_count(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    put(ready, "expected_order_events", range(10), now - timedelta(days=29))
    assert measured(ready, shipped_mesh, now).verdict is Verdict.UNKNOWN


def test_duplicates_in_the_product_do_not_hide_a_missing_event(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    at = now - timedelta(hours=5)
    put(ready, "expected_order_events", range(2), at)
    for _ in range(3):
        put(ready, "order_events__published", range(1), at)
    assert measured(ready, shipped_mesh, now).good == 1


def test_a_broken_table_is_unknown_and_spoils_no_other_answer(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    put(ready, "expected_order_events", range(2), now - timedelta(hours=5))
    ready.execute("alter table orders_internal.order_events__published drop column event_id")
    ready.execute("create schema finance_internal")
    for table in ("expected_revenue_daily", "revenue_daily", "revenue_daily__published"):
        ready.execute(
            f"create table finance_internal.{table} as select date '2026-11-01' as revenue_date,"
            " 'EUR' as currency_code, timestamptz '2026-11-01 10:00:00+00' as last_event_at"
        )
    found = {m.product: m for m in measure(shipped_mesh, ready, shipped_mesh.products.values(), ["completeness"], now)}
    assert found[ORDERS].verdict is Verdict.UNKNOWN
    assert "refused" in found[ORDERS].reason
    assert found["finance.revenue_daily"].verdict is Verdict.PASS


def test_before_the_first_refresh_it_is_unknown_and_says_what_makes_it(
    warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    found = measured(warehouse, shipped_mesh, now)
    assert found.verdict is Verdict.UNKNOWN
    assert "a refresh does it" in found.reason


def test_a_model_that_is_not_built_yet_is_unknown_and_named(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    ready.execute("drop table orders_internal.expected_order_events")
    found = measured(ready, shipped_mesh, now)
    assert found.verdict is Verdict.UNKNOWN
    assert "`expected_order_events` is not in the warehouse yet" in found.reason


def publish(warehouse: DuckDbWarehouse, revision: int, at: datetime, numbers: range, mode: str = "append") -> None:
    """What a refresh leaves: rows, each with since when it is visible, and the record of its publication."""
    stamp = f"timestamptz '{at.isoformat()}'"
    warehouse.execute(
        f"insert into orders_internal.order_events__published by name select 'e' || n as event_id,"
        f" {stamp} as event_timestamp, {stamp} as _mesh_published_at from range(?, ?) r(n)",
        [numbers.start, numbers.stop],
    )
    columns = ["product", "schema_version", "mode", "published_at", "rows", "new_rows", "through_revision", "revision"]
    count = len(numbers)
    row = (ORDERS, "1.0.0", mode, at, count, count, revision - 1, revision)
    warehouse.insert("mesh_slo.publications", columns, [row])


@pytest.fixture
def history(ready: DuckDbWarehouse, now: datetime) -> DuckDbWarehouse:
    """A hundred events of two days ago; 40 published a day ago, 50 more twelve hours later."""
    ensure_publishing(ready)
    ready.execute("alter table orders_internal.order_events__published add column _mesh_published_at timestamptz")
    put(ready, "expected_order_events", range(100), now - timedelta(days=2))
    publish(ready, 5, now - timedelta(hours=24), range(40), "replace")
    publish(ready, 9, now - timedelta(hours=12), range(40, 90))
    return ready


@pytest.mark.parametrize(("hours", "good"), [(0, 90), (11, 90), (12, 90), (13, 40), (24, 40)])
def test_at_a_past_moment_only_what_was_published_by_then_counts(
    history: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime, hours: int, good: int
) -> None:
    found = measured(history, shipped_mesh, now - timedelta(hours=hours))
    assert (found.good, found.total, found.verdict) == (good, 100, Verdict.ERROR)


def test_before_the_first_publication_nothing_can_be_said_of_a_consumer(
    history: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    found = measured(history, shipped_mesh, now - timedelta(hours=25))
    assert found.verdict is Verdict.UNKNOWN
    assert "had not been published by 2026-11-22 11:00 UTC" in found.reason


def test_a_table_that_does_not_tell_since_when_its_rows_are_visible_tells_the_present_alone(
    history: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    """As a version of the platform before published it."""
    history.execute("alter table orders_internal.order_events__published drop column _mesh_published_at")
    assert measured(history, shipped_mesh, now).good == 90
    past = measured(history, shipped_mesh, now - timedelta(hours=13))
    assert past.verdict is Verdict.UNKNOWN
    assert "is not on record; from the next publication on it is" in past.reason


def test_a_product_that_was_never_published_says_so(ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime) -> None:
    ensure_publishing(ready)
    put(ready, "expected_order_events", range(2), now - timedelta(hours=5))
    ready.execute("drop table orders_internal.order_events__published")
    found = measured(ready, shipped_mesh, now)
    assert (found.verdict, "published" in found.reason) == (Verdict.UNKNOWN, True)


@pytest.mark.parametrize("moment", [datetime.min, datetime.max, datetime(1, 1, 20)])
def test_a_moment_at_the_edge_of_the_calendar_has_an_answer(
    history: DuckDbWarehouse, shipped_mesh: Mesh, moment: datetime
) -> None:
    assert measured(history, shipped_mesh, moment.replace(tzinfo=UTC)).verdict is Verdict.UNKNOWN
