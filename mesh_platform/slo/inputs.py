"""What the record says of each product's inputs: what waits to be published, and the last sign of life."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mesh_platform import names
from mesh_platform.landing.records.heartbeat import heard_by, last_heartbeats
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import literal

_RECORDED_SINCE = f"""
select exists (select 1 from {names.LEDGER} where landed_at > ?)
    or exists (select 1 from {names.PUBLICATIONS} where published_at > ?)"""


@dataclass(frozen=True)
class Input:
    """What is known of one input of one product: its oldest change not yet published, and its last sign of life."""

    name: str
    waiting_since: datetime | None
    alive_at: datetime | None
    published: bool
    """Whether the product, which reads it, was ever published."""

    @property
    def proven_until(self) -> datetime | None:
        """Everything of this input that happened before is in the publication."""
        return self.waiting_since or self.alive_at


def inputs_of(mesh: Mesh, warehouse: Warehouse, now: datetime) -> dict[str, list[Input]]:
    """Product → what was known of its inputs at `now`, from one query over the ledger and the publications, and one
    for the heartbeats; of a past moment another."""
    found: dict[str, list[Input]] = {}
    if not mesh.products:
        return found
    heard = heard_by(warehouse, now)
    for product, name, waiting_since, alive_at, published in warehouse.query(_sql(mesh), [now] * 3):
        beat = None if name in mesh.products else heard.get(name)
        alive = max((at for at in (alive_at, beat) if at is not None), default=None)
        found.setdefault(product, []).append(Input(name, waiting_since, alive, published))
    return found


def recorded_since(warehouse: Warehouse, now: datetime) -> bool:
    """Whether anything landed, was published or gave a sign of life after `now`, so that `now` is past."""
    recorded = bool(warehouse.query(_RECORDED_SINCE, [now] * 2)[0][0])
    return recorded or any(beat.landed_at > now for beat in last_heartbeats(warehouse))


def _sql(mesh: Mesh) -> str:
    """A change without a time happened no later than it landed; one ahead of our clock vouches for no more than now."""
    tables = [(p.id, u.system, u.table) for p in mesh.products.values() for u in p.manifest.source_inputs]
    upstreams = [(p.id, u) for p in mesh.products.values() for u in p.manifest.product_inputs]
    return f"""
with tables(product, system, source_table) as ({values(tables, 3)}),
upstreams(product, upstream) as ({values(upstreams, 2)}),
through as (
    select product, max(through_revision) as revision from {names.PUBLICATIONS} where published_at <= ? group by product
),
landed as (
    select system, source_table, revision,
        case when rows_applied > 0 then least(coalesce(first_event_at, landed_at), landed_at) end as first_event_at,
        case when last_event_at is not null then least(last_event_at, landed_at) end as last_event_at
    from {names.LEDGER} where landed_at <= ?
),
alive as (
    select s.system, max(l.last_event_at) as alive_at
    from (select distinct system from tables) s left join landed l on l.system = s.system group by s.system
),
waiting as (
    select t.product, t.system, min(l.first_event_at) as waiting_since, max(p.revision) is not null as published
    from tables t
    left join through p on p.product = t.product
    left join landed l
           on l.system = t.system and l.source_table = t.source_table and l.revision > coalesce(p.revision, -1)
    group by t.product, t.system
)
select w.product, w.system, w.waiting_since, a.alive_at, w.published
from waiting w join alive a on a.system = w.system
union all
select u.product, u.upstream,
    min(case when b.new_rows > 0 then least(coalesce(b.oldest_event_at, b.published_at), b.published_at) end),
    max(case when b.watermark is not null then least(b.watermark, b.published_at) end),
    max(p.revision) is not null
from upstreams u
left join through p on p.product = u.product
left join {names.PUBLICATIONS} b
       on b.product = u.upstream and b.revision > coalesce(p.revision, -1) and b.published_at <= ?
group by u.product, u.upstream
order by 1, 2"""


def values(rows: Sequence[tuple[str, ...]], width: int) -> str:
    """Rows of text as a relation of so many columns."""
    if not rows:
        return "select " + ", ".join(["cast(null as varchar)"] * width) + " where false"
    return "values " + ", ".join("(" + ", ".join(literal(v) for v in row) + ")" for row in rows)
