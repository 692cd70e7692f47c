"""What was committed since a product was counted, and how far back in event time it reaches."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.slo.counting.count import COMPLETENESS
from mesh_platform.slo.inputs import values
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import literal

_MOST_GAPS: Final = 12
"""Where more buckets miss events, all since the first of them is counted again: to name each one costs more."""


@dataclass(frozen=True)
class News:
    """What a product was counted by, and what came since."""

    definition: str | None
    counted: int
    """The revision it was counted up to."""
    whole_at: datetime | None
    """When its whole window was counted last."""
    revision: int
    """What is committed now."""
    since: datetime | None
    """The oldest event that landed, or became visible, since; None where nothing did."""
    replaced: bool
    """Whether it was published whole since."""
    gaps: tuple[datetime, ...]
    """The buckets in which events were missing, where something came since."""


def news(warehouse: Warehouse, mesh: Mesh, products: Collection[str]) -> dict[str, News]:
    """Product → its news: one query, however many products and however long the record."""
    if not products:
        return {}
    rows = warehouse.query(_sql(mesh, products))
    return {product: News(*(*rest, tuple(gaps or ()))) for product, *rest, gaps in rows}


def _sql(mesh: Mesh, products: Collection[str]) -> str:
    """A change of an upstream product is landed for this one when the upstream publishes it."""
    ids = sorted(products)
    tables = [(p, u.system, u.table) for p in ids for u in mesh.products[p].manifest.source_inputs]
    upstreams = [(p, u) for p in ids for u in mesh.products[p].manifest.product_inputs]
    own = ", ".join(f"({literal(p)})" for p in ids)
    return f"""
with products(product) as (values {own}),
tables(product, system, source_table) as ({values(tables, 3)}),
upstreams(product, upstream) as ({values(upstreams, 2)} union all select product, product from products),
counted as (
    select p.product, c.definition, coalesce(c.revision, -1) as counted, c.whole_at
    from products p left join {names.COUNTED} c using (product)),
least as (select min(counted) as counted from counted),
landed as (
    select c.product, min(coalesce(l.first_event_at, l.landed_at)) as since
    from counted c join tables t using (product)
    join (select * from {names.LEDGER} where revision > (select counted from least) and rows_applied > 0) l
        on l.system = t.system and l.source_table = t.source_table and l.revision > c.counted
    group by 1),
published as (
    select c.product, min(coalesce(b.oldest_event_at, b.published_at)) as since,
        coalesce(bool_or(b.mode = 'replace') filter (u.upstream = c.product), false) as replaced
    from counted c join upstreams u using (product)
    join (select * from {names.PUBLICATIONS} where revision > (select counted from least)) b
        on b.product = u.upstream and b.revision > c.counted and (b.new_rows > 0 or b.mode = 'replace')
    group by 1),
gaps as (
    -- what was missing may be what was published now, whatever time it tells of itself, or what the source deleted
    select m.product, min(m.bucket) as since, list(m.bucket) as buckets from {names.MEASUREMENTS} m
    where m.sli = '{COMPLETENESS}' and m.good < m.total and m.product in (
        select product from published union all select product from landed) group by 1)
select c.product, c.definition, c.counted, c.whole_at, (select coalesce(max(revision), 0) from {names.REVISIONS}),
    if(len(g.buckets) > {_MOST_GAPS}, least(l.since, p.since, g.since), least(l.since, p.since)),
    coalesce(p.replaced, false), if(len(g.buckets) > {_MOST_GAPS}, null, g.buckets)
from counted c left join landed l using (product) left join published p using (product)
left join gaps g using (product)"""
