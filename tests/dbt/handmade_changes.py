"""Landed tables and change rows made by hand, in the shape landing gives them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mesh_platform.environment import Target
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.schema.history import row_schema
from mesh_platform.schema.table.warehouse_type import warehouse_type
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from mesh_platform.warehouse.revision import next_revision

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
CHANGE_COLUMNS = {
    "_cdc_op": "varchar",
    "_cdc_deleted": "boolean not null",
    "_cdc_source_timestamp": "timestamptz",
    "_cdc_lsn": "bigint",
    "_cdc_ordinal": "bigint",
    "_cdc_snapshot": "boolean",
    "_cdc_event_id": "varchar",
    "_cdc_revision": "bigint not null",
    "_cdc_landed_at": "timestamptz",
    "_cdc_path": "varchar",
    "_cdc_record": "bigint",
}
STATE_COLUMNS = (
    "_cdc_op varchar, _cdc_deleted boolean, _cdc_source_timestamp timestamptz,"
    " _cdc_lsn bigint, _cdc_ordinal bigint, _cdc_revision bigint"
)


@dataclass(frozen=True)
class Change:
    """One change of one row; a column that is not in `row` is null."""

    table: str
    op: str
    lsn: int
    row: dict[str, Any] = field(hash=False)
    ordinal: int = 0


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def order(
    number: str,
    lsn: int,
    op: str = "u",
    status: str = "PLACED",
    *,
    total: int = 1000,
    updated: float | None = None,
    placed: float = 0,
    currency: str = "EUR",
    customer: str | None = "c1",
    channel: str | None = "web",
    ordinal: int = 0,
) -> Change:
    """A change of an order; its `updated_at` follows the lsn, a minute a step, unless told."""
    row = {
        "id": number,
        "customer_id": customer,
        "status": status,
        "total_amount_cents": total,
        "currency_code": currency,
        "channel": channel,
        "metadata": "{}",
        "created_at": after(placed),
        "updated_at": after(lsn if updated is None else updated),
    }
    return Change("orders", op, lsn, row, ordinal)


def returned(
    number: str,
    order_number: str,
    lsn: int,
    op: str = "u",
    status: str = "INITIATED",
    *,
    refund: int = 400,
    updated: float | None = None,
    initiated: float = 30,
    currency: str = "EUR",
    reason: str | None = "too small",
    ordinal: int = 0,
) -> Change:
    """A change of a return."""
    row = {
        "id": number,
        "order_id": order_number,
        "status": status,
        "refund_amount_cents": refund,
        "currency_code": currency,
        "reason": reason,
        "created_at": after(initiated),
        "updated_at": after(lsn if updated is None else updated),
    }
    return Change("returns", op, lsn, row, ordinal)


def deleted(table: str, number: str, lsn: int) -> Change:
    """A delete as Debezium sends it by default: nothing but the key."""
    return Change(table, "d", lsn, {"id": number})


def make_landed_tables(warehouse: DuckDbWarehouse, mesh: Mesh, domain: str = "orders") -> None:
    """The empty change logs and current states of a domain's source tables, and the platform's own tables."""
    ensure_publishing(warehouse)
    warehouse.execute(f"create schema if not exists {domain}_cdc")
    for _, table in mesh.domains[domain].source_tables:
        schema = row_schema(mesh.domains[domain], table.name)
        assert schema is not None
        columns = [f"{c.name} {warehouse_type(c, Target.DUCKDB)}" for c in schema.columns]
        log = ", ".join([*columns, *(f"{n} {k}" for n, k in CHANGE_COLUMNS.items())])
        state = ", ".join([*columns, STATE_COLUMNS])
        warehouse.execute(f"create table {domain}_cdc.{table.table}__changes ({log})")
        warehouse.execute(f"create table {domain}_cdc.{table.table} ({state})")


def land(warehouse: DuckDbWarehouse, changes: Iterable[Change], domain: str = "orders") -> int:
    """Land the changes as one batch; returns its revision."""
    with warehouse.transaction():
        revision = next_revision(warehouse, "landing", f"{domain}_cdc", NOON)
        for change in changes:
            row = change.row | {
                "_cdc_op": change.op,
                "_cdc_deleted": change.op in ("d", "t"),
                "_cdc_source_timestamp": after(change.lsn),
                "_cdc_lsn": change.lsn,
                "_cdc_ordinal": change.ordinal,
                "_cdc_snapshot": change.op == "r",
                "_cdc_event_id": f"{change.table}/{change.row.get('id')}/{change.lsn}/{change.ordinal}/{change.op}",
                "_cdc_revision": revision,
            }
            warehouse.insert(f"{domain}_cdc.{change.table}__changes", list(row), [tuple(row.values())])
        for table in ("orders", "returns"):
            _renew_current_state(warehouse, f"{domain}_cdc.{table}")
    return revision


def _renew_current_state(warehouse: DuckDbWarehouse, table: str) -> None:
    columns = [name for name, _ in warehouse.columns(*table.split("."))]
    order_by = "order by _cdc_lsn, _cdc_ordinal"
    kept = ", ".join(
        f"last({c} {order_by}) as {c}"
        if c.startswith("_cdc") or c == "id"
        else f"last({c} {order_by}) filter ({c} is not null) as {c}"
        for c in columns
    )
    warehouse.execute(f"delete from {table}")
    warehouse.execute(
        f"insert into {table} by name (select {kept} from {table}__changes where id is not null group by id)"
    )
