"""How old the news is that a consumer reads: event time, never materialisation time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.manifest.message import listed
from mesh_platform.slo.inputs import Input, inputs_of, recorded_since
from mesh_platform.slo.measurement import Measurement, Verdict, each, said, told_minutes, unknown
from mesh_platform.warehouse.protocol import Warehouse

SLI = "freshness"


@dataclass(frozen=True)
class Moment:
    """When freshness is judged; `past`: something was recorded afterwards."""

    at: datetime
    past: bool


def measure_freshness(
    mesh: Mesh, warehouse: Warehouse, products: Iterable[Product], now: datetime
) -> list[Measurement]:
    """The freshness of each product at `now`, from one query over the ledger and the publications."""
    inputs = inputs_of(mesh, warehouse, now)
    moment = Moment(now, recorded_since(warehouse, now))
    memo: dict[str, datetime | None] = {}
    return each(
        products, SLI, lambda p: _judge(p, inputs.get(p.id, ()), proven_until(p.id, mesh, inputs, memo), moment)
    )


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


def _judge(product: Product, inputs: Iterable[Input], proven: datetime | None, moment: Moment) -> Measurement:
    slo = product.manifest.slo.freshness
    if proven is None:
        return unknown(product.id, SLI, _why_unknown(inputs, moment), float(slo.target_minutes))
    lag = max((moment.at - proven) / timedelta(minutes=1), 0.0)
    verdict = Verdict.ERROR if lag > slo.error_minutes else Verdict.WARN if lag > slo.warn_minutes else Verdict.PASS
    return Measurement(
        product=product.id,
        sli=SLI,
        verdict=verdict,
        reason=_reason(lag, slo.target_minutes, inputs, moment),
        value=round(lag, 3),
        target=float(slo.target_minutes),
        details={
            "warn_minutes": float(slo.warn_minutes),
            "error_minutes": float(slo.error_minutes),
            "proven_until": proven,
            "inputs": [(i.name, i.waiting_since, i.alive_at) for i in inputs],
        },
        began_at=proven + timedelta(minutes=slo.error_minutes) if verdict is Verdict.ERROR else None,
    )


def _why_unknown(inputs: Iterable[Input], moment: Moment) -> str:
    silent = [i.name for i in inputs if i.proven_until is None]
    named = listed(silent) or "its inputs"
    unborn = _unborn(inputs, moment)
    if moment.past:
        return f"{unborn}nothing with a time had landed or been published from {named} by {said(moment.at)}"
    seen = f"no event with a time and no heartbeat has been seen from {named}"
    return f"{unborn}{seen}; land a file, or turn the connector's heartbeat on"


def _unborn(inputs: Iterable[Input], moment: Moment) -> str:
    """That the product was never published, said before all else."""
    if not any(not i.published for i in inputs):
        return ""
    return f"it had not been published by {said(moment.at)}: " if moment.past else "it has never been published: "


def _reason(lag: float, target: int, inputs: Iterable[Input], moment: Moment) -> str:
    waiting, unborn = [i.name for i in inputs if i.waiting_since], _unborn(inputs, moment)
    if waiting:
        return (
            f"{unborn}changes of {listed(waiting)} have landed and are not published,"
            f" the oldest {told_minutes(lag)} old (target {target} min)"
        )
    if unborn:
        return f"{unborn}what its inputs are known by is {told_minutes(lag)} old (target {target} min)"
    return f"everything landed is visible, up to {told_minutes(lag)} ago (target {target} min)"
