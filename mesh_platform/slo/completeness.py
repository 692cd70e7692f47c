"""Of the events the sources say must exist, the share that consumers can read."""

from collections.abc import Iterable
from dataclasses import replace

from mesh_platform.manifest.mesh import Product
from mesh_platform.manifest.product import Completeness
from mesh_platform.slo.burn import alerts, pages, said_of
from mesh_platform.slo.counting.count import COMPLETENESS
from mesh_platform.slo.counting.history import Fared, Histories
from mesh_platform.slo.measurement import Measurement, Verdict, each, unknown
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
    judged = each(products, SLI, lambda p: _judge(p, found[p.id].completeness))
    lacking = [m for m in judged if m.total and m.good != m.total and (closely or m.verdict is not Verdict.PASS)]
    worst = sorted(lacking, key=lambda m: (m.verdict is Verdict.PASS, m.value))
    looked = {m.product for m in worst[:LOOKED_INTO]}
    return [_looked_into(warehouse, m, found[m.product].completeness) if m.product in looked else m for m in judged]


def _looked_into(warehouse: Warehouse, measurement: Measurement, fared: Fared | str) -> Measurement:
    """Where the events were lost, and which."""
    if isinstance(fared, str):
        return measurement
    where = lost(warehouse, fared)
    built = where.get("built")
    said = f"; {built:,} were built" if isinstance(built, int) else ""
    return replace(measurement, reason=measurement.reason + said, details={**measurement.details, **where})


def _judge(product: Product, fared: Fared | str) -> Measurement:
    target = product.manifest.slo.completeness.target_percent
    if isinstance(fared, str):
        return unknown(product.id, SLI, fared, target)
    if not fared.tallies.whole.total:
        return unknown(product.id, SLI, "no expected event has settled in the window yet", target)
    return _verdict(product, fared)


def _verdict(product: Product, fared: Fared) -> Measurement:
    slo, told, whole = product.manifest.slo.completeness, fared.tallies, fared.tallies.whole
    budget = told.budget(slo.target_percent, product.manifest.slo.window_days, fared.until)
    fired, value = alerts(budget), 100.0 * whole.good / whole.total
    return Measurement(
        product=product.id,
        sli=SLI,
        verdict=Verdict.ERROR if pages(fired) else _by_thresholds(slo, value),
        reason=f"{whole.good:,} of {whole.total:,} settled events are visible ({value:.3f} %, target"
        f" {slo.target_percent} %)"
        + (f"; {told.duplicates:,} are there more than once" if told.duplicates else "")
        + said_of(fired),
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
