"""Of the events that happened, the share that consumers could read within the promised minutes."""

from collections.abc import Iterable

from mesh_platform.manifest.mesh import Product
from mesh_platform.slo.burn import Budget, alerts
from mesh_platform.slo.history import LATENCY, Histories, History
from mesh_platform.slo.measurement import Alert, Measurement, Severity, Verdict, each, unknown
from mesh_platform.slo.tallies import Tallies

SLI = LATENCY


def measure_latency(products: Iterable[Product], found: Histories) -> list[Measurement]:
    """The latency of each product, from the counts of its settled buckets."""
    return each(products, SLI, lambda p: _judge(p, found[p.id]))


def _judge(product: Product, history: History | str) -> Measurement:
    objective = product.manifest.slo.objective_percent
    told = history if isinstance(history, str) else history.latency
    if isinstance(told, str) or isinstance(history, str):
        return unknown(product.id, SLI, str(told), objective)
    if not told.whole.total:
        return _untouched(product, objective)
    budget = told.budget(objective, product.manifest.slo.window_days, history.settled.latency)
    return _verdict(product, told, budget, alerts(budget))


def _untouched(product: Product, objective: float) -> Measurement:
    """Where nothing happened, nothing was late."""
    reason = "nothing that happened since its first publication has settled yet, so nothing was late"
    return Measurement(product.id, SLI, Verdict.PASS, reason, target=objective, good=0, total=0, budget_remaining=1.0)


def _verdict(product: Product, told: Tallies, budget: Budget, fired: tuple[Alert, ...]) -> Measurement:
    slo, whole = product.manifest.slo, told.whole
    value = 100.0 * whole.good / whole.total
    paged = any(a.severity is Severity.PAGE for a in fired)
    broken = paged or value < slo.objective_percent
    return Measurement(
        product=product.id,
        sli=SLI,
        verdict=Verdict.ERROR if broken else Verdict.WARN if fired else Verdict.PASS,
        reason=f"{whole.good:,} of {whole.total:,} events were visible within {slo.freshness.target_minutes} min"
        f" ({value:.3f} %, promised {slo.objective_percent} % over {slo.window_days} days)" + said_besides(told, fired),
        value=round(value, 4),
        target=slo.objective_percent,
        good=whole.good,
        total=whole.total,
        budget_remaining=budget.left,
        details={"burn_rate": round(max((a.burn for a in fired), default=0.0), 2), "early_events": told.early},
        alerts=fired,
        began_at=told.began_at(slo.freshness.target_minutes),
    )


def said_besides(told: Tallies, fired: tuple[Alert, ...]) -> str:
    """What a person must know besides the share."""
    parts = [f"{a.severity}: {a.sentence}" for a in fired]
    if told.early:
        parts.append(f"{told.early:,} were visible before they happened: a clock of the source runs ahead")
    return "".join(f"; {part}" for part in parts)
