"""The report's values from an open warehouse: a handful of queries, however many products."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from mesh_platform.incidents.condition import Key
from mesh_platform.incidents.fold import EMPTY
from mesh_platform.incidents.incident import Incident
from mesh_platform.incidents.store import afflicted, so_far
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.monitor.links import asset_url, check_url
from mesh_platform.monitor.people import people
from mesh_platform.reporting.burn_down import burn_down
from mesh_platform.reporting.past import Count, Counts, Stretch, audited, counts
from mesh_platform.reporting.report import (
    DomainReport,
    IncidentReport,
    People,
    ProductReport,
    PromiseReport,
    Report,
)
from mesh_platform.reporting.standing import Standing, headline, open_of, standings
from mesh_platform.reporting.strip import Stood, stood, worst_of
from mesh_platform.slo import accuracy
from mesh_platform.slo.counting.bucket import BUCKET, bucket_of
from mesh_platform.slo.counting.count import COMPLETENESS, LATENCY
from mesh_platform.slo.counting.history import settled_ends
from mesh_platform.slo.counting.question import known
from mesh_platform.slo.counting.settled import Settled
from mesh_platform.slo.measure import measure
from mesh_platform.slo.measurement import Measurement
from mesh_platform.slo.status import Evaluator
from mesh_platform.warehouse.protocol import Warehouse

COUNTED: Final = (LATENCY, COMPLETENESS)
"""The promises that are counted by buckets, and so have a day and a budget to show."""
MOST_IN_FULL: Final = 60
"""Of more products in trouble, the page shows only the rows of the mildest."""
FEW: Final = 20
"""So many products are shown in full even if nothing is wrong with them."""
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
_DEFAULT_WINDOW: Final = 28
_POINTS: Final = 112
"""Steps of a burn-down: a quarter of a day in a window of 28."""


@dataclass(frozen=True)
class _Past:
    """What the warehouse keeps of the time before now."""

    hours: Counts
    buckets: Counts
    windows: Counts
    runs: Mapping[str, Count]
    ends: Mapping[str, Settled]
    now: datetime

    def day(self, key: Key, objective: float, *, by: timedelta) -> tuple[Stood, ...]:
        """The last 24 hours of a promise; nothing where nothing is kept of it."""
        steps = (self.buckets if by == BUCKET else self.hours).get(key, ())
        if not any(step.total for step in steps):
            return ()
        settled = (_end(self.ends[key[0]], key[1]) - (bucket_of(self.now) - DAY)) // by
        return stood(steps, settled, objective)


def report(
    mesh: Mesh, warehouse: Warehouse | None, now: datetime, ui: str, evaluator: Evaluator = measure, why: str = ""
) -> Report:
    """How the mesh stands and has fared; without a warehouse only what the manifests say. `ui`: see `ui_of`."""
    found = standings(mesh, warehouse, now, None, evaluator, why or "there is no warehouse yet")
    window = max((p.manifest.slo.window_days for p in mesh.products.values()), default=_DEFAULT_WINDOW)
    incidents = _incidents(mesh, warehouse, now, window, ui)
    touched = _touched(incidents)
    full = _in_full(found, touched)
    past = _past(mesh, warehouse, now, full & mesh.products.keys())
    told = [_product(mesh, s, past, ui, s.product in full, touched.get(s.product, ())) for s in found]
    return Report(
        at=now,
        headline=headline(found, len(open_of(found))),
        window_days=window,
        domains=tuple(_domain(mesh, name, told) for name in sorted(mesh.known_domains)),
        open=tuple(sorted((i for i in incidents if i.incident.open), key=lambda i: i.incident.opened_at)),
        past=tuple(sorted((i for i in incidents if not i.incident.open), key=_ended, reverse=True)),
    )


def _ended(told: IncidentReport) -> datetime:
    return told.incident.closed_at or told.incident.opened_at


def _incidents(
    mesh: Mesh, warehouse: Warehouse | None, now: datetime, window: int, ui: str
) -> Sequence[IncidentReport]:
    """Those that are open, or ended in the window."""
    state = so_far(warehouse, now, timedelta(days=window)) if warehouse else EMPTY
    broke = afflicted(warehouse, state.incidents) if warehouse and state.incidents else {}
    return [_incident(mesh, i, broke.get(i.id, ()), ui) for i in state.incidents.values()]


def _incident(mesh: Mesh, incident: Incident, broke: Iterable[Key], ui: str) -> IncidentReport:
    links = tuple((key, check_url(ui, *key)) for key in broke)
    return IncidentReport(incident, links, People(**people(mesh, incident.cause, mesh.products.get(incident.cause))))


def _touched(incidents: Iterable[IncidentReport]) -> Mapping[str, tuple[IncidentReport, ...]]:
    """Product → the incidents that it was part of, the latest first."""
    found: dict[str, tuple[IncidentReport, ...]] = {}
    for told in sorted(incidents, key=lambda i: i.incident.opened_at, reverse=True):
        for product in told.products:
            found[product] = (*found.get(product, ()), told)
    return found


def _in_full(found: Sequence[Standing], touched: Mapping[str, object]) -> frozenset[str]:
    """The products in trouble, the worst first; of a small mesh all."""
    troubled = [s.product for s in found if s.troubled or s.product in touched]
    rest = [s.product for s in found if s.product not in set(troubled)]
    return frozenset([*troubled[:MOST_IN_FULL], *rest[: max(FEW - len(troubled), 0)]])


def _past(mesh: Mesh, warehouse: Warehouse | None, now: datetime, full: Iterable[str]) -> _Past:
    if warehouse is None or not mesh.products:
        return _Past({}, {}, {}, {}, {}, now)
    ends = settled_ends(mesh, warehouse, mesh.products.values(), known(warehouse, now))
    longest = min((e.since for e in ends.values()), default=now)
    return _Past(
        counts(warehouse, _days(mesh.products, now, HOUR)),
        counts(warehouse, _days(full, now, BUCKET)),
        counts(warehouse, [_window(p, sli, ends[p]) for p in sorted(full) for sli in COUNTED]),
        audited(warehouse, longest),
        ends,
        now,
    )


def _days(products: Iterable[str], now: datetime, step: timedelta) -> list[Stretch]:
    until = bucket_of(now)
    return [Stretch(p, sli, until - DAY, until, step) for p in sorted(products) for sli in COUNTED]


def _window(product: str, sli: str, settled: Settled) -> Stretch:
    """The settled part of a window, in steps of whole hours."""
    since, until = (settled.promised if sli == LATENCY else settled.since), _end(settled, sli)
    hours = max(round((until - since) / HOUR / _POINTS), 1)
    return Stretch(product, sli, since, until, hours * HOUR)


def _end(settled: Settled, sli: str) -> datetime:
    return settled.latency if sli == LATENCY else settled.completeness


def _domain(mesh: Mesh, name: str, told: Iterable[ProductReport]) -> DomainReport:
    who = mesh.domains[name].manifest.metadata if name in mesh.domains else None
    team = People(who.team, who.oncall, who.slack_channel) if who else People()
    return DomainReport(name, team, tuple(p for p in told if p.standing.product.partition(".")[0] == name))


def _product(
    mesh: Mesh, standing: Standing, past: _Past, ui: str, full: bool, incidents: tuple[IncidentReport, ...]
) -> ProductReport:
    product = mesh.products.get(standing.product)
    promises = tuple(_promise(product, m, past, ui, full) for m in standing.status.measurements.values() if product)
    hours = [past.day((product.id, sli), _objective(product, sli), by=HOUR) for sli in COUNTED] if product else []
    path = product.document.path if product else mesh.quarantined[standing.product].path
    line = product.document.at("spec.slo").line if product else 1
    files = (mesh.policy.links.files or "").rstrip("/")
    return ProductReport(
        standing=standing,
        promises=promises,
        day=worst_of([day for day in hours if day]),
        people=People(**people(mesh, standing.product, product)),
        url=asset_url(ui, standing.product),
        manifest=f"{path}:{line}",
        manifest_url=f"{files}/{quote(path, errors='surrogateescape')}#L{line}" if files else None,
        window_days=product.manifest.slo.window_days if product else _DEFAULT_WINDOW,
        in_full=full,
        incidents=incidents if full else (),
    )


def _objective(product: Product, sli: str) -> float:
    slo = product.manifest.slo
    return slo.objective_percent if sli == LATENCY else slo.completeness.target_percent


def _promise(product: Product | None, m: Measurement, past: _Past, ui: str, full: bool) -> PromiseReport:
    key, url = (m.product, m.sli), check_url(ui, m.product, m.sli)
    if not full or product is None or m.sli not in COUNTED:
        return PromiseReport(m, url, past.runs.get(m.product) if m.sli == accuracy.SLI else None)
    objective = _objective(product, m.sli)
    day = past.day(key, objective, by=BUCKET)
    return PromiseReport(m, url, None, day, burn_down(past.windows.get(key, ()), objective))
