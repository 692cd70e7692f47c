"""Of the events the sources say must exist, the share that consumers can read."""

from collections.abc import Iterable
from dataclasses import replace

from mesh_platform.manifest.mesh import Product
from mesh_platform.manifest.product import Completeness
from mesh_platform.slo.burn import Budget, Tally, alerts
from mesh_platform.slo.history import COMPLETENESS, Histories, History
from mesh_platform.slo.measurement import Measurement, Severity, Verdict, each, unknown
from mesh_platform.slo.tallies import Tallies
from mesh_platform.slo.waterfall import lost
from mesh_platform.warehouse.protocol import Warehouse

SLI = COMPLETENESS
LOOKED_INTO = 20
"""Products, the worst first, of which it is asked where their events were lost."""


def measure_completeness(
    warehouse: Warehouse, products: Iterable[Product], found: Histories, *, closely: bool
) -> list[Measurement]:
    """The completeness of each product, from the counts of its settled buckets; the worst are looked into, `closely`
    also where the promise is kept with events missing."""
    judged = each(products, SLI, lambda p: _judge(p, found[p.id]))
    lacking = [m for m in judged if m.total and m.good != m.total and (closely or m.verdict is not Verdict.PASS)]
    worst = sorted(lacking, key=lambda m: (m.verdict is Verdict.PASS, m.value))
    looked = {m.product for m in worst[:LOOKED_INTO]}
    return [_looked_into(warehouse, m, found[m.product]) if m.product in looked else m for m in judged]


def _looked_into(warehouse: Warehouse, measurement: Measurement, history: History | str) -> Measurement:
    """Where the events were lost, and which."""
    if isinstance(history, str):
        return measurement
    where = lost(warehouse, history, Tally(measurement.good or 0, measurement.total or 0))
    built = where.get("built")
    said = f"; {built:,} were built" if isinstance(built, int) else ""
    return replace(measurement, reason=measurement.reason + said, details={**measurement.details, **where})


def _judge(product: Product, history: History | str) -> Measurement:
    target = product.manifest.slo.completeness.target_percent
    told = history if isinstance(history, str) else history.completeness
    if isinstance(told, str) or isinstance(history, str):
        return unknown(product.id, SLI, str(told), target)
    if not told.whole.total:
        return unknown(product.id, SLI, "no expected event has settled in the window yet", target)
    return _verdict(product, told, told.budget(target, product.manifest.slo.window_days, history.settled.completeness))


def _verdict(product: Product, told: Tallies, budget: Budget) -> Measurement:
    slo, whole, fired = product.manifest.slo.completeness, told.whole, alerts(budget)
    value = 100.0 * whole.good / whole.total
    paged = any(a.severity is Severity.PAGE for a in fired)
    return Measurement(
        product=product.id,
        sli=SLI,
        verdict=Verdict.ERROR if paged else _by_thresholds(slo, value),
        reason=f"{whole.good:,} of {whole.total:,} settled events are visible ({value:.3f} %, target"
        f" {slo.target_percent} %)"
        + (f"; {told.duplicates:,} are there more than once" if told.duplicates else "")
        + "".join(f"; {a.severity}: {a.sentence}" for a in fired),
        value=round(value, 4),
        target=slo.target_percent,
        good=whole.good,
        total=whole.total,
        budget_remaining=budget.left,
        details={
            "warn_percent": slo.warn_percent,
            "error_percent": slo.error_percent,
            "duplicates": told.duplicates,
        },
        alerts=fired,
        began_at=told.began_at(product.manifest.slo.freshness.error_minutes),
    )


def _by_thresholds(slo: Completeness, value: float) -> Verdict:
    """The manifest says when to warn and when to call; a budget that is spent faster calls earlier."""
    if value < slo.error_percent:
        return Verdict.ERROR
    return Verdict.WARN if value < slo.warn_percent else Verdict.PASS
