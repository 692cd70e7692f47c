"""Send what is due, and remember what came of it; called at every tick, it never waits longer than its budget."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mesh_platform.manifest.notifications import Notifications
from mesh_platform.notifying.delivery import LOG, Delivery, State
from mesh_platform.notifying.due import due
from mesh_platform.notifying.files import bury, log
from mesh_platform.notifying.message import NotConfigured, message
from mesh_platform.notifying.outbox import ensure_outbox, in_states, these, write
from mesh_platform.notifying.outcome import after
from mesh_platform.notifying.post import Answer, Post, post
from mesh_platform.notifying.sending import BUDGET_SECONDS, send
from mesh_platform.notifying.sentence import line
from mesh_platform.warehouse.protocol import Warehouse


@dataclass(frozen=True)
class DeliveryReport:
    """What one round of sending came to."""

    sent: int = 0
    retried: int = 0
    """Not taken, and tried again later."""
    dead: int = 0
    """Given up now."""
    waiting: int = 0
    """Still to be sent, those not yet due included."""
    lines: tuple[str, ...] = ()
    """For the log: what was told there alone, and what could not be told; without a secret."""


@dataclass(frozen=True)
class Way:
    """What sending takes besides the delivery itself."""

    config: Notifications
    environ: Mapping[str, str]
    home: Path
    post: Post = post


def deliver(
    warehouse: Warehouse,
    config: Notifications,
    environ: Mapping[str, str],
    home: Path,
    now: datetime,
    post: Post = post,
    budget: float = BUDGET_SECONDS,
    only: Collection[str] | None = None,
) -> DeliveryReport:
    """Send what is due, once; `home` is MESH_HOME, `budget` in seconds, `only` the ids of some deliveries.

    Never raises for what an endpoint does.
    """
    ensure_outbox(warehouse)
    pending = in_states(warehouse, [State.PENDING])
    tried = attempted(pending, Way(config, environ, home, post), now, budget, only)
    return recorded(warehouse, pending, tried, home)


def attempted(
    pending: Mapping[str, Delivery], way: Way, now: datetime, budget: float, only: Collection[str] | None = None
) -> dict[str, Delivery]:
    """What was tried, as it is now; needs no warehouse, which another process may use meanwhile."""
    wanted = pending if only is None else only
    ready = {route: [d for d in each if d.id in wanted] for route, each in due(pending.values(), now).items()}
    answers = send(ready, lambda delivery: tell(delivery, way), budget)
    return {name: after(pending[name], answer, now) for name, answer in answers.items()}


def recorded(
    warehouse: Warehouse, pending: Mapping[str, Delivery], tried: Mapping[str, Delivery], home: Path
) -> DeliveryReport:
    """Remember what was tried, and put what was given up among the dead letters.

    `pending` is what was read before; whoever has sent it since, or tried it, knows better than a late failure.
    """
    with warehouse.transaction():
        there = these(warehouse, tried)
        kept = {name: d for name, d in tried.items() if name in there and _holds(d, there[name], pending[name])}
        write(warehouse, there, kept)
    dead = [d for d in kept.values() if d.state is State.DEAD]
    problem = bury(home, dead)
    return DeliveryReport(
        sent=_count(kept, State.SENT),
        retried=_count(kept, State.PENDING),
        dead=len(dead),
        waiting=_count({**pending, **there, **kept}, State.PENDING),
        lines=(*[said for d in kept.values() for said in _lines(d)], *filter(None, [problem])),
    )


def _holds(tried: Delivery, there: Delivery, read: Delivery) -> bool:
    """What was taken was taken, whatever others found; anything else holds for what stands as it was read."""
    if tried.state is State.SENT:
        return there.state is not State.SENT
    return (there.state, there.attempts) == (read.state, read.attempts)


def tell(delivery: Delivery, way: Way) -> Answer:
    """One attempt."""
    if delivery.route == LOG:
        return log(way.home, delivery.notice)
    route = way.config.usable.get(delivery.route)
    if route is None:
        return Answer(None, problem="the route is no longer in domains/notifications.yaml")
    try:
        request = message(route, delivery.notice, delivery.id, way.environ)
    except NotConfigured as problem:
        return Answer(None, problem=str(problem))
    return way.post(request)


def _count(tried: Mapping[str, Delivery], state: State) -> int:
    return sum(d.state is state for d in tried.values())


def _lines(d: Delivery) -> list[str]:
    if d.state is State.SENT:
        return [line(d.notice)] if d.route == LOG else []
    then = "given up" if d.state is State.DEAD else f"again from {d.next_attempt_at:%H:%M} UTC"
    return [f"`{d.route}` was not told of {d.notice.incident} ({d.notice.kind}): {d.last_error}; {then}"]
