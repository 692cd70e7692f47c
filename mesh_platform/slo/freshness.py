"""How old the news is that a consumer reads: event time, never materialisation time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mesh_platform import names
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.slo.measurement import Measurement, Verdict, unknown
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import literal

SLI = "freshness"


@dataclass(frozen=True)
class Input:
    """What is known of one input of one product: its oldest change not yet published, and its last sign of life."""

    name: str
    waiting_since: datetime | None
    alive_at: datetime | None

    @property
    def proven_until(self) -> datetime | None:
        """Everything of this input that happened before is in the publication."""
        return self.waiting_since or self.alive_at


def measure_freshness(
    mesh: Mesh, warehouse: Warehouse, products: Iterable[Product], now: datetime
) -> list[Measurement]:
    """The freshness of each product at `now`, from one query over the ledger and the publications."""
    inputs = _inputs(mesh, warehouse, now)
    memo: dict[str, datetime | None] = {}
    return [_judge(p, inputs.get(p.id, ()), proven_until(p.id, mesh, inputs, memo), now) for p in products]


def proven_until(
    product: str, mesh: Mesh, inputs: Mapping[str, list[Input]], memo: dict[str, datetime | None]
) -> datetime | None:
    """T of DESIGN's definition: the least over the inputs, an upstream product counting with its own T."""
    if product not in memo:
        memo[product] = None  # a cycle (a finding of its own) proves nothing
        times = [_time_of(i, mesh, inputs, memo) for i in inputs.get(product, ())]
        memo[product] = None if not times or None in times else min(t for t in times if t is not None)
    return memo[product]


def _time_of(
    item: Input, mesh: Mesh, inputs: Mapping[str, list[Input]], memo: dict[str, datetime | None]
) -> datetime | None:
    if item.waiting_since or item.name not in mesh.products:
        return item.proven_until
    return proven_until(item.name, mesh, inputs, memo)


def _judge(product: Product, inputs: Iterable[Input], proven: datetime | None, now: datetime) -> Measurement:
    slo = product.manifest.slo.freshness
    if proven is None:
        return unknown(product.id, SLI, _why_unknown(product, inputs), float(slo.target_minutes))
    lag = max((now - proven) / timedelta(minutes=1), 0.0)
    verdict = Verdict.ERROR if lag > slo.error_minutes else Verdict.WARN if lag > slo.warn_minutes else Verdict.PASS
    return Measurement(
        product=product.id,
        sli=SLI,
        verdict=verdict,
        reason=_reason(lag, slo.target_minutes, inputs),
        value=round(lag, 3),
        target=float(slo.target_minutes),
        details={
            "warn_minutes": float(slo.warn_minutes),
            "error_minutes": float(slo.error_minutes),
            "proven_until": proven,
            "inputs": [(i.name, i.waiting_since, i.alive_at) for i in inputs],
        },
    )


def _why_unknown(product: Product, inputs: Iterable[Input]) -> str:
    silent = [i.name for i in inputs if i.proven_until is None]
    named = ", ".join(f"`{name}`" for name in silent) or "its inputs"
    return f"no event and no heartbeat has been seen from {named}; land a file, or turn the connector's heartbeat on"


def _reason(lag: float, target: int, inputs: Iterable[Input]) -> str:
    waiting = [i.name for i in inputs if i.waiting_since]
    if waiting:
        named = ", ".join(f"`{n}`" for n in waiting)
        return (
            f"changes of {named} have landed and are not published, the oldest {lag:.1f} min old (target {target} min)"
        )
    return f"everything up to {lag:.1f} min ago is visible (target {target} min)"


def _inputs(mesh: Mesh, warehouse: Warehouse, now: datetime) -> dict[str, list[Input]]:
    found: dict[str, list[Input]] = {}
    rows = warehouse.query(_sql(mesh), [now] * 4) if mesh.products else []
    for product, name, waiting, alive in rows:
        found.setdefault(product, []).append(Input(name, waiting, alive))
    return found


def _sql(mesh: Mesh) -> str:
    tables = [(p.id, u.system, u.table) for p in mesh.products.values() for u in p.manifest.source_inputs]
    upstreams = [(p.id, u) for p in mesh.products.values() for u in p.manifest.product_inputs]
    return f"""
with tables(product, system, source_table) as ({_values(tables, 3)}),
upstreams(product, upstream) as ({_values(upstreams, 2)}),
through as (
    select product, max(through_revision) as revision from {names.PUBLICATIONS} where published_at <= ? group by product
),
landed as (select * from {names.LEDGER} where landed_at <= ?),
alive as (
    select s.system, greatest(max(l.last_event_at), max(h.last_heartbeat_at)) as alive_at
    from (select distinct system from tables) s
    left join landed l on l.system = s.system
    left join {names.HEARTBEATS} h on h.system = s.system and h.last_heartbeat_at <= ?
    group by s.system
),
waiting as (
    select t.product, t.system, min(l.first_event_at) as waiting_since
    from tables t
    left join through p on p.product = t.product
    left join landed l
           on l.system = t.system and l.source_table = t.source_table and l.revision > coalesce(p.revision, -1)
    group by t.product, t.system
)
select w.product, w.system, w.waiting_since, a.alive_at from waiting w join alive a on a.system = w.system
union all
select u.product, u.upstream, min(b.oldest_event_at), max(b.watermark)
from upstreams u
left join through p on p.product = u.product
left join {names.PUBLICATIONS} b
       on b.product = u.upstream and b.revision > coalesce(p.revision, -1) and b.published_at <= ?
group by u.product, u.upstream
order by 1, 2"""


def _values(rows: Sequence[tuple[str, ...]], width: int) -> str:
    if not rows:
        return "select " + ", ".join(["cast(null as varchar)"] * width) + " where false"
    return "values " + ", ".join("(" + ", ".join(literal(v) for v in row) + ")" for row in rows)
