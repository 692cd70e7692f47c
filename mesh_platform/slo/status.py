"""One row a product: what is published and how its promises stand."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mesh_platform import names
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.slo.measure import PROMISES, measure
from mesh_platform.slo.measurement import Measurement, Verdict, unknown
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse

_PUBLISHED = f"select product, max_by(rows, revision), max(published_at) from {names.PUBLICATIONS} group by product"

Evaluator = Callable[[Mesh, Warehouse, Iterable[Product], Iterable[str], datetime], list[Measurement]]
"""`measure`, or `measure_and_keep` where the warehouse may be written to."""


@dataclass(frozen=True)
class Status:
    """What a person wants to know of a product at a glance."""

    product: str
    rows: int | None
    published_at: datetime | None
    measurements: dict[str, Measurement]

    @property
    def worst(self) -> Verdict:
        """The verdict that decides; unknown weighs more than a pass and less than a warning."""
        order = [Verdict.PASS, Verdict.UNKNOWN, Verdict.WARN, Verdict.ERROR]
        return max((m.verdict for m in self.measurements.values()), key=order.index, default=Verdict.UNKNOWN)

    @property
    def budget_left(self) -> float | None:
        """The least that is left of an error budget of its promises; None where none has one."""
        left = [m.budget_remaining for m in self.measurements.values() if m.budget_remaining is not None]
        return min(left, default=None)


def status(
    mesh: Mesh,
    warehouse: Warehouse,
    now: datetime,
    products: Iterable[Product] | None = None,
    evaluator: Evaluator = measure,
) -> Sequence[Status]:
    """These products (default: all that loaded), in order of id."""
    chosen = sorted(mesh.products.values() if products is None else products, key=lambda p: p.id)
    try:
        published = {p: (rows, at) for p, rows, at in warehouse.query(_PUBLISHED)}
    except QueryRejected:
        published = {}
    found: dict[str, dict[str, Measurement]] = {p.id: {} for p in chosen}
    for m in evaluator(mesh, warehouse, chosen, PROMISES, now):
        found[m.product][m.sli] = m
    return [Status(p, *published.get(p, (None, None)), measurements) for p, measurements in found.items()]


def unanswered(products: Iterable[str], reason: str) -> Sequence[Status]:
    """These products where there is no warehouse to ask."""
    return [Status(p, None, None, {sli: unknown(p, sli, reason) for sli in PROMISES}) for p in sorted(products)]
