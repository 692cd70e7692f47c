"""A test message: whether a route reaches anybody is known before something is broken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mesh_platform.manifest.notifications import Route
from mesh_platform.notifying.deliver import Way, attempted
from mesh_platform.notifying.delivery import Delivery, State, delivery_id
from mesh_platform.notifying.notice import Kind, Notice
from mesh_platform.notifying.sending import BUDGET_SECONDS
from mesh_platform.slo.measurement import Severity

_WHY: Final = "`mesh notifications test` was run; whoever reads this has nothing to do but to resolve the alert, if any"


@dataclass(frozen=True)
class Tried:
    """What came of a test message."""

    route: Route
    problem: str | None
    """Why it was not taken, without a secret; None: it was."""

    @property
    def name(self) -> str:
        """What is said of a route that may hold a secret is not what tells it from others."""
        return self.route.id if self.route.usable else f"{self.route.kind} {self.route.addressee}"


def tried_out(routes: Sequence[Route], way: Way, now: datetime, budget: float = BUDGET_SECONDS) -> list[Tried]:
    """One message to each of these routes, all at once, sent as a notice is; nothing is recorded or tried again.

    `budget`: seconds.
    """
    pending = {route.id: _delivery(route.id, now) for route in routes if route.usable}
    after = attempted({d.id: d for d in pending.values()}, way, now, budget)
    return [Tried(r, _problem(after.get(pending[r.id].id)) if r.usable else _unusable(r)) for r in routes]


def _delivery(route: str, now: datetime) -> Delivery:
    notice = _notice(now)
    return Delivery(delivery_id(notice.id, route), 0, route, notice, State.PENDING, 0, now, now)


def _notice(now: datetime) -> Notice:
    incident = f"test-{now:%Y%m%d%H%M%S%f}"
    return Notice(
        id=f"{incident}-1",
        incident=incident,
        kind=Kind.TEST,
        severity=Severity.TICKET,
        product="mesh.test",
        cause="mesh.test",
        sli="test",
        symptoms=(),
        reason=_WHY,
        at=now,
    )


def _problem(after: Delivery | None) -> str | None:
    if after is None:
        return "no answer in time"
    return None if after.state is State.SENT else after.last_error or "it was not taken"


def _unusable(route: Route) -> str:
    return f"it lacks `{route.lacks}`" if route.lacks else "a secret is, or may be, written out in it"
