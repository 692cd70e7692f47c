"""Freshness: the age of the news a consumer reads, by event time, with the source's own sign of life."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.landing.records.heartbeat import remember_heartbeat
from mesh_platform.landing.records.ledger import ensure_landing
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.slo.freshness import measure_freshness
from mesh_platform.slo.measurement import Measurement, Verdict
from mesh_platform.warehouse.duckdb import DuckDbWarehouse

SYSTEM = "orders_service_postgres"
ORDERS, FINANCE = "orders.order_events", "finance.revenue_daily"


@pytest.fixture
def ready(warehouse: DuckDbWarehouse, shipped_mesh: Mesh) -> DuckDbWarehouse:
    ensure_landing(warehouse, shipped_mesh)
    ensure_publishing(warehouse)
    return warehouse


def landed(
    warehouse: DuckDbWarehouse,
    revision: int,
    first: datetime | str | None,
    last: datetime | str | None,
    *,
    table: str = "public.orders",
    at: datetime | None = None,
) -> None:
    columns = ["path", "generation", "system", "source_table", "state", "rows_read", "rows_applied", "rows_duplicate"]
    columns += ["rows_skipped", "rows_quarantined", "first_event_at", "last_event_at", "revision", "landed_at", "size"]
    row = (f"{table}/{revision}", "g", SYSTEM, table, "landed", 1, 1, 0, 0, 0, first, last, revision, at or last, 1)
    warehouse.insert("mesh_landing.ledger", columns, [row])


def published(
    warehouse: DuckDbWarehouse,
    product: str,
    revision: int,
    through: int,
    at: datetime,
    oldest: datetime | str | None = None,
    watermark: datetime | str | None = None,
    new_rows: int = 1,
) -> None:
    row = (product, "1.0.0", "append", at, watermark or at, 1, new_rows, oldest, through, revision, None)
    columns = ["product", "schema_version", "mode", "published_at", "watermark", "rows", "new_rows"]
    columns += ["oldest_event_at", "through_revision", "revision", "run_id"]
    warehouse.insert("mesh_slo.publications", columns, [row])


def heartbeat(warehouse: DuckDbWarehouse, at: datetime, landed_at: datetime | None = None) -> None:
    remember_heartbeat(warehouse, SYSTEM, at, landed_at or at)


def measured(warehouse: DuckDbWarehouse, mesh: Mesh, now: datetime) -> dict[str, Measurement]:
    return {m.product: m for m in measure_freshness(mesh, warehouse, mesh.products.values(), now)}


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def test_without_event_and_heartbeat_it_is_unknown_and_says_of_whom(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    found = measured(ready, shipped_mesh, now)
    assert found[ORDERS].verdict is Verdict.UNKNOWN
    assert SYSTEM in found[ORDERS].reason
    assert found[FINANCE].verdict is Verdict.UNKNOWN


def test_with_everything_published_the_lag_is_the_age_of_the_last_sign_of_life(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    landed(ready, 1, now - minutes(300), now - minutes(200))
    published(ready, ORDERS, 2, 1, now - minutes(199))
    assert measured(ready, shipped_mesh, now)[ORDERS].value == 200.0
    heartbeat(ready, now - minutes(3))
    assert measured(ready, shipped_mesh, now)[ORDERS].value == 3.0


@pytest.mark.parametrize(
    ("age", "verdict"),
    [(30, Verdict.PASS), (45, Verdict.PASS), (46, Verdict.WARN), (90, Verdict.WARN), (91, Verdict.ERROR)],
)
def test_the_thresholds_of_the_manifest_decide(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime, age: int, verdict: Verdict
) -> None:
    landed(ready, 1, now - minutes(age), now - minutes(age))
    published(ready, ORDERS, 2, 1, now)
    assert measured(ready, shipped_mesh, now)[ORDERS].verdict is verdict


def test_heartbeats_do_not_hide_a_change_that_landed_and_cannot_be_published(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    landed(ready, 1, now - minutes(400), now - minutes(380))
    published(ready, ORDERS, 2, 1, now - minutes(379))
    landed(ready, 3, now - minutes(120), now - minutes(1))
    heartbeat(ready, now)
    found = measured(ready, shipped_mesh, now)[ORDERS]
    assert (found.value, found.verdict) == (120.0, Verdict.ERROR)
    assert "not published" in found.reason


def test_a_quiet_table_is_vouched_for_by_its_system(ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime) -> None:
    landed(ready, 1, now - minutes(900), now - minutes(800), table="public.returns")
    landed(ready, 2, now - minutes(10), now - minutes(5))
    published(ready, ORDERS, 3, 2, now)
    assert measured(ready, shipped_mesh, now)[ORDERS].value == 5.0


def test_a_product_is_as_fresh_as_the_product_it_reads(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    landed(ready, 1, now - minutes(50), now - minutes(20))
    published(ready, ORDERS, 2, 1, now - minutes(19), oldest=now - minutes(50))
    published(ready, FINANCE, 3, 2, now - minutes(18))
    assert measured(ready, shipped_mesh, now)[FINANCE].value == 20.0


def test_an_upstream_publication_that_was_not_taken_in_makes_its_reader_stale(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    landed(ready, 1, now - minutes(500), now - minutes(400))
    published(ready, ORDERS, 2, 1, now - minutes(399), oldest=now - minutes(500))
    published(ready, FINANCE, 3, 2, now - minutes(398))
    landed(ready, 4, now - minutes(90), now - minutes(1))
    published(ready, ORDERS, 5, 4, now, oldest=now - minutes(90))
    found = measured(ready, shipped_mesh, now)
    assert (found[ORDERS].value, found[FINANCE].value) == (1.0, 90.0)
    assert ORDERS in found[FINANCE].reason


def test_a_past_moment_is_judged_by_what_was_known_then(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    landed(ready, 1, now - minutes(300), now - minutes(290))
    published(ready, ORDERS, 2, 1, now - minutes(280))
    landed(ready, 3, now - minutes(5), now - minutes(5))
    published(ready, ORDERS, 4, 3, now)
    assert measured(ready, shipped_mesh, now)[ORDERS].value == 5.0
    assert measured(ready, shipped_mesh, now - minutes(200))[ORDERS].value == 90.0


FAR = ["30000-01-01 00:00:00+00", "infinity", "2100-01-01 00:00:00+00"]
NEVER = [*FAR, "-infinity", "0044-03-15 (BC) 00:00:00+00", None]


@pytest.mark.parametrize("last", FAR)
def test_an_event_from_the_future_vouches_for_no_more_than_the_moment_it_landed(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime, last: str
) -> None:
    landed(ready, 1, now - minutes(300), last, at=now - minutes(100))
    published(ready, ORDERS, 2, 1, now - minutes(99))
    assert measured(ready, shipped_mesh, now)[ORDERS].value == 100.0
    assert measured(ready, shipped_mesh, now + timedelta(days=900))[ORDERS].verdict is Verdict.ERROR


@pytest.mark.parametrize("first", [*FAR, None])
def test_a_change_waits_since_it_landed_at_the_latest(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime, first: str | None
) -> None:
    heartbeat(ready, now)
    published(ready, ORDERS, 1, 0, now - minutes(500))
    landed(ready, 2, first, first, at=now - minutes(120))
    found = measured(ready, shipped_mesh, now)[ORDERS]
    assert (found.value, found.verdict) == (120.0, Verdict.ERROR)
    assert "not published" in found.reason


def test_a_file_that_applied_nothing_waits_for_nothing(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    heartbeat(ready, now)
    published(ready, ORDERS, 1, 0, now - minutes(500))
    landed(ready, 2, None, None, at=now - minutes(120))
    ready.execute("update mesh_landing.ledger set rows_applied = 0, rows_skipped = 1")
    assert measured(ready, shipped_mesh, now)[ORDERS].value == 0.0


@pytest.mark.parametrize("oldest", [*FAR, None])
def test_an_upstream_publication_waits_since_it_was_published_at_the_latest(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime, oldest: str | None
) -> None:
    heartbeat(ready, now)
    published(ready, FINANCE, 1, 0, now - minutes(500))
    published(ready, ORDERS, 2, 0, now - minutes(200), oldest=oldest, watermark="30000-01-01 00:00:00+00")
    found = measured(ready, shipped_mesh, now)
    assert (found[ORDERS].value, found[FINANCE].value) == (0.0, 200.0)
    published(ready, FINANCE, 3, 2, now - minutes(100))
    published(ready, ORDERS, 4, 0, now - minutes(50), new_rows=0)
    assert measured(ready, shipped_mesh, now)[FINANCE].value == 0.0


@given(
    first=st.sampled_from(NEVER),
    last=st.sampled_from(NEVER),
    landed_ago=st.integers(1, 10_000),
    taken_in=st.booleans(),
    later=st.integers(0, 10_000),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_time_alone_never_makes_news_fresher_whatever_the_clocks_say(
    ready: DuckDbWarehouse,
    shipped_mesh: Mesh,
    now: datetime,
    first: str | None,
    last: str | None,
    landed_ago: int,
    taken_in: bool,
    later: int,
) -> None:
    """With nothing new on record every minute that passes is a minute of lag, and no lag is less than the landing's."""
    for table in ("mesh_landing.ledger", "mesh_slo.publications"):
        ready.execute(f"delete from {table}")
    landed(ready, 1, first, last, at=now - minutes(landed_ago))
    if taken_in:
        published(ready, ORDERS, 2, 1, now)
    before = measured(ready, shipped_mesh, now)[ORDERS]
    after = measured(ready, shipped_mesh, now + minutes(later))[ORDERS]
    if before.value is None:
        assert last is None
        assert taken_in
        return
    assert before.value >= landed_ago
    assert after.value == pytest.approx(before.value + later)


def test_the_first_publication_is_missed_by_name(ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime) -> None:
    assert "never been published" in measured(ready, shipped_mesh, now)[ORDERS].reason
    heartbeat(ready, now)
    assert "never been published" in measured(ready, shipped_mesh, now)[ORDERS].reason
    landed(ready, 1, now - minutes(60), now - minutes(50))
    found = measured(ready, shipped_mesh, now)[ORDERS]
    assert "never been published" in found.reason
    assert "have landed" in found.reason
    published(ready, ORDERS, 2, 1, now)
    assert "never" not in measured(ready, shipped_mesh, now)[ORDERS].reason


def test_of_a_moment_before_the_record_begins_it_says_so_and_advises_nothing(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    landed(ready, 1, now - minutes(60), now - minutes(50))
    published(ready, ORDERS, 2, 1, now)
    found = measured(ready, shipped_mesh, now - minutes(600))
    for product in (ORDERS, FINANCE):
        assert found[product].verdict is Verdict.UNKNOWN
        assert "had not been published by 2026-11-23 02:00 UTC" in found[product].reason
        assert "heartbeat" not in found[product].reason


def test_an_event_from_the_future_is_not_a_negative_lag(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    heartbeat(ready, now)
    landed(ready, 1, now + minutes(0), now + minutes(0))
    published(ready, ORDERS, 2, 1, now)
    assert measured(ready, shipped_mesh, now)[ORDERS].value == 0.0


def test_a_dead_connector_is_named_with_how_long_it_was_silent(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    landed(ready, 1, now - minutes(100), now - minutes(61))
    published(ready, ORDERS, 2, 1, now - minutes(60), oldest=now - minutes(100))
    published(ready, FINANCE, 3, 2, now - minutes(59))
    found = measured(ready, shipped_mesh, now)
    silent = (
        "nothing has been heard of `orders_service_postgres` for 61.0 min (target {} min); everything that landed is"
    )
    for product, target in ((ORDERS, 30), (FINANCE, 60)):
        assert found[product].reason.startswith(silent.format(target))
    then = measured(ready, shipped_mesh, now - minutes(31))
    assert then[ORDERS].reason == "everything landed is visible, up to 30.0 min ago (target 30 min)"


def test_what_a_product_upstream_holds_back_is_its_doing_and_no_silence(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    published(ready, ORDERS, 1, 0, now - minutes(300))
    published(ready, FINANCE, 2, 1, now - minutes(299))
    landed(ready, 3, now - minutes(120), now)
    told = "changes have landed that `orders.order_events` has not published, the oldest 2.0 h old (target 60 min)"
    assert measured(ready, shipped_mesh, now)[FINANCE].reason == told


def with_another_source(mesh: Mesh, system: str) -> Mesh:
    orders = mesh.products[ORDERS]
    spec = orders.manifest.spec
    (known,) = orders.manifest.source_inputs[:1]
    sources = (*spec.lineage.upstream_sources, known.model_copy(update={"system": system}))
    spec = spec.model_copy(update={"lineage": spec.lineage.model_copy(update={"upstream_sources": sources})})
    made = replace(orders, manifest=orders.manifest.model_copy(update={"spec": spec}))
    return replace(mesh, products={**mesh.products, ORDERS: made})


def test_a_change_that_waits_a_little_does_not_speak_for_a_source_that_is_silent(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    mesh = with_another_source(shipped_mesh, "ledger")
    published(ready, ORDERS, 1, 0, now - minutes(300))
    remember_heartbeat(ready, "ledger", now - minutes(100), now - minutes(100))
    landed(ready, 2, now - minutes(1), now - minutes(1))
    assert measured(ready, mesh, now)[ORDERS].reason == (
        "nothing has been heard of `ledger` for 100.0 min (target 30 min);"
        " changes of `orders_service_postgres` have landed and are not published"
    )
    remember_heartbeat(ready, "ledger", now - minutes(9), now - minutes(9))
    assert measured(ready, mesh, now)[ORDERS].reason == (
        "changes of `orders_service_postgres` have landed and are not published, the oldest 1.0 min old (target 30 min)"
    )


@pytest.mark.parametrize("waits", [True, False])
def test_since_when_a_product_should_have_been_published_nobody_knows(
    ready: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime, waits: bool
) -> None:
    if waits:
        landed(ready, 1, now - timedelta(days=15), now)
    else:
        heartbeat(ready, now - timedelta(days=15))
    published(ready, FINANCE, 2, 0, now - minutes(1))
    found = measured(ready, shipped_mesh, now)
    for product in (ORDERS, FINANCE):
        assert (found[product].verdict, found[product].began_at) == (Verdict.ERROR, None)
    published(ready, ORDERS, 3, 0, now)
    began = measured(ready, shipped_mesh, now)[ORDERS].began_at
    assert began == now - timedelta(days=15) + minutes(90)
