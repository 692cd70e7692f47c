"""dbt's own SQL for the shipped models, and warehouses to run it on."""

import os
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from dbt_in_process import parse, run_dbt, work_folder
from handmade_changes import NOON, Change, land, make_landed_tables

from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.transformation.prepare import prepared
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb
from mesh_platform.warehouse.revision import next_revision

os.environ.setdefault("DO_NOT_TRACK", "1")

Dbt = Callable[..., Any]
"""(domain, *arguments) → dbt's result, on the test's own warehouse."""


@dataclass(frozen=True)
class Sql:
    """What dbt makes of the models: name → SQL, of a build in full and of one that extends the table."""

    views: dict[str, str]
    full: dict[str, str]
    incremental: dict[str, str]


@pytest.fixture(scope="session")
def parsed(prepared_environment: Environment) -> Callable[[str], Any]:
    """Domain → dbt's parsed manifest, parsed once."""
    found: dict[str, Any] = {}

    def manifest(domain: str) -> Any:
        if domain not in found:
            ready = prepared(prepared_environment, domain)
            assert ready is not None
            found[domain] = parse(ready.project_dir)
        return deepcopy(found[domain])

    return manifest


@pytest.fixture
def dbt(prepared_environment: Environment, parsed: Callable[[str], Any], tmp_path: Path) -> Dbt:
    """Runs dbt on the shipped projects against `tmp_path/warehouse.duckdb`."""

    def run(domain: str, *arguments: str) -> Any:
        ready = prepared(prepared_environment, domain)
        assert ready is not None
        return run_dbt(ready.project_dir, work_folder(tmp_path, domain), parsed(domain), arguments)

    return run


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[], Any]:
    """Opens the test's own warehouse file; dbt needs it closed."""
    return lambda: open_duckdb(tmp_path / "warehouse.duckdb")


@pytest.fixture(scope="session")
def sql(
    prepared_environment: Environment,
    parsed: Callable[[str], Any],
    shipped_mesh: Mesh,
    tmp_path_factory: pytest.TempPathFactory,
) -> Sql:
    """The SQL dbt runs, taken from two runs on an empty warehouse: the first builds in full, the second extends."""
    home = tmp_path_factory.mktemp("sql")
    with open_duckdb(home / "warehouse.duckdb") as warehouse:
        make_landed_tables(warehouse, shipped_mesh)
        make_port(warehouse)
    runs = [_compiled(prepared_environment, parsed, home) for _ in ("full", "incremental")]
    products = ("order_events", "revenue_daily")
    views = {name: text for name, text in runs[0].items() if name not in products}
    return Sql(views, {p: runs[0][p] for p in products}, {p: runs[1][p] for p in products})


def _compiled(environment: Environment, parsed: Callable[[str], Any], home: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for domain in ("orders", "finance"):
        ready = prepared(environment, domain)
        assert ready is not None
        outcome = run_dbt(ready.project_dir, work_folder(home, domain), parsed(domain), ("run",))
        assert outcome.success, [r.message for r in outcome.result.results]
        found |= {r.node.name: r.node.compiled_code for r in outcome.result.results}
    return found


def make_port(warehouse: DuckDbWarehouse) -> None:
    """An empty port of the orders domain, for finance to read."""
    warehouse.execute("create schema orders_prod")
    warehouse.execute(
        "create table orders_prod.order_events (event_id varchar, event_type varchar, event_timestamp timestamptz,"
        " order_id varchar, customer_id varchar, order_total_cents bigint, currency_code varchar, channel varchar,"
        " metadata map(varchar, varchar), refund_cents bigint)"
    )


class Shop:
    """The orders domain on a warehouse in memory: changes land, the product is refreshed with dbt's own SQL."""

    def __init__(self, warehouse: DuckDbWarehouse, sql: Sql) -> None:
        self.warehouse = warehouse
        self.sql = sql

    def land(self, *changes: Change) -> "Shop":
        land(self.warehouse, changes)
        return self

    def refresh(self) -> "Shop":
        """Extend the product by what is new; the first time, build it."""
        present = self.warehouse.columns("orders_internal", "order_events")
        statement = "insert into" if present else "create table"
        body = self.sql.incremental["order_events"] if present else f"as {self.sql.full['order_events']}"
        self.warehouse.execute(f"{statement} orders_internal.order_events {body}")
        return self

    def rebuild(self) -> "Shop":
        """Build the product anew from everything that landed."""
        self.warehouse.execute(
            f"create or replace table orders_internal.order_events as {self.sql.full['order_events']}"
        )
        return self

    def events(self, columns: str = "event_type, order_id") -> list[tuple[Any, ...]]:
        return self.warehouse.query(
            f"select {columns} from orders_internal.order_events order by event_timestamp, event_id"
        )

    def expected(self) -> set[str]:
        return {i for (i,) in self.warehouse.query("select event_id from orders_internal.expected_order_events")}

    def ids(self) -> set[str]:
        found = [i for (i,) in self.events("event_id")]
        assert len(found) == len(set(found)), "an event id occurs twice"
        return set(found)


@pytest.fixture
def make_shop(sql: Sql, shipped_mesh: Mesh) -> Iterator[Callable[[], Shop]]:
    """Makes empty shops."""
    connections: list[duckdb.DuckDBPyConnection] = []

    def make() -> Shop:
        connection = duckdb.connect(config={"threads": 1})
        connections.append(connection)
        connection.execute("attach ':memory:' as warehouse; use warehouse; set TimeZone = 'UTC'")
        warehouse = DuckDbWarehouse(connection)
        make_landed_tables(warehouse, shipped_mesh)
        make_port(warehouse)
        for schema in ("orders_internal", "finance_internal"):
            warehouse.execute(f"create schema {schema}")
        for name in _in_order(sql.views):
            schema = "finance_internal" if "finance" in name or "revenue" in name else "orders_internal"
            warehouse.execute(f"create view {schema}.{name} as {sql.views[name]}")
        return Shop(warehouse, sql)

    yield make
    for connection in connections:
        connection.close()


def _in_order(views: dict[str, str]) -> list[str]:
    return sorted(views, key=lambda name: (not name.startswith("stg"), name))


@pytest.fixture
def shop(make_shop: Callable[[], Shop]) -> Shop:
    return make_shop()


class Books:
    """The finance domain on a warehouse in memory: order events are published, the product is refreshed."""

    def __init__(self, warehouse: DuckDbWarehouse, sql: Sql) -> None:
        self.warehouse = warehouse
        self.sql = sql

    def publish(self, *events: tuple[str, datetime, int, int | None, str]) -> "Books":
        """Order events become visible: (type, time, order total, refund, currency)."""
        oldest = min((at for _, at, *_ in events), default=None)
        with self.warehouse.transaction():
            for kind, at, total, refund, currency in events:
                row = (f"{kind}-{at}-{total}", kind, at, "o", total, currency, refund)
                columns = [
                    "event_id",
                    "event_type",
                    "event_timestamp",
                    "order_id",
                    "order_total_cents",
                    "currency_code",
                ]
                self.warehouse.insert("orders_prod.order_events", [*columns, "refund_cents"], [row])
            revision = next_revision(self.warehouse, "publication", "orders.order_events", NOON)
            self.warehouse.execute(
                "insert into mesh_slo.publications values"
                " ('orders.order_events', '2.1.0', 'append', ?, null, 0, ?, ?, ?, ?, null)",
                [NOON, len(events), oldest, revision, revision],
            )
        return self

    def refresh(self) -> "Books":
        """Extend the product as dbt's delete+insert does; the first time, build it."""
        if not self.warehouse.columns("finance_internal", "revenue_daily"):
            return self.rebuild()
        self.warehouse.execute(f"create or replace temp table batch as {self.sql.incremental['revenue_daily']}")
        self.warehouse.execute(
            "delete from finance_internal.revenue_daily as t using temp.batch as b"
            " where t.revenue_date = b.revenue_date and t.currency_code = b.currency_code"
        )
        self.warehouse.execute("insert into finance_internal.revenue_daily from temp.batch")
        return self

    def rebuild(self) -> "Books":
        self.warehouse.execute(
            f"create or replace table finance_internal.revenue_daily as {self.sql.full['revenue_daily']}"
        )
        return self

    def days(self, columns: str = "* exclude (_mesh_batch, _mesh_revision)") -> list[tuple[Any, ...]]:
        order_by = "order by revenue_date, currency_code"
        return self.warehouse.query(f"select {columns} from finance_internal.revenue_daily {order_by}")

    def touched(self) -> list[date]:
        """The days that the last refresh made anew."""
        return [day for (day,) in self.warehouse.query("select distinct revenue_date from temp.batch order by 1")]


@pytest.fixture
def make_books(make_shop: Callable[[], Shop]) -> Callable[[], Books]:
    def make() -> Books:
        shop = make_shop()
        return Books(shop.warehouse, shop.sql)

    return make


@pytest.fixture
def books(make_books: Callable[[], Books]) -> Books:
    return make_books()


@pytest.fixture(scope="session")
def compiled(
    prepared_environment: Environment, parsed: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., str]:
    """Jinja → SQL as dbt makes it inside a domain's project; with `dialect`, as it would for another engine."""
    from dbt.context.providers import BaseDatabaseWrapper

    home = tmp_path_factory.mktemp("inline")

    def compile_inline(jinja: str, domain: str = "orders", dialect: str | None = None) -> str:
        ready = prepared(prepared_environment, domain)
        assert ready is not None
        with pytest.MonkeyPatch.context() as patch:
            if dialect:
                prefixes = [dialect, "duckdb", "default"]
                patch.setattr(BaseDatabaseWrapper, "_get_adapter_macro_prefixes", lambda self: prefixes)
            arguments = ("compile", "--inline", jinja)
            outcome = run_dbt(ready.project_dir, work_folder(home, domain), parsed(domain), arguments)
        if outcome.exception:
            raise outcome.exception
        return str(outcome.result.results[0].node.compiled_code)

    return compile_inline
