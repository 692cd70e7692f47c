"""Whatever goes wrong while one product is published is that product's outcome; its siblings are published."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mesh_platform.environment import Environment
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Product
from mesh_platform.orchestration.audited import publish_all
from mesh_platform.publishing.audit import Audit
from mesh_platform.publishing.publish import Publication
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.schema.history import current
from mesh_platform.warehouse.calendar import LAST
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb

ORDERS, FINANCE = "orders.order_events", "finance.revenue_daily"
APPENDS: dict[str, Any] = {"config": {"materialized": "incremental"}}
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def built(warehouse: DuckDbWarehouse, product: Product) -> None:
    """An empty private table; nothing here depends on a column's type."""
    schema = current(product)
    assert schema is not None
    columns = ", ".join(f"{c.name} varchar" for c in schema.columns)
    warehouse.execute(f"create schema {product.domain}_internal")
    platform = "_mesh_batch timestamptz, _mesh_revision bigint"
    warehouse.execute(f"create table {product.domain}_internal.{product.name} ({columns}, {platform})")


def add(warehouse: DuckDbWarehouse, event: str, batch: int) -> None:
    warehouse.execute(
        "insert into orders_internal.order_events (event_timestamp, _mesh_batch, _mesh_revision)"
        f" values ('{event}', timestamptz '{AT.isoformat()}' + interval {batch} hour, {batch})"
    )


def published(environment: Environment) -> dict[str, Publication | str]:
    """Both products, the troubled one first."""
    products = {p: gather(environment.root).products[p] for p in (ORDERS, FINANCE)}
    audits: dict[str, list[Audit]] = {p: [] for p in products}
    found = publish_all(environment, products, audits, dict.fromkeys(products, APPENDS), 0, "run")
    return {products[uid].id: outcome for uid, outcome in found.items()}


def test_a_product_that_cannot_be_published_is_named_and_its_sibling_is_published(
    root: Path, environment: Environment
) -> None:
    manifest = root / "domains" / "orders" / "order_events" / "data-product.yaml"
    manifest.write_text(manifest.read_text().replace("table: order_events", "table: 'no; identifier'"))
    with open_duckdb(environment.warehouse_file) as warehouse:
        ensure_publishing(warehouse)
        for product in gather(root).products.values():
            built(warehouse, product)
    outcome = published(environment)
    assert "`no; identifier` is no identifier" in str(outcome[ORDERS])
    assert isinstance(outcome[FINANCE], Publication)
    with open_duckdb(environment.warehouse_file) as warehouse:
        assert warehouse.query("select distinct product from mesh_slo.publications") == [(FINANCE,)]
        assert warehouse.columns("orders_internal", "order_events__published") == []


def test_an_event_of_the_year_30000_is_published_as_any_other(root: Path, environment: Environment) -> None:
    with open_duckdb(environment.warehouse_file) as warehouse:
        ensure_publishing(warehouse)
        for product in gather(root).products.values():
            built(warehouse, product)
        add(warehouse, "2026-11-23 10:00:00+00", 1)
    assert isinstance(published(environment)[ORDERS], Publication)
    for batch, event in enumerate(["30000-01-01 00:00:00+00", "0044-03-15 (BC) 00:00:00+00", "infinity"], 2):
        with open_duckdb(environment.warehouse_file) as warehouse:
            add(warehouse, event, batch)
        outcome = published(environment)
        assert isinstance(outcome[ORDERS], Publication), outcome
        assert (outcome[ORDERS].mode, outcome[ORDERS].watermark) == ("append", LAST)
        assert isinstance(outcome[FINANCE], Publication)
