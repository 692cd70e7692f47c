"""One question for all products; a broken part or an outage never becomes a failed promise."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.publishing.audit import Audit, record_audits
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.slo.accuracy import measure_accuracy
from mesh_platform.slo.ask import Rejected, ask
from mesh_platform.slo.contract import measure_contract
from mesh_platform.slo.measure import SLIS, measure_environment
from mesh_platform.slo.measurement import Verdict
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb
from mesh_platform.warehouse.protocol import Row

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
    assert len(found) == 3 * len(shipped_mesh.products)
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
