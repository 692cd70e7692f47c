"""Of the events that happened, the share that consumers could read within the promised minutes."""

from collections.abc import Iterable

from mesh_platform.manifest.mesh import Product
from mesh_platform.slo.burn import alerts, pages, said_of
from mesh_platform.slo.counting.count import LATENCY
from mesh_platform.slo.counting.history import Fared, Histories
from mesh_platform.slo.measurement import Measurement, Verdict, each, unknown

SLI = LATENCY


def measure_latency(products: Iterable[Product], found: Histories) -> list[Measurement]:
    """The latency of each product, from the counts of its settled buckets."""
    return each(products, SLI, lambda p: _judge(p, found[p.id].latency))


def _judge(product: Product, fared: Fared | str) -> Measurement:
    objective = product.manifest.slo.objective_percent
    if isinstance(fared, str):
        return unknown(product.id, SLI, fared, objective)
    return _verdict(product, fared) if fared.tallies.whole.total else _untouched(product, objective)


def _untouched(product: Product, objective: float) -> Measurement:
    """Where nothing happened, nothing was late."""
    reason = "no event of a full five minutes since its first publication has settled, so nothing was late"
    return Measurement(product.id, SLI, Verdict.PASS, reason, target=objective, good=0, total=0, budget_remaining=1.0)


def _verdict(product: Product, fared: Fared) -> Measurement:
    slo, told, whole = product.manifest.slo, fared.tallies, fared.tallies.whole
    budget = told.budget(slo.objective_percent, slo.window_days, fared.until)
    fired, value = alerts(budget), 100.0 * whole.good / whole.total
    broken = pages(fired) or value < slo.objective_percent
    ahead = f"; {told.early:,} were visible before they happened: a clock of the source runs ahead"
    return Measurement(
        product=product.id,
        sli=SLI,
        verdict=Verdict.ERROR if broken else Verdict.WARN if fired else Verdict.PASS,
        reason=f"{whole.good:,} of {whole.total:,} events were visible within {slo.freshness.target_minutes} min"
        f" ({value:.3f} %, promised {slo.objective_percent} % over {slo.window_days} days)"
        + said_of(fired)
        + (ahead if told.early else ""),
        value=round(value, 4),
        target=slo.objective_percent,
        good=whole.good,
        total=whole.total,
        budget_remaining=budget.left,
        details={"burn_rate": round(max((a.burn for a in fired), default=0.0), 2), "early_events": told.early},
        alerts=fired,
        began_at=told.began_at(slo.freshness.target_minutes),
    )
