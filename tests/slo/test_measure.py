"""One question for all products; a broken part or an outage never becomes a failed promise."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.environment import Environment
from mesh_platform.landing.records.ledger import ensure_landing
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.publishing.audit import Audit, record_audits
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.slo.accuracy import is_due, keep_audits, measure_accuracy
from mesh_platform.slo.contract import measure_contract
from mesh_platform.slo.counting.ask import Rejected, ask
from mesh_platform.slo.counting.measurements import ensure_measurements
from mesh_platform.slo.measure import SLIS, measure, measure_environment
from mesh_platform.slo.measurement import Verdict, told_minutes
from mesh_platform.slo.status import status
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb
from mesh_platform.warehouse.protocol import Row, WarehouseBusy

ORDERS = "orders.order_events"


class Counting:
    """The real warehouse, counting its queries."""

    def __init__(self, warehouse: DuckDbWarehouse) -> None:
        self.warehouse, self.queries = warehouse, 0

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        self.queries += 1
        return self.warehouse.query(sql, parameters)


def test_one_bad_question_of_many_is_isolated_in_few_queries(warehouse: DuckDbWarehouse) -> None:
    counting = Counting(warehouse)
    questions = {f"p{n}": f"select {n} as value" for n in range(299)} | {"p137": "select * from nowhere"}
    answers = ask(counting, questions)  # type: ignore[arg-type]
    assert isinstance(answers["p137"], Rejected)
    assert all(answers[f"p{n}"] == [(n,)] for n in range(299) if n != 137)
    assert counting.queries <= 19


def test_a_missing_warehouse_is_unknown_for_every_promise(
    environment: Environment, shipped_mesh: Mesh, now: datetime
) -> None:
    found = measure_environment(shipped_mesh, environment, shipped_mesh.products.values(), SLIS, now)
    assert len(found) == len(SLIS) * len(shipped_mesh.products)
    assert {m.verdict for m in found} == {Verdict.UNKNOWN}


def test_a_broken_warehouse_file_is_unknown_for_every_promise(
    environment: Environment, shipped_mesh: Mesh, now: datetime
) -> None:
    environment.home.mkdir(parents=True)
    environment.warehouse_file.write_bytes(b"this is no database" * 500)
    found = measure_environment(shipped_mesh, environment, shipped_mesh.products.values(), SLIS, now)
    assert {m.verdict for m in found} == {Verdict.UNKNOWN}


def test_an_empty_warehouse_is_unknown_for_every_promise(
    environment: Environment, shipped_mesh: Mesh, now: datetime
) -> None:
    with open_duckdb(environment.warehouse_file):
        pass
    found = measure_environment(shipped_mesh, environment, shipped_mesh.products.values(), SLIS, now)
    assert {m.verdict for m in found} == {Verdict.UNKNOWN}


def audit(status: str, severity: str = "error") -> Audit:
    return Audit(ORDERS, f"{severity}_{status}", severity, status, 3 if status != "pass" else 0, None)


def test_accuracy_is_the_last_audit_and_names_what_failed(
    warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    ensure_publishing(warehouse)
    record_audits(warehouse, [audit("fail")], now - timedelta(hours=1), None)
    record_audits(warehouse, [audit("pass"), audit("warn", "warn")], now, None)
    found = measure_accuracy(warehouse, [shipped_mesh.products[ORDERS]], now)[0]
    assert (found.verdict, found.value, found.details["failed_tests"]) == (Verdict.WARN, 50.0, ["warn_warn"])
    earlier = measure_accuracy(warehouse, [shipped_mesh.products[ORDERS]], now - timedelta(minutes=30))[0]
    assert earlier.verdict is Verdict.ERROR


def test_audits_become_measurements_once_their_five_minutes_are_over(
    warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    ensure_publishing(warehouse)
    ensure_measurements(warehouse)
    asked = "select bucket, good, total from mesh_slo.measurements where sli = 'accuracy' order by 1"
    record_audits(warehouse, [audit("pass"), audit("fail")], now, None)
    keep_audits(warehouse, now + timedelta(minutes=1))
    assert warehouse.query(asked) == []
    record_audits(warehouse, [audit("pass")], now + timedelta(minutes=2), None)
    for minutes in (5, 6, 60):
        keep_audits(warehouse, now + timedelta(minutes=minutes))
        assert warehouse.query(asked) == [(now, 2, 3)]
    record_audits(warehouse, [audit("pass")], now + timedelta(minutes=4), None)
    keep_audits(warehouse, now + timedelta(minutes=61))
    assert warehouse.query(asked) == [(now, 3, 4)], "a run of tests that took an hour is kept too"


def test_accuracy_that_is_long_overdue_warns(warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime) -> None:
    ensure_publishing(warehouse)
    record_audits(warehouse, [audit("pass")], now - timedelta(hours=2), None)
    found = measure_accuracy(warehouse, [shipped_mesh.products[ORDERS]], now)[0]
    assert (found.verdict, "overdue" in found.reason) == (Verdict.WARN, True)


def test_the_contract_check_tells_every_difference(warehouse: DuckDbWarehouse, shipped_mesh: Mesh) -> None:
    warehouse.execute("create schema orders_prod")
    warehouse.execute("create view orders_prod.order_events as select 1 as event_id, 'x' as extra")
    found = measure_contract(warehouse, [shipped_mesh.products[ORDERS]])[0]
    assert found.verdict is Verdict.ERROR
    assert "`extra` is not in the schema" in found.reason
    assert "`event_id` is `INTEGER`, the schema says `VARCHAR`" in found.reason
    assert "`refund_cents` is missing" in found.reason


def with_cadence(product: Product, cadence: str) -> Product:
    slo = product.manifest.slo
    assert slo.accuracy is not None
    accuracy = slo.accuracy.model_copy(update={"run_frequency": cadence})
    spec = product.manifest.spec.model_copy(update={"slo": slo.model_copy(update={"accuracy": accuracy})})
    return replace(product, manifest=product.manifest.model_copy(update={"spec": spec}))


@pytest.mark.parametrize(
    ("hours", "due", "overdue"), [(1, False, False), (17, False, False), (18, True, False), (42, True, True)]
)
def test_a_cron_cadence_is_due_at_its_ticks_and_overdue_when_two_have_passed(
    warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime, hours: int, due: bool, overdue: bool
) -> None:
    """Tested at noon, to be tested daily at six."""
    ensure_publishing(warehouse)
    product, later = with_cadence(shipped_mesh.products[ORDERS], "0 6 * * *"), now + timedelta(hours=hours)
    record_audits(warehouse, [audit("pass")], now, None)
    assert is_due(product, now, later) is due
    assert ("overdue" in measure_accuracy(warehouse, [product], later)[0].reason) is overdue


def test_what_is_odd_about_one_product_is_its_own_unknown(
    warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    ensure_landing(warehouse, shipped_mesh)
    ensure_publishing(warehouse)
    warehouse.execute("create schema finance_internal")
    warehouse.execute(
        'create table finance_internal.expected_revenue_daily as select 1 as "no; identifier", now() as last_event_at'
    )
    warehouse.execute("create table finance_internal.revenue_daily__published (last_event_at timestamptz)")
    warehouse.execute("create schema orders_internal")
    for table in ("expected_order_events", "order_events__published"):
        warehouse.execute(
            f"create table orders_internal.{table} as select 'e1' as event_id,"
            f" timestamptz '{(now - timedelta(hours=5)).isoformat()}' as event_timestamp"
        )
    found = {(m.product, m.sli): m for m in measure(shipped_mesh, warehouse, shipped_mesh.products.values(), SLIS, now)}
    assert found[ORDERS, "completeness"].verdict is Verdict.PASS
    odd = found["finance.revenue_daily", "completeness"]
    assert odd.verdict is Verdict.UNKNOWN
    assert "`no; identifier` is no identifier" in odd.reason


class Raising:
    """A warehouse that answers every question with an exception."""

    def __init__(self, problem: Exception) -> None:
        self.problem = problem

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        raise self.problem


def test_an_exception_nobody_foresaw_is_an_unknown_with_its_reason(shipped_mesh: Mesh, now: datetime) -> None:
    products = shipped_mesh.products.values()
    found = measure(shipped_mesh, Raising(TypeError("")), products, SLIS, now)  # type: ignore[arg-type]
    assert len(found) == len(SLIS) * len(products)
    assert {m.verdict for m in found} == {Verdict.UNKNOWN}
    assert all("TypeError" in m.reason for m in found)


def test_a_busy_warehouse_is_the_caller_s_to_wait_for(shipped_mesh: Mesh, now: datetime) -> None:
    products = shipped_mesh.products.values()
    with pytest.raises(WarehouseBusy):
        measure(shipped_mesh, Raising(WarehouseBusy("busy")), products, SLIS, now)  # type: ignore[arg-type]


FAR = ["30000-01-01 00:00:00+00", "10000-01-01 00:00:00+00", "infinity", "-infinity", "0044-03-15 (BC) 00:00:00+00"]


@pytest.mark.parametrize("event", FAR)
def test_a_time_that_no_calendar_holds_leaves_every_product_its_verdict(
    warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime, event: str
) -> None:
    ensure_landing(warehouse, shipped_mesh)
    ensure_publishing(warehouse)
    warehouse.execute(
        "insert into mesh_landing.ledger by name select 'p' as path, 'g' as generation, 1 as size, 'landed' as state,"
        " 'orders_service_postgres' as system, 'public.orders' as source_table, 1 as rows_read, 1 as rows_applied,"
        " 0 as rows_duplicate, 0 as rows_skipped, 0 as rows_quarantined, 1 as revision,"
        f" '{event}'::timestamptz as first_event_at, '{event}'::timestamptz as last_event_at,"
        " ?::timestamptz as landed_at",
        [now - timedelta(minutes=20)],
    )
    for product in shipped_mesh.products:
        warehouse.execute(
            "insert into mesh_slo.publications by name select ? as product, '1.0.0' as schema_version,"
            " 'append' as mode, ?::timestamptz as published_at, 1 as rows, 1 as new_rows, 2 as through_revision,"
            " 2 as revision,"
            f" '{event}'::timestamptz as watermark, '{event}'::timestamptz as oldest_event_at",
            [product, now - timedelta(minutes=10)],
        )
    past = "-" in event[0] or "BC" in event
    for shown in status(shipped_mesh, warehouse, now):
        found = shown.measurements["freshness"]
        assert found.value is not None, found.reason
        assert found.verdict is (Verdict.ERROR if past else Verdict.PASS)
        assert past or found.value == 20.0


def test_a_warehouse_that_was_only_landed_in_says_so_without_the_engines_words(
    warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    ensure_landing(warehouse, shipped_mesh)
    found = measure(shipped_mesh, warehouse, shipped_mesh.products.values(), SLIS, now)
    assert {m.verdict for m in found} == {Verdict.UNKNOWN}
    assert not [m.reason for m in found if "Catalog Error" in m.reason]
    assert "nothing has been published in this warehouse yet; a refresh does it" in {m.reason for m in found}


def test_a_span_is_said_in_the_unit_that_people_would_use() -> None:
    assert [told_minutes(m) for m in (0.25, 119.94, 120, 2879, 525_845.8)] == [
        "0.2 min", "119.9 min", "2.0 h", "48.0 h", "365.2 d",
    ]  # fmt: skip


def test_judging_does_not_import_what_the_engine_binds_values_with(tmp_path: Path) -> None:
    """Pandas costs a command a second, and every promise is judged without it."""
    code = (
        "import sys; from datetime import datetime, UTC; from pathlib import Path\n"
        "from mesh_platform.manifest.gather import gather\n"
        "from mesh_platform.slo.measure import PROMISES, measure_and_keep\n"
        "from mesh_platform.landing.records.ledger import ensure_landing\n"
        "from mesh_platform.publishing.tables import ensure_publishing\n"
        "from mesh_platform.warehouse.duckdb import open_duckdb\n"
        "mesh = gather(Path(sys.argv[1]))\n"
        "with open_duckdb(Path(sys.argv[2])) as warehouse:\n"
        "    ensure_landing(warehouse, mesh), ensure_publishing(warehouse)\n"
        "    assert measure_and_keep(mesh, warehouse, mesh.products.values(), PROMISES, datetime.now(UTC))\n"
        "assert 'pandas' not in sys.modules\n"
    )
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", code, root, tmp_path / "warehouse.duckdb"], check=True)
