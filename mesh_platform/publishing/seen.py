"""Since when consumers have seen an event: kept beside every published row, also when its table is published whole."""

from collections.abc import Collection, Sequence

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
    internal, table = names.internal_schema(product.domain), product.name + names.PUBLISHED_SUFFIX
    published = {name for name, _ in warehouse.columns(internal, table)}
    before, same = _before(product, published), [c for c in _identity(warehouse, product, columns) if c in published]
    if before is None or not set(same) - {event_time(product)}:  # a time alone tells no event from another
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


def _before(product: Product, published: Collection[str]) -> str | None:
    """The rows that are published now, with their `seen_at`; None where there are none. `published`: their columns.

    A table that was published before the moment was kept tells it by the first publication that came after the build
    of the row.
    """
    if names.SEEN_COLUMN in published:
        return f"select *, {names.SEEN_COLUMN} as seen_at from {published_table(product)}"
    if names.REVISION_COLUMN not in published:
        return None
    publications = f"select revision, published_at from {names.PUBLICATIONS} where product = {literal(product.id)}"
    return (
        f"select r.*, b.published_at as seen_at from {published_table(product)} r"
        f" asof left join ({publications}) b on r.{names.REVISION_COLUMN} < b.revision"
    )
