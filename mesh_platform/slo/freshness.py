"""How old the news is that a consumer reads: event time, never materialisation time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True)
class Evidence:
    """What is known of the news that a product has."""

    inputs: Sequence[Input]
    proven_until: datetime | None
    oldest: Sequence[tuple[str, Input]]
    """(reader, input) for each input, its own or that of a product it reads, of which no more is known than that."""

    @property
    def waiting(self) -> list[Input]:
        return [i for i in self.inputs if i.waiting_since]

    @property
    def published(self) -> bool:
        """Whether all that had to publish ever did; how old the news is says nothing of since when it should have."""
        return all(i.published for i in (*self.inputs, *(i for _, i in self.oldest)))


def measure_freshness(
    mesh: Mesh, warehouse: Warehouse, products: Iterable[Product], now: datetime
) -> list[Measurement]:
    """The freshness of each product at `now`, from one query over the ledger and the publications."""
    inputs = inputs_of(mesh, warehouse, now)
    moment = Moment(now, recorded_since(warehouse, now))
    memo: dict[str, datetime | None] = {}
    return each(products, SLI, lambda p: _judge(p, _evidence(p.id, mesh, inputs, memo), moment))


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


def _evidence(
    product: str, mesh: Mesh, inputs: Mapping[str, list[Input]], memo: dict[str, datetime | None]
) -> Evidence:
    proven = proven_until(product, mesh, inputs, memo)
    return Evidence(inputs.get(product, ()), proven, list(_oldest(product, mesh, inputs, memo)) if proven else ())


def _oldest(
    product: str, mesh: Mesh, inputs: Mapping[str, list[Input]], memo: dict[str, datetime | None]
) -> Iterator[tuple[str, Input]]:
    """Upstream along the inputs that are as old as the product's news, to those that make it so."""
    seen, readers = {product}, [product]
    while readers:
        reader = readers.pop()
        for item in inputs.get(reader, ()):
            if _time_of(item, mesh, inputs, memo) != memo[product]:
                continue
            if item.waiting_since or item.name not in mesh.products:
                yield reader, item
            elif item.name not in seen:
                seen.add(item.name)
                readers.append(item.name)


def _judge(product: Product, known: Evidence, moment: Moment) -> Measurement:
    slo, inputs, proven = product.manifest.slo.freshness, known.inputs, known.proven_until
    if proven is None:
        return unknown(product.id, SLI, _why_unknown(inputs, moment), float(slo.target_minutes))
    lag = max((moment.at - proven) / timedelta(minutes=1), 0.0)
    verdict = Verdict.ERROR if lag > slo.error_minutes else Verdict.WARN if lag > slo.warn_minutes else Verdict.PASS
    return Measurement(
        product=product.id,
        sli=SLI,
        verdict=verdict,
        reason=_reason(product.id, lag, slo.target_minutes, known, moment),
        value=round(lag, 3),
        target=float(slo.target_minutes),
        details={
            "warn_minutes": float(slo.warn_minutes),
            "error_minutes": float(slo.error_minutes),
            "proven_until": proven,
            "inputs": [(i.name, i.waiting_since, i.alive_at) for i in inputs],
        },
        began_at=proven + timedelta(minutes=slo.error_minutes)
        if verdict is Verdict.ERROR and known.published
        else None,
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


def _reason(product: str, lag: float, target: int, known: Evidence, moment: Moment) -> str:
    unborn, promised = _unborn(known.inputs, moment), f"(target {target} min)"
    held = any(reader == product and i.waiting_since for reader, i in known.oldest)
    if known.waiting and (held or lag <= target):
        return f"{unborn}{_unpublished(known)}, the oldest {told_minutes(_waited(known, moment))} old {promised}"
    if unborn:
        return f"{unborn}what its inputs are known by is {told_minutes(lag)} old {promised}"
    if lag <= target:
        return f"everything landed is visible, up to {told_minutes(lag)} ago {promised}"
    return _stale(known, told_minutes(lag), promised)


def _stale(known: Evidence, age: str, promised: str) -> str:
    """Why the news is old where it is not the product that holds it back."""
    silent = sorted({i.name for _, i in known.oldest if not i.waiting_since})
    if not silent:
        behind = sorted({reader for reader, _ in known.oldest})
        return f"changes have landed that {listed(behind)} has not published, the oldest {age} old {promised}"
    rest = _unpublished(known) if known.waiting else "everything that landed is visible"
    return f"nothing has been heard of {listed(silent)} for {age} {promised}; {rest}"


def _unpublished(known: Evidence) -> str:
    return f"changes of {listed([i.name for i in known.waiting])} have landed and are not published"


def _waited(known: Evidence, moment: Moment) -> float:
    """Minutes since the oldest change that is not published."""
    oldest = min(i.waiting_since for i in known.waiting if i.waiting_since)
    return max((moment.at - oldest) / timedelta(minutes=1), 0.0)
