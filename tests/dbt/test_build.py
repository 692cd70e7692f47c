"""The shipped projects, built by dbt itself: audited, published, extended, rebuilt, moved to a new schema version."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dbt_in_process import parse, run_dbt, work_folder
from handmade_changes import land, make_landed_tables, order, returned

from mesh_platform.environment import PROJECT_ROOT, Environment, Target
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.publishing.private import prepare_private_table
from mesh_platform.publishing.publish import publish
from mesh_platform.schema.history import current
from mesh_platform.transformation.prepare import Prepared, prepare

pytestmark = pytest.mark.xdist_group("dbt")

CONTENT = "from {} order by all"


def failed(outcome: Any) -> set[str]:
    return {r.node.name for r in outcome.result.results if r.status in ("fail", "error")}


def warned(outcome: Any) -> set[str]:
    return {r.node.name for r in outcome.result.results if r.status == "warn"}


@pytest.fixture
def refresh(dbt: Any, opened: Any, shipped_mesh: Mesh) -> Callable[..., Any]:
    """Land, build, and publish what passed its audit; returns dbt's own outcome."""

    def run(domain: str, product: str, *changes: Any, arguments: tuple[str, ...] = ()) -> Any:
        found = shipped_mesh.products[f"{domain}.{product}"]
        schema = current(found)
        assert schema is not None
        with opened() as warehouse:
            if not warehouse.columns("orders_cdc", "orders"):
                make_landed_tables(warehouse, shipped_mesh)
            land(warehouse, changes)
            prepare_private_table(warehouse, found, schema)
        outcome = dbt(domain, "build", *arguments)
        if not failed(outcome):
            with opened() as warehouse:
                publish(warehouse, found, schema, datetime.now(UTC), through_revision=0)
        return outcome

    return run


@pytest.fixture
def orders(refresh: Any) -> Callable[..., Any]:
    return lambda *changes, arguments=(): refresh("orders", "order_events", *changes, arguments=arguments)


@pytest.fixture
def finance(refresh: Any) -> Callable[..., Any]:
    return lambda arguments=(): refresh("finance", "revenue_daily", arguments=arguments)


def test_orders_then_finance_are_built_audited_extended_and_rebuilt_to_the_same(
    orders: Any, finance: Any, opened: Any
) -> None:
    assert not failed(orders(order("o1", 1, "c"), order("o2", 2, "c", "TEST"), returned("r1", "o1", 40, "c")))
    assert not failed(finance())
    second = orders(order("o3", 3, "c", total=50, placed=2), returned("r1", "o1", 50, status="RESOLVED", refund=100))
    assert second.success
    assert not warned(second)
    assert finance().success
    with opened() as warehouse:
        assert warehouse.query("select gross_cents, refunded_cents, net_cents from finance_prod.revenue_daily") == [
            (1050, 100, 950)
        ]
        assert len(warehouse.query("from orders_prod.order_events")) == 4
        before = [
            warehouse.query(CONTENT.format(t)) for t in ("orders_prod.order_events", "finance_prod.revenue_daily")
        ]
        modes = warehouse.query(
            "select mode from mesh_slo.publications where product = 'orders.order_events' order by revision"
        )
    assert modes == [("replace",), ("append",)]
    assert orders(arguments=("--full-refresh",)).success
    assert finance(arguments=("--full-refresh",)).success
    with opened() as warehouse:
        after = [warehouse.query(CONTENT.format(t)) for t in ("orders_prod.order_events", "finance_prod.revenue_daily")]
    assert after == before


def test_the_private_table_has_the_contracts_columns_and_everything_lies_in_one_schema(
    orders: Any, opened: Any
) -> None:
    orders(order("o1", 1, "c"))
    with opened() as warehouse:
        columns = dict(warehouse.columns("orders_internal", "order_events"))
        built = {s for (s,) in warehouse.query("select distinct table_schema from information_schema.tables")}
        required = warehouse.query(
            "select column_name from information_schema.columns"
            " where table_name = 'order_events' and table_schema = 'orders_internal' and is_nullable = 'YES'"
        )
    assert columns["metadata"] == "MAP(VARCHAR, VARCHAR)"
    assert list(columns)[-3:] == ["refund_cents", "_mesh_batch", "_mesh_revision"]
    assert {c for (c,) in required} == {"customer_id", "channel", "refund_cents"}
    assert built == {"mesh_meta", "mesh_slo", "orders_cdc", "orders_internal", "orders_prod"}


def test_a_batch_with_a_negative_amount_fails_its_audit_by_name_and_the_next_good_one_heals_it(
    orders: Any, opened: Any
) -> None:
    orders(order("o1", 1, "c"))
    assert failed(orders(order("o2", 2, "c", total=-1))) == {"order_events_totals_are_not_negative"}
    with opened() as warehouse:
        assert len(warehouse.query("from orders_prod.order_events")) == 1
    assert not failed(orders(order("o2", 3, total=1), order("o3", 4, "c")))
    with opened() as warehouse:
        assert len(warehouse.query("from orders_prod.order_events")) == 3


def test_a_shrunken_log_and_a_refund_in_another_currency_are_seen_but_hold_nothing_up(orders: Any, opened: Any) -> None:
    orders(order("o1", 1, "c"), order("o2", 2, "c"))
    with opened() as warehouse:
        warehouse.execute("delete from orders_cdc.orders__changes where id = 'o2'")
    outcome = orders(returned("r1", "o1", 40, "c", currency="USD"), arguments=("--full-refresh",))
    assert not failed(outcome)
    assert warned(outcome) == {"return_currency_is_the_orders"}
    outcome = orders(order("o9", 9, "c", placed=60 * 24 * 365), arguments=("--full-refresh",))
    assert {"order_events_are_not_in_the_future"} <= warned(outcome)
    with opened() as warehouse:
        warehouse.execute("delete from orders_cdc.orders__changes where id = 'o9'")
    outcome = orders(arguments=("--full-refresh",))
    assert not failed(outcome)
    assert {"order_events_keep_their_rows"} <= warned(outcome)


def test_a_model_that_departs_from_its_contract_is_not_built_and_dbt_names_the_column_and_both_types(
    prepared_environment: Environment, parsed: Any, tmp_path: Path, opened: Any, shipped_mesh: Mesh
) -> None:
    with opened() as warehouse:
        make_landed_tables(warehouse, shipped_mesh)
    manifest = parsed("orders")
    manifest.nodes["model.orders.order_events"].columns["refund_cents"].data_type = "VARCHAR"
    folder = prepare(shipped_mesh, prepared_environment, ["orders"])["orders"]
    assert isinstance(folder, Prepared)
    outcome = run_dbt(folder.project_dir, work_folder(tmp_path, "orders"), manifest, ("build",))
    message = next(r.message for r in outcome.result.results if r.node.name == "order_events")
    assert failed(outcome) == {"order_events"}
    assert {"refund_cents", "BIGINT", "VARCHAR"} <= set(message.replace("|", " ").split())


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], tuple[Mesh, Prepared]]:
    """The shipped mesh as it was when orders.order_events was at schema version 2.0.0, prepared."""
    root = tmp_path_factory.mktemp("older")
    for folder in ("domains", "dbt_projects"):
        shutil.copytree(PROJECT_ROOT / folder, root / folder)
    product = root / "domains/orders/order_events"
    (product / "schema/2.1.0.avsc").unlink()
    manifest = product / "data-product.yaml"
    manifest.write_text(manifest.read_text().replace('"2.1.0"', '"2.0.0"'))
    environment = Environment(root=root, home=root / "home", target=Target.DUCKDB, landing="")
    mesh = gather(root)
    made = prepare(mesh, environment, ["orders"])["orders"]
    assert isinstance(made, Prepared), made
    return lambda: (mesh, made)


@pytest.mark.parametrize("who_adds_the_column", ["the platform", "dbt"])
def test_the_move_to_a_schema_with_one_more_column_appends_to_the_history(
    older: Any, dbt: Any, opened: Any, tmp_path: Path, shipped_mesh: Mesh, who_adds_the_column: str
) -> None:
    before, made = older()
    with opened() as warehouse:
        make_landed_tables(warehouse, shipped_mesh)
        land(warehouse, [order("o1", 1, "c"), returned("r1", "o1", 40, "c", refund=300)])
    first = run_dbt(made.project_dir, work_folder(tmp_path, "orders"), parse(made.project_dir), ("build",))
    old = {r.node.name: r.status for r in first.result.results}
    assert old["order_events"] == "success"
    with opened() as warehouse:
        assert "refund_cents" not in dict(warehouse.columns("orders_internal", "order_events"))
        _publish(warehouse, before)
        history = warehouse.query("select * from orders_internal.order_events order by event_id")
        land(warehouse, [order("o2", 2, "c", placed=1), returned("r1", "o1", 50, status="RESOLVED", refund=250)])
        if who_adds_the_column == "the platform":
            product = shipped_mesh.products["orders.order_events"]
            prepare_private_table(warehouse, product, current(product) or pytest.fail("no schema"))
    assert not failed(dbt("orders", "build"))
    with opened() as warehouse:
        _publish(warehouse, shipped_mesh)
        kept = "select * exclude (refund_cents) from orders_internal.order_events"
        assert warehouse.query(f"{kept} where _mesh_revision = 1 order by event_id") == history
        rows = warehouse.query(
            "select event_type, refund_cents from orders_prod.order_events order by event_timestamp, order_id"
        )
        columns = [name for name, _ in warehouse.columns("orders_prod", "order_events")]
    assert columns[-1] == "refund_cents"
    assert rows == [
        ("ORDER_PLACED", None),
        ("ORDER_PLACED", None),
        ("RETURN_INITIATED", None),
        ("RETURN_RESOLVED", 250),
    ]


def _publish(warehouse: Any, mesh: Mesh) -> None:
    product = mesh.products["orders.order_events"]
    schema = current(product)
    assert schema is not None
    publish(warehouse, product, schema, datetime.now(UTC), through_revision=0)


def test_every_model_and_column_is_described(prepared_environment: Environment, shipped_mesh: Mesh) -> None:
    for domain, made in prepare(shipped_mesh, prepared_environment).items():
        assert isinstance(made, Prepared)
        manifest = json.loads(made.manifest_path.read_text())
        for node in [*manifest["nodes"].values(), *manifest["sources"].values()]:
            if node["resource_type"] in ("model", "source") and node["package_name"] == domain:
                assert node["description"], node["unique_id"]
                assert all(c["description"] for c in node["columns"].values()), node["unique_id"]
