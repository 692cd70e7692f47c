"""Publishing: what consumers see changes in one transaction, by what is new, and never by what failed."""

from datetime import datetime, timedelta

import pytest

from mesh_platform.environment import Target
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.publishing.private import prepare_private_table, widen_column
from mesh_platform.publishing.publish import Publication, last_publication, publish
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.schema.history import current, history
from mesh_platform.schema.table.record import RecordSchema, read_record
from mesh_platform.schema.table.warehouse_type import warehouse_type
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from mesh_platform.warehouse.protocol import QueryRejected
from mesh_platform.warehouse.sql import identifier

PRIVATE = "orders_internal.order_events"
PUBLISHED = "orders_internal.order_events__published"
PORT = "orders_prod.order_events"


@pytest.fixture
def product(shipped_mesh: Mesh) -> Product:
    return shipped_mesh.products["orders.order_events"]


@pytest.fixture
def schema(product: Product) -> RecordSchema:
    found = current(product)
    assert found is not None
    return found


@pytest.fixture
def ready(warehouse: DuckDbWarehouse, schema: RecordSchema) -> DuckDbWarehouse:
    """A warehouse with the platform's tables and an empty private table."""
    ensure_publishing(warehouse)
    make_private(warehouse, schema)
    return warehouse


def make_private(warehouse: DuckDbWarehouse, schema: RecordSchema) -> None:
    kinds = {"event_timestamp": "timestamptz", "metadata": "map(varchar, varchar)"}
    kinds |= {"order_total_cents": "bigint", "refund_cents": "bigint"}
    columns = ", ".join(f"{identifier(c.name)} {kinds.get(c.name, 'varchar')}" for c in schema.columns)
    warehouse.execute("create schema if not exists orders_internal")
    platform = "_mesh_batch timestamptz not null, _mesh_revision bigint not null"
    warehouse.execute(f"create or replace table {PRIVATE} ({columns}, {platform})")


def build(warehouse: DuckDbWarehouse, batch: datetime, *ids: str, revision: int = 1) -> None:
    """What a dbt run leaves: rows of one batch in the private table."""
    for n, event in enumerate(ids):
        at = batch - timedelta(minutes=10 + n)
        warehouse.execute(
            f"insert into {PRIVATE} (event_id, event_timestamp, _mesh_batch, _mesh_revision) values (?, ?, ?, ?)",
            [event, at, batch, revision],
        )


def go(
    warehouse: DuckDbWarehouse, product: Product, schema: RecordSchema, at: datetime, **options: object
) -> Publication:
    return publish(warehouse, product, schema, at, through_revision=0, **options)  # type: ignore[arg-type]


def visible(warehouse: DuckDbWarehouse) -> list[str]:
    return [row[0] for row in warehouse.query(f"select event_id from {PORT} order by 1")]


def test_the_port_shows_the_schema_s_columns_in_order_and_no_other(
    ready: DuckDbWarehouse, product: Product, schema: RecordSchema, now: datetime
) -> None:
    build(ready, now, "a")
    go(ready, product, schema, now)
    assert [name for name, _ in ready.columns("orders_prod", "order_events")] == [c.name for c in schema.columns]


def test_a_second_batch_is_appended_and_the_record_says_what_was_new(
    ready: DuckDbWarehouse, product: Product, schema: RecordSchema, now: datetime
) -> None:
    build(ready, now, "a", "b")
    first = go(ready, product, schema, now)
    later = now + timedelta(hours=1)
    build(ready, later, "c", revision=7)
    second = go(ready, product, schema, later)
    assert visible(ready) == ["a", "b", "c"]
    assert (first.mode, first.rows, first.new_rows) == ("replace", 2, 2)
    assert (second.mode, second.rows, second.new_rows, second.through_revision) == ("append", 3, 1, 7)
    assert second.oldest_event_at == later - timedelta(minutes=10) == second.watermark
    assert second.revision == first.revision + 1
    assert last_publication(ready, product.id) == second


def test_publishing_again_without_news_adds_nothing(
    ready: DuckDbWarehouse, product: Product, schema: RecordSchema, now: datetime
) -> None:
    build(ready, now, "a")
    go(ready, product, schema, now)
    again = go(ready, product, schema, now + timedelta(minutes=1))
    assert (again.mode, again.rows, again.new_rows, again.oldest_event_at) == ("append", 1, 0, None)
    assert again.watermark == now - timedelta(minutes=10)


@pytest.mark.parametrize(
    "change",
    [
        f"delete from {PRIVATE} where event_id = 'a'",
        f"update {PRIVATE} set _mesh_batch = _mesh_batch + interval 1 hour where event_id = 'a'",
        f"update {PRIVATE} set _mesh_batch = _mesh_batch + interval 1 hour",
    ],
    ids=["a row deleted", "a row merged", "a full refresh"],
)
def test_a_changed_history_replaces_the_published_table(
    ready: DuckDbWarehouse, product: Product, schema: RecordSchema, now: datetime, change: str
) -> None:
    build(ready, now, "a", "b")
    go(ready, product, schema, now)
    ready.execute(change)
    publication = go(ready, product, schema, now + timedelta(hours=2))
    assert publication.mode == "replace"
    assert visible(ready) == [r[0] for r in ready.query(f"select event_id from {PRIVATE} order by 1")]


def test_a_model_that_may_change_rows_in_place_is_always_published_whole(
    ready: DuckDbWarehouse, product: Product, schema: RecordSchema, now: datetime
) -> None:
    build(ready, now, "a")
    go(ready, product, schema, now)
    ready.execute(f"update {PRIVATE} set channel = 'web'")
    assert go(ready, product, schema, now, append_only=False).mode == "replace"
    assert ready.query(f"select channel from {PORT}") == [("web",)]


def test_rows_that_were_never_published_are_discarded_before_the_next_build(
    ready: DuckDbWarehouse, product: Product, schema: RecordSchema, now: datetime
) -> None:
    build(ready, now, "good")
    go(ready, product, schema, now)
    build(ready, now + timedelta(hours=1), "bad", "worse")
    assert visible(ready) == ["good"]
    assert prepare_private_table(ready, product, schema) == 2
    assert ready.query(f"select event_id from {PRIVATE}") == [("good",)]


def test_a_failed_full_refresh_leaves_consumers_the_last_good_publication_and_the_next_build_heals(
    ready: DuckDbWarehouse, product: Product, schema: RecordSchema, now: datetime
) -> None:
    build(ready, now, "a", "b")
    go(ready, product, schema, now)
    make_private(ready, schema)
    build(ready, now + timedelta(hours=1), "bad")
    assert visible(ready) == ["a", "b"]
    assert prepare_private_table(ready, product, schema) == 1
    build(ready, now + timedelta(hours=2), "a", "b", "c")
    assert go(ready, product, schema, now + timedelta(hours=2)).mode == "replace"
    assert visible(ready) == ["a", "b", "c"]


def test_a_publication_that_fails_half_way_changes_nothing(
    ready: DuckDbWarehouse, product: Product, schema: RecordSchema, now: datetime
) -> None:
    build(ready, now, "a")
    go(ready, product, schema, now)
    build(ready, now + timedelta(hours=1), "b")
    ready.execute("drop table mesh_meta.revisions")
    with pytest.raises(QueryRejected):
        go(ready, product, schema, now + timedelta(hours=1))
    assert visible(ready) == ["a"]
    assert ready.query("select count(*) from mesh_slo.publications") == [(1,)]


def test_a_column_the_schema_gained_is_added_to_a_table_with_history(
    warehouse: DuckDbWarehouse, product: Product, now: datetime
) -> None:
    ensure_publishing(warehouse)
    old, new = history(product)["2.0.0"], history(product)["2.1.0"]
    make_private(warehouse, old)
    build(warehouse, now, "a")
    go(warehouse, product, old, now)
    assert prepare_private_table(warehouse, product, new) == 0
    build(warehouse, now + timedelta(hours=1), "b")
    go(warehouse, product, new, now + timedelta(hours=1))
    assert warehouse.query(f"select event_id, refund_cents from {PORT} order by 1") == [("a", None), ("b", None)]
    assert [n for n, _ in warehouse.columns("orders_prod", "order_events")] == [c.name for c in new.columns]


def test_a_column_the_schema_widened_is_widened_in_a_table_with_history(
    ready: DuckDbWarehouse, product: Product, schema: RecordSchema, now: datetime
) -> None:
    ready.execute(f"alter table {PRIVATE} alter column order_total_cents type integer")
    build(ready, now, "a")
    ready.execute(f"update {PRIVATE} set order_total_cents = 2147483647")
    go(ready, product, schema, now)
    assert prepare_private_table(ready, product, schema) == 0
    build(ready, now + timedelta(hours=1), "b")
    ready.execute(f"update {PRIVATE} set order_total_cents = 2147483648 where event_id = 'b'")
    assert go(ready, product, schema, now + timedelta(hours=1)).mode == "replace"
    assert ready.query(f"select event_id, order_total_cents from {PORT} order by 1") == [
        ("a", 2147483647),
        ("b", 2147483648),
    ]


def test_a_field_that_a_nested_record_gained_is_there_in_old_rows_and_null(warehouse: DuckDbWarehouse) -> None:
    item = '{"type": "record", "name": "I", "fields": [{"name": "x", "type": "long"}, %s]}'
    added = item % '{"name": "y", "type": ["null", "string"], "default": null}'
    text = '{"type": "record", "name": "R", "fields": [{"name": "items", "type": {"type": "array", "items": %s}}]}'
    column = read_record(text % added).columns[0]
    warehouse.execute("create table t (items struct(x integer)[])")
    warehouse.execute("insert into t values ([{'x': 1}]), (null)")
    assert widen_column(warehouse, "t", column, "STRUCT(x INTEGER)[]")
    assert warehouse.query("select items from t") == [([{"x": 1, "y": None}],), (None,)]
    assert dict(warehouse.columns("main", "t"))["items"] == warehouse_type(column, Target.DUCKDB)


def test_a_column_whose_values_would_not_survive_is_left_to_the_contract(
    ready: DuckDbWarehouse, product: Product, schema: RecordSchema, now: datetime
) -> None:
    ready.execute(f"alter table {PRIVATE} alter column order_total_cents type varchar")
    build(ready, now, "a")
    ready.execute(f"update {PRIVATE} set order_total_cents = 'much'")
    go(ready, product, schema, now)
    prepare_private_table(ready, product, schema)
    assert dict(ready.columns("orders_internal", "order_events"))["order_total_cents"] == "VARCHAR"


def test_the_warehouse_survives_a_reader_s_view_on_the_replaced_table(
    ready: DuckDbWarehouse, product: Product, schema: RecordSchema, now: datetime
) -> None:
    build(ready, now, "a")
    go(ready, product, schema, now)
    ready.execute(f"create view report as select count(*) as n from {PORT}")
    make_private(ready, schema)
    build(ready, now + timedelta(hours=1), "x", "y")
    go(ready, product, schema, now + timedelta(hours=1))
    assert ready.query("select n from report") == [(2,)]


def test_a_table_published_anew_makes_no_old_news_of_what_was_seen(
    ready: DuckDbWarehouse, product: Product, schema: RecordSchema, now: datetime
) -> None:
    build(ready, now, "a", "b")
    go(ready, product, schema, now)
    ready.execute(f"update {PRIVATE} set _mesh_batch = _mesh_batch + interval 1 hour")
    later = now + timedelta(hours=1)
    again = go(ready, product, schema, later)
    assert (again.mode, again.new_rows, again.oldest_event_at) == ("replace", 2, None)
    assert {at for (at,) in ready.query(f"select _mesh_published_at from {PUBLISHED}")} == {now}
    build(ready, later, "c")
    ready.execute(f"update {PRIVATE} set _mesh_batch = _mesh_batch + interval 1 hour")
    third = go(ready, product, schema, later)
    assert (third.mode, third.oldest_event_at) == ("replace", later - timedelta(minutes=10))
