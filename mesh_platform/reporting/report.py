"""Everything the report says, as values: what is broken now, each domain, each product, the incidents of the window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mesh_platform.incidents.condition import Key
from mesh_platform.incidents.incident import Incident
from mesh_platform.reporting.burn_down import BurnDown
from mesh_platform.reporting.past import Count
from mesh_platform.reporting.standing import Standing
from mesh_platform.reporting.strip import Stood
from mesh_platform.slo.measurement import Measurement, Verdict


@dataclass(frozen=True)
class People:
    """Whom to ask, whom to call."""

    owner: str = ""
    oncall: str = ""
    channel: str = ""


@dataclass(frozen=True)
class PromiseReport:
    """One promise of one product."""

    measurement: Measurement
    url: str
    """Its check in the UI."""
    runs: Count | None = None
    """Of accuracy: how often the tests ran in the window, and how often they passed."""
    day: tuple[Stood, ...] = ()
    """The last 24 hours, where it is counted by buckets."""
    burn_down: BurnDown | None = None


@dataclass(frozen=True)
class ProductReport:
    """One product: its row, and the rest where it is shown in full."""

    standing: Standing
    promises: tuple[PromiseReport, ...]
    day: tuple[Stood, ...]
    """The worst of its promises, hour by hour."""
    people: People
    url: str
    manifest: str
    """`path:line`."""
    manifest_url: str | None
    window_days: int
    in_full: bool
    incidents: tuple["IncidentReport", ...] = ()
    """Of the window."""

    @property
    def troubled(self) -> bool:
        return self.standing.troubled or bool(self.incidents)


@dataclass(frozen=True)
class DomainReport:
    """One domain: its team, and what its products come to."""

    name: str
    people: People
    products: tuple[ProductReport, ...]

    def kept(self) -> Count:
        """Promises that hold, of those that could be judged."""
        verdicts = [m.verdict for m in self._measurements()]
        known = [v for v in verdicts if v is not Verdict.UNKNOWN]
        return Count(sum(v is not Verdict.ERROR for v in known), len(known))

    def attained(self, sli: str) -> Count:
        """The events of all its products that kept this promise."""
        told = [m for m in self._measurements() if m.sli == sli and m.total is not None]
        return Count(sum(m.good or 0 for m in told), sum(m.total or 0 for m in told))

    def scarcest(self) -> ProductReport | None:
        """The product with the least budget left."""
        told = [(left, p) for p in self.products if (left := p.standing.status.budget_left) is not None]
        return min(told, key=lambda pair: pair[0])[1] if told else None

    def broken(self) -> int:
        return sum(p.standing.broken for p in self.products)

    def _measurements(self) -> list[Measurement]:
        return [promise.measurement for product in self.products for promise in product.promises]


@dataclass(frozen=True)
class IncidentReport:
    """One incident, with the promises it ever broke and whom its cause concerns."""

    incident: Incident
    broke: tuple[tuple[Key, str], ...]
    """Each promise with its check in the UI."""
    people: People

    @property
    def products(self) -> frozenset[str]:
        return frozenset({self.incident.cause, *(product for (product, _), _ in self.broke)})


@dataclass(frozen=True)
class Report:
    """The mesh at one moment."""

    at: datetime
    headline: str
    window_days: int
    """The longest window of a product: as far back as incidents are told."""
    domains: tuple[DomainReport, ...]
    open: tuple[IncidentReport, ...]
    past: tuple[IncidentReport, ...]
    """Closed in the window, the latest first."""

    @property
    def products(self) -> Sequence[ProductReport]:
        """The worst first."""
        found = [product for domain in self.domains for product in domain.products]
        return sorted(found, key=lambda product: product.standing.order)

    @property
    def broken(self) -> Sequence[tuple[ProductReport, PromiseReport]]:
        """Every broken promise, of the worst product first."""
        return [(p, m) for p in self.products for m in p.promises if m.measurement.verdict is Verdict.ERROR]

    def usually(self, span: str) -> timedelta | None:
        """The median of `time_to_detect`, `time_to_acknowledge` or `time_to_restore` of the incidents of the window."""
        told = (getattr(i.incident, span) for i in (*self.open, *self.past) if not i.incident.merged_into)
        times = sorted(time for time in told if time is not None)
        return times[len(times) // 2] if times else None
