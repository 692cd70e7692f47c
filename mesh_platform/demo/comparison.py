"""The database beside the mesh, row for row: its tables and what landed, its journal and what was published."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psycopg

from mesh_platform import names
from mesh_platform.demo.change import COLUMNS, SYSTEM
from mesh_platform.demo.envelope import SCHEMA
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.warehouse.protocol import Row, Warehouse
from mesh_platform.warehouse.sql import relation

PRODUCT: Final = "orders.order_events"

_SAMPLES: Final = 3


@dataclass(frozen=True)
class Compared:
    """Two sets of rows that should be one, and what only one of them has."""

    what: str
    rows: int
    """In the database."""
    lost: tuple[Row, ...]
    """In the database only."""
    invented: tuple[Row, ...]
    """In the mesh only."""

    @property
    def equal(self) -> bool:
        return not self.lost and not self.invented

    @property
    def sentence(self) -> str:
        """How they compare, with examples of what differs."""
        if self.equal:
            return f"{self.what}: {self.rows:,} rows, equal in the database and the mesh"
        told = f"{len(self.lost):,} rows are only in the database, {len(self.invented):,} only in the mesh"
        examples = [str(row) for row in (*self.lost[:_SAMPLES], *self.invented[:_SAMPLES])]
        return f"{self.what}: {told}: {'; '.join(examples)}"


def compare(connection: "psycopg.Connection[tuple[Any, ...]]", warehouse: Warehouse, mesh: Mesh) -> list[Compared]:
    """Everything that can be compared of this mesh."""
    return list(_comparisons(connection, warehouse, mesh))


def compared(what: str, database: Iterable[Row], landed: Iterable[Row]) -> Compared:
    """The difference of two bags of rows; a time is the same in every zone."""
    there, here = (Counter(tuple(map(_plain, row)) for row in rows) for rows in (database, landed))
    lost, invented = tuple((there - here).elements()), tuple((here - there).elements())
    return Compared(what, there.total(), lost, invented)


def _comparisons(
    connection: "psycopg.Connection[tuple[Any, ...]]", warehouse: Warehouse, mesh: Mesh
) -> Iterator[Compared]:
    for table, columns in COLUMNS.items():
        owner = mesh.capturers.get((SYSTEM, f"{SCHEMA}.{table}"))
        if owner:
            listed = ", ".join(columns)
            ours = f"select {listed} from {relation(names.cdc_schema(owner[0]), table)} where not _cdc_deleted"
            theirs = f"select {_selected(columns)} from {SCHEMA}.{table}"
            yield compared(f"{SCHEMA}.{table}", _rows(connection, theirs), warehouse.query(ours))
    if PRODUCT in mesh.products:
        port = mesh.products[PRODUCT].manifest.spec.interface
        ours = f"select {_EVENT} from {relation(port.dataset, port.table)}"
        yield compared(f"{port.dataset}.{port.table}", _rows(connection, _EVENTS), warehouse.query(ours))


def _rows(connection: "psycopg.Connection[tuple[Any, ...]]", sql: str) -> list[Row]:
    return connection.execute(sql.encode()).fetchall()


def _selected(columns: Iterable[str]) -> str:
    return ", ".join(f"{c}::text" if c == "metadata" else c for c in columns)


def _plain(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


_EVENT: Final = (
    "event_type, event_timestamp, order_id, customer_id, order_total_cents, currency_code, channel, refund_cents"
)

_EVENTS: Final = f"""
with orders as (
    select j.place, r.* from service.journal j, jsonb_populate_record(null::{SCHEMA}.orders, j.row) r
    where j.source = 'orders' and j.row is not null),
returned as (
    select j.place, r.* from service.journal j, jsonb_populate_record(null::{SCHEMA}.returns, j.row) r
    where j.source = 'returns' and j.row is not null),
born as (select distinct on (id) * from orders order by id, place),
cancelled as (select distinct on (id) * from orders where status = 'CANCELLED' order by id, place),
happened as (
    (select distinct on (id) 'RETURN_INITIATED' as event_type, created_at as at, * from returned order by id, place)
    union all
    (select distinct on (id) 'RETURN_RESOLVED', updated_at, * from returned where status = 'RESOLVED'
        order by id, place)),
events as (
    select 'ORDER_PLACED' as event_type, created_at as event_timestamp, id as order_id, customer_id,
        total_amount_cents as order_total_cents, currency_code, channel, null::bigint as refund_cents
    from born
    union all
    select 'ORDER_CANCELLED', updated_at, id, customer_id, total_amount_cents, currency_code, channel, null
    from cancelled
    union all
    select h.event_type, h.at, h.order_id, o.customer_id, o.total_amount_cents, h.currency_code, o.channel,
        h.refund_amount_cents
    from happened h cross join lateral (
        select * from orders o where o.id = h.order_id order by o.updated_at <= h.at desc, o.place desc limit 1) o)
select {_EVENT} from events where order_id not in (select id from born where status = 'TEST')
"""
"""The events as the service's own journal tells them, without a word of the mesh's SQL."""
