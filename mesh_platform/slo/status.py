"""One row a product: what is published and how its promises stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mesh_platform import names
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.slo.contract import SLI as CONTRACT
from mesh_platform.slo.measure import SLIS, measure
from mesh_platform.slo.measurement import Measurement, Verdict
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse

_PUBLISHED = f"select product, max_by(rows, revision), max(published_at) from {names.PUBLICATIONS} group by product"


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


def status(mesh: Mesh, warehouse: Warehouse, now: datetime) -> Sequence[Status]:
    """Every product that loaded, in order of its id."""
    try:
        published = {p: (rows, at) for p, rows, at in warehouse.query(_PUBLISHED)}
    except QueryRejected:
        published = {}
    found: dict[str, dict[str, Measurement]] = {}
    for m in measure(mesh, warehouse, mesh.products.values(), (*SLIS, CONTRACT), now):
        found.setdefault(m.product, {})[m.sli] = m
    return [Status(p, *published.get(p, (None, None)), found.get(p, {})) for p in sorted(mesh.products)]
