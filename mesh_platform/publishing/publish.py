"""Make what the private table holds visible to consumers, and record that it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mesh_platform import names
from mesh_platform.manifest.mesh import Product
from mesh_platform.publishing.private import private_table, published_table
from mesh_platform.publishing.seen import keep_seen, note_withdrawn, rows_with_seen
from mesh_platform.publishing.tables import BATCHES
from mesh_platform.schema.history import event_time
from mesh_platform.schema.table.record import RecordSchema
from mesh_platform.warehouse.protocol import Row, Warehouse
from mesh_platform.warehouse.revision import next_revision
from mesh_platform.warehouse.sql import identifier, literal, relation


@dataclass(frozen=True)
class Publication:
    """A batch made visible: what, when, and how much of it was new."""

    product: str
    schema_version: str
    mode: str
    published_at: datetime
    watermark: datetime | None
    rows: int
    new_rows: int
    oldest_event_at: datetime | None
    through_revision: int
    revision: int
    run_id: str | None


def publish(
    warehouse: Warehouse,
    product: Product,
    schema: RecordSchema,
    now: datetime,
    *,
    through_revision: int,
    append_only: bool = True,
    run_id: str | None = None,
) -> Publication:
    """Publish the private table in one transaction.

    If it still holds every published batch, whole, the new batches are appended (cost: the new rows); otherwise the
    published table is replaced. `append_only` says that the model cannot change a row and keep its batch.
    Inputs up to `through_revision` had been committed before the build began.
    """
    columns = [c.name for c in schema.columns] + [names.BATCH_COLUMN, names.REVISION_COLUMN]
    with warehouse.transaction():
        append = append_only and _is_append(warehouse, product, columns)
        rows = _incoming(product, everything=not append)
        new, identity = _new_rows(warehouse, product, rows), keep_seen(warehouse, product, append=append)
        write = _append if append else _replace
        write(warehouse, product, columns, rows_with_seen(rows, identity, columns), now)
        if identity:
            note_withdrawn(warehouse, product, identity, rows, now)
        if not append:
            new = _first_seen(warehouse, product, new, now)
        _expose(warehouse, product, schema)
        _remember_batches(warehouse, product)
        return _record(warehouse, product, now, "append" if append else "replace", new, through_revision, run_id)


def _is_append(warehouse: Warehouse, product: Product, columns: Sequence[str]) -> bool:
    schema = names.internal_schema(product.domain)
    private = dict(warehouse.columns(schema, product.name))
    published = warehouse.columns(schema, product.name + names.PUBLISHED_SUFFIX)
    kept = [(name, kind) for name, kind in published if name != names.SEEN_COLUMN]
    if [name for name, _ in published] != [*columns, names.SEEN_COLUMN] or any(private.get(n) != k for n, k in kept):
        return False
    changed = warehouse.query(
        f"select 1 from {BATCHES} b left join ({_batches(product)}) p on p.batch = b.batch"
        " where b.product = ? and b.rows is distinct from p.rows limit 1",
        [product.id],
    )
    return not changed


def _batches(product: Product) -> str:
    return f"select {names.BATCH_COLUMN} as batch, count(*) as rows from {private_table(product)} group by 1"


def _incoming(product: Product, *, everything: bool) -> str:
    """The rows of the private table, all or those of batches that were never published."""
    rows = f"select * from {private_table(product)}"
    known = f"select batch from {BATCHES} where product = {literal(product.id)}"
    return rows if everything else f"{rows} where {names.BATCH_COLUMN} not in ({known})"


def _new_rows(warehouse: Warehouse, product: Product, rows: str) -> Row:
    """(rows, least event time, greatest event time, greatest revision) of what this publication makes visible."""
    when = event_time(product)
    moment = f"cast({identifier(when)} as timestamptz)" if when else "cast(null as timestamptz)"
    return warehouse.query(
        f"select count(*), min({moment}), max({moment}), max({names.REVISION_COLUMN}) from ({rows})"
    )[0]


def _first_seen(warehouse: Warehouse, product: Product, new: Row, now: datetime) -> Row:
    """The same with the least event time of what nobody had seen: a table published anew makes no old news of it."""
    when = event_time(product)
    if when is None:
        return new
    oldest = warehouse.query(
        f"select min(cast({identifier(when)} as timestamptz)) from {published_table(product)}"
        f" where {names.SEEN_COLUMN} >= ?::timestamptz",
        [now],
    )[0][0]
    return (new[0], oldest, *new[2:])


def _append(warehouse: Warehouse, product: Product, columns: Sequence[str], rows: str, now: datetime) -> None:
    listed = ", ".join(identifier(c) for c in columns)
    warehouse.execute(f"insert into {published_table(product)} ({listed}, {names.SEEN_COLUMN}) {rows}", [now])


def _replace(warehouse: Warehouse, product: Product, columns: Sequence[str], rows: str, now: datetime) -> None:
    warehouse.execute(f"create or replace table {published_table(product)} as {rows}", [now])


def _expose(warehouse: Warehouse, product: Product, schema: RecordSchema) -> None:
    """The port: the schema's columns, in the schema's order, and nothing else."""
    port = product.manifest.port
    listed = ", ".join(identifier(c.name) for c in schema.columns)
    warehouse.execute(f"create schema if not exists {identifier(port.dataset)}")
    view, table = relation(port.dataset, port.table), published_table(product)
    warehouse.execute(f"create or replace view {view} as select {listed} from {table}")


def _remember_batches(warehouse: Warehouse, product: Product) -> None:
    warehouse.execute(f"delete from {BATCHES} where product = ?", [product.id])
    warehouse.execute(f"insert into {BATCHES} select ?, batch, rows from ({_batches(product)})", [product.id])


def _record(
    warehouse: Warehouse, product: Product, now: datetime, mode: str, new: Row, through: int, run_id: str | None
) -> Publication:
    new_rows, oldest, newest, seen = new
    before = last_publication(warehouse, product.id)
    rows = int(warehouse.query(f"select count(*) from {published_table(product)}")[0][0])
    watermark = (
        newest if mode == "replace" or before is None else max(filter(None, [before.watermark, newest]), default=None)
    )
    publication = Publication(
        product=product.id,
        schema_version=product.manifest.spec.schema_version,
        mode=mode,
        published_at=now,
        watermark=watermark,
        rows=rows,
        new_rows=int(new_rows),
        oldest_event_at=oldest,
        through_revision=max(through, int(seen or 0)),
        revision=next_revision(warehouse, "publication", product.id, now),
        run_id=run_id,
    )
    fields = list(vars(publication))
    warehouse.insert(names.PUBLICATIONS, fields, [tuple(vars(publication).values())])
    return publication


def last_publication(warehouse: Warehouse, product_id: str) -> Publication | None:
    """The product's latest publication, None before the first."""
    fields = list(Publication.__dataclass_fields__)
    rows = warehouse.query(
        f"select {', '.join(fields)} from {names.PUBLICATIONS} where product = ? order by revision desc limit 1",
        [product_id],
    )
    return Publication(*rows[0]) if rows else None
