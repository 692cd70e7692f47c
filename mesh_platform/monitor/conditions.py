"""From what was measured to what incidents are told: what is broken, since when, and whose fault it may be."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from mesh_platform.incidents.cause import of_system
from mesh_platform.incidents.condition import Condition
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.slo import freshness, latency
from mesh_platform.slo.measurement import Measurement, Severity, Verdict

UNREADABLE: Final = "its manifest cannot be read; `mesh validate` says why"


def conditions(mesh: Mesh, found: Iterable[Measurement], slis: Iterable[str]) -> Iterator[Condition]:
    """One for every promise of the mesh; those of a product whose manifest cannot be read are unknown, not gone."""
    for measurement in found:
        yield _condition(mesh.products[measurement.product], measurement)
    for product in mesh.quarantined:
        for sli in slis:
            yield Condition(product, sli, None, known=False, reason=UNREADABLE)


def _condition(product: Product, m: Measurement) -> Condition:
    severity = severity_of(m)
    return Condition(
        product=m.product,
        sli=m.sli,
        severity=severity,
        known=m.verdict is not Verdict.UNKNOWN,
        reason=m.reason,
        began_at=m.began_at if severity else None,
        causes=_inputs(product),
        silent_system=_silent(product, m) if severity else None,
    )


def severity_of(m: Measurement) -> Severity | None:
    """A budget that is being spent too fast calls; one that is spent does not call every month anew.

    What was late stays late until the window has moved on, so a broken objective alone is told by the check.
    """
    alerts = {a.severity for a in m.alerts}
    if Severity.PAGE in alerts or (m.verdict is Verdict.ERROR and m.sli != latency.SLI):
        return Severity.PAGE
    return Severity.TICKET if alerts else None


def _inputs(product: Product) -> tuple[str, ...]:
    systems = dict.fromkeys(of_system(u.system) for u in product.manifest.source_inputs)
    return (*product.manifest.product_inputs, *systems)


def _silent(product: Product, m: Measurement) -> str | None:
    """The source system that was heard of last when everything it ever told became visible."""
    inputs = m.details.get("inputs")
    if m.sli != freshness.SLI or not isinstance(inputs, list) or any(waiting for _, waiting, _ in inputs):
        return None
    systems = {u.system for u in product.manifest.source_inputs}
    heard: list[tuple[datetime, str]] = [(alive, name) for name, _, alive in inputs if alive and name in systems]
    return min(heard)[1] if heard and min(heard)[0] == m.details.get("proven_until") else None
