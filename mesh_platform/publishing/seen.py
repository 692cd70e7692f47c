"""Since when consumers have seen an event: kept beside every published row, also when its table is published whole."""

from collections.abc import Sequence

from mesh_platform import names
from mesh_platform.manifest.mesh import Product
from mesh_platform.publishing.private import private_table, published_table
from mesh_platform.schema.history import event_time
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import identifier, literal


def event_key(warehouse: Warehouse, product: Product) -> tuple[str, ...]:
    """The columns that tell one event from another, as the model of the expected events has them; empty where there is
    no such model yet, or the product lacks one of its columns."""
    model, time = product.manifest.slo.completeness.expected, event_time(product)
    if not model or not time:
        return ()
    internal = names.internal_schema(product.domain)
    told = [name for name, _ in warehouse.columns(internal, model) if name != time]
    there = {name for name, _ in warehouse.columns(internal, product.name)}
    return tuple(told) if set(told) <= there else ()


def rows_with_seen(warehouse: Warehouse, product: Product, columns: Sequence[str]) -> str:
    """A select of the private table's rows, each with since when its event is seen; the one parameter is now.

    An event is what its key and its time say it is, so a row that is told anew with another value keeps its moment;
    without a known key it is the whole row.
    """
    listed = ", ".join(f"n.{identifier(c)}" for c in columns)
    before = _before(warehouse, product)
    if before is None:
        return f"select {listed}, ?::timestamptz as {names.SEEN_COLUMN} from {private_table(product)} n"
    there = {name for name, _ in _published(warehouse, product)}
    same = [c for c in _identity(warehouse, product, columns) if c in there]
    if not set(same) - {event_time(product)}:  # nothing in common but a time tells no event from another
        return f"select {listed}, ?::timestamptz as {names.SEEN_COLUMN} from {private_table(product)} n"
    on = " and ".join(f"o.{identifier(c)} is not distinct from n.{identifier(c)}" for c in same)
    grouped = ", ".join(identifier(c) for c in same)
    return (
        f"select {listed}, coalesce(o.seen_at, ?::timestamptz) as {names.SEEN_COLUMN} from {private_table(product)} n"
        f" left join (select {grouped}, min(seen_at) as seen_at from ({before}) group by {grouped}) o on {on}"
    )


def _identity(warehouse: Warehouse, product: Product, columns: Sequence[str]) -> list[str]:
    key, time = event_key(warehouse, product), event_time(product)
    if key and time:
        return [*key, time]
    return [c for c in columns if not c.startswith(names.PLATFORM_COLUMN_PREFIXES)]


def _published(warehouse: Warehouse, product: Product) -> list[tuple[str, str]]:
    return warehouse.columns(names.internal_schema(product.domain), product.name + names.PUBLISHED_SUFFIX)


def _before(warehouse: Warehouse, product: Product) -> str | None:
    """The rows that are published now, with their `seen_at`; None where there are none.

    A table that was published before the moment was kept tells it by the first publication that came after the build
    of the row.
    """
    there = {name for name, _ in _published(warehouse, product)}
    if names.SEEN_COLUMN in there:
        return f"select *, {names.SEEN_COLUMN} as seen_at from {published_table(product)}"
    if names.REVISION_COLUMN not in there:
        return None
    publications = f"select revision, published_at from {names.PUBLICATIONS} where product = {literal(product.id)}"
    return (
        f"select r.*, b.published_at as seen_at from {published_table(product)} r"
        f" asof left join ({publications}) b on r.{names.REVISION_COLUMN} < b.revision"
    )
