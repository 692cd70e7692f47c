"""How each product stands now: its promises and the open incidents that it is part of, the worst first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Final

from mesh_platform.incidents.fold import EMPTY
from mesh_platform.incidents.incident import Incident, State
from mesh_platform.incidents.store import so_far
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.monitor.conditions import UNREADABLE
from mesh_platform.slo.measure import measure
from mesh_platform.slo.measurement import Verdict
from mesh_platform.slo.status import Evaluator, Status, status, unanswered
from mesh_platform.warehouse.protocol import Warehouse

_WEIGHTS: Final = {Verdict.ERROR: 0, Verdict.WARN: 2, Verdict.UNKNOWN: 3, Verdict.PASS: 4}
_IN_AN_INCIDENT: Final = 1


@dataclass(frozen=True)
class Standing:
    """One product at this moment."""

    status: Status
    incidents: tuple[Incident, ...] = ()
    """The open ones that it is the cause of, or a symptom in."""
    unreadable: bool = False
    """Its manifest cannot be read, so nothing is known of its promises."""
    asked: bool = True
    """Whether there was a warehouse to ask; else its incidents are unknown too."""

    @property
    def product(self) -> str:
        return self.status.product

    @property
    def broken(self) -> bool:
        return self.status.worst is Verdict.ERROR

    @property
    def judged(self) -> bool:
        """Whether any of its promises could be."""
        return any(m.verdict is not Verdict.UNKNOWN for m in self.status.measurements.values())

    @property
    def troubled(self) -> bool:
        """Whether somebody must look: a promise is broken or about to be, or an incident is open."""
        return self.unreadable or bool(self.incidents) or self.status.worst in (Verdict.ERROR, Verdict.WARN)

    @property
    def order(self) -> tuple[int, float, str]:
        """The worst first: broken, in an incident, warned of, unknown; then who has the least budget left."""
        weight = _WEIGHTS[self.status.worst]
        left = self.status.budget_left
        return min(weight, _IN_AN_INCIDENT) if self.incidents else weight, inf if left is None else left, self.product


def standings(
    mesh: Mesh,
    warehouse: Warehouse | None,
    now: datetime,
    chosen: Iterable[str] | None = None,
    evaluator: Evaluator = measure,
    why: str = "there is no warehouse yet",
) -> list[Standing]:
    """Every product that is known, or the chosen ones; without a warehouse all are unknown, for this reason."""
    ids = mesh.known_products if chosen is None else set(chosen)
    products = [mesh.products[p] for p in ids if p in mesh.products]
    state = EMPTY if warehouse is None else so_far(warehouse, now)
    judged = (
        unanswered((p.id for p in products), why)
        if warehouse is None
        else status(mesh, warehouse, now, products, evaluator)
    )
    concerned = _concerned(state)
    asked = warehouse is not None
    found = [Standing(s, tuple(concerned.get(s.product, ())), asked=asked) for s in judged]
    found += [
        Standing(s, tuple(concerned.get(s.product, ())), unreadable=True, asked=asked)
        for s in unanswered(ids & mesh.quarantined.keys(), UNREADABLE)
    ]
    return sorted(found, key=lambda standing: standing.order)


def _concerned(state: State) -> dict[str, list[Incident]]:
    """Product → the open incidents that it is part of."""
    found: dict[str, list[Incident]] = {}
    for incident in state.open:
        for product in sorted({incident.cause, *(p for p, _ in state.symptoms_of(incident.id))}):
            found.setdefault(product, []).append(incident)
    return found


def headline(found: Sequence[Standing], incidents: int) -> str:
    """What is wrong, in one sentence; that nothing could be judged is no good news, and said first."""
    told = f"{counted(incidents, 'incident') if incidents else 'no incident'} open"
    if any(not s.asked for s in found):
        told = "whether an incident is open is unknown"
    return "; ".join([*_promises(found), told])


def _promises(found: Sequence[Standing]) -> list[str]:
    count, broken = len(found), sum(s.broken for s in found)
    if found and not any(s.judged for s in found):
        return [f"none of {counted(count, 'product')} can be judged{_why(found)}"]
    unknown = sum(s.status.worst is Verdict.UNKNOWN for s in found)
    parts = [f"{broken:,} of {counted(count, 'product')} {'breaks' if broken == 1 else 'break'} a promise"]
    if not broken:
        parts = [f"none of {counted(count, 'product')} breaks a promise"]
    if unknown:
        parts.append(f"{unknown:,} cannot be judged in full")
    return parts


def _why(found: Sequence[Standing]) -> str:
    """Why nothing could be judged, where that is one reason; of what cannot be read its row says why."""
    readable = [s for s in found if not s.unreadable] or found
    reasons = {m.reason for s in readable for m in s.status.measurements.values()}
    return f": {one_line(reasons.pop())}" if len(reasons) == 1 else ", each for its own reason: `mesh slo` tells them"


def counted(number: int, what: str) -> str:
    """`1 product`, `1,000 products`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def open_of(found: Iterable[Standing]) -> list[Incident]:
    """The open incidents that these are part of, each once, in order of opening."""
    incidents = {i.id: i for s in found for i in s.incidents}
    return sorted(incidents.values(), key=lambda i: (i.opened_at, i.id))
