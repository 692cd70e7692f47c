"""Who is to be told of a notice, given what they were told before; the same notice twice is told once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from mesh_platform.manifest.notifications import EVERYONE, Notifications
from mesh_platform.notifying.delivery import LOG, TOLD, Delivery, State, delivery_id
from mesh_platform.notifying.notice import ENDS, Kind, Notice
from mesh_platform.slo.measurement import Severity

Outbox = Mapping[str, Delivery]
"""Delivery id → delivery, of the incidents in question, in order."""


def filed(outbox: Outbox, notice: Notice, config: Notifications, number: int, now: datetime) -> dict[str, Delivery]:
    """The outbox with what this notice puts into it; deliveries are numbered from `number` on."""
    if any(d.notice.id == notice.id for d in outbox.values()):
        return dict(outbox)
    routes, state = _told(outbox, notice, config, now)
    new = {
        delivery_id(notice.id, route): Delivery(
            delivery_id(notice.id, route), number + place, route, notice, state, 0, now, now
        )
        for place, route in enumerate(routes)
    }
    heard = set[str]() if state is State.DROPPED else set(routes)
    return {**outbox, **_overtaken(outbox, notice, heard), **new}


def released(outbox: Outbox, config: Notifications, now: datetime) -> dict[str, Delivery]:
    """The outbox in which whatever was held is pending where silence has ended: the incident is still open, or else it
    would have been dropped."""
    return {name: _released(d, config, now) for name, d in outbox.items()}


def kept_back(outbox: Outbox) -> frozenset[str]:
    """The incidents of which something is held, and that are open for nobody."""
    held = {d.notice.incident for d in outbox.values() if d.state is State.HELD}
    return frozenset(incident for incident in held if not _followers(outbox, incident))


def _released(delivery: Delivery, config: Notifications, now: datetime) -> Delivery:
    notice = delivery.notice
    if delivery.state is not State.HELD or config.silent(notice.product, notice.sli, now):
        return delivery
    return replace(delivery, state=State.PENDING, next_attempt_at=now)


def _told(outbox: Outbox, notice: Notice, config: Notifications, now: datetime) -> tuple[list[str], State]:
    """The routes, and whether they are told; what concerns nobody is put on record all the same."""
    if notice.continues or _follows(notice):
        those = _heirs(outbox, notice, config) if notice.continues else _followers(outbox, notice.incident)
        return those or [LOG], State.PENDING if those else State.DROPPED
    silent = config.silent(notice.product, notice.sli, now)
    return _routes(notice, config), State.HELD if silent else State.PENDING


def _follows(notice: Notice) -> bool:
    """What ends or answers an alarm concerns whoever had the alarm, silence or not, and nobody else."""
    return notice.kind in {Kind.ACKNOWLEDGED, *ENDS}


def _heirs(outbox: Outbox, notice: Notice, config: Notifications) -> list[str]:
    """Who was told of the incident that goes on as this one, answers for the promise, and has not heard of this one.

    Silence or not: it is no new alarm, and without it they would never hear of the end.
    """
    concerned = set(_routes(notice, config)) - set(_followers(outbox, notice.incident))
    return [route for route in _followers(outbox, notice.continues or "") if route in concerned]


def _followers(outbox: Outbox, incident: str) -> list[str]:
    last = {d.route: d for d in _of(outbox, incident) if d.state in TOLD}
    return [route for route, delivery in last.items() if delivery.opens]


def _routes(notice: Notice, config: Notifications) -> list[str]:
    """A page is for the on-call and the channel, a ticket for the channel alone."""
    paged = [notice.oncall] if notice.severity is Severity.PAGE else []
    wanted = {EVERYONE, notice.channel, *paged}
    return [name for name, route in config.usable.items() if route.to in wanted] or [LOG]


def _overtaken(outbox: Outbox, notice: Notice, routes: set[str]) -> dict[str, Delivery]:
    """What was held and is said better by this notice; the end of an incident leaves nothing to be told."""
    ends = notice.kind in ENDS
    held = [d for d in _of(outbox, notice.incident) if d.state is State.HELD and (ends or d.route in routes)]
    return {d.id: replace(d, state=State.DROPPED) for d in held}


def _of(outbox: Outbox, incident: str) -> Iterable[Delivery]:
    return sorted((d for d in outbox.values() if d.notice.incident == incident), key=lambda d: d.number)
