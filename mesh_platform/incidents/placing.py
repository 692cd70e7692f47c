"""Which incident a broken promise belongs to: one incident for one cause."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mesh_platform.incidents.causes import cause_of, flow_of
from mesh_platform.incidents.condition import Key, weight, worst
from mesh_platform.incidents.event import Event, Kind, identify
from mesh_platform.incidents.incident import Incident, State
from mesh_platform.incidents.tick import Tick, matured
from mesh_platform.slo.measurement import Severity


@dataclass(frozen=True)
class _Broken:
    """A promise that is confirmed to be bad, on its way to the incident of its cause."""

    key: Key
    severity: Severity
    event: Event
    """That it joins; which incident is open yet."""
    home: Incident | None


def place(state: State, tick: Tick) -> list[Event]:
    """Broken promises join the incident of their cause, which opens, or reopens, where there is none open."""
    there = _broken(state, tick)
    if not there:
        return []
    flow, opened = flow_of(state, tick), {i.cause: i for i in state.open}
    by_cause: dict[str, list[_Broken]] = {}
    for broken in there:
        held = broken.home is not None and explains(broken.home, tick)
        condition = tick.at(broken.key)
        cause = cause_of(flow, condition, broken.severity, broken.home, held, opened)
        if broken.home is None or broken.home.cause != cause:
            by_cause.setdefault(cause, []).append(broken)
    events: list[Event] = []
    for cause, arriving in sorted(by_cause.items()):
        events += _gathered(state, tick, cause, opened.get(cause), arriving)
    return events + list(_merged(state, tick, events))


def explains(incident: Incident, tick: Tick) -> bool:
    """Whether the incident's cause may still be what its symptoms have."""
    return incident.outlived_at is None or tick.now - incident.outlived_at < tick.grace


def _broken(state: State, tick: Tick) -> list[_Broken]:
    """Suspicions that are confirmed, and symptoms that are still bad."""
    new = [_suspected(state, tick, key) for key in matured(state, tick) if key not in state.symptoms]
    old = (key for key in tick.bad if key in state.symptoms and state.symptoms[key].recovering_at is None)
    return new + [_moving(state, tick, key) for key in old]


def _suspected(state: State, tick: Tick, key: Key) -> _Broken:
    """As bad as it was at both ticks."""
    suspicion, condition = state.suspicions[key], tick.at(key)
    severity = min(suspicion.severity, condition.severity or suspicion.severity, key=weight)
    since = min(suspicion.since, condition.began_at or suspicion.since)
    return _Broken(key, severity, Event("", tick.now, Kind.JOINED, *key, severity, None, since, condition.reason), None)


def _moving(state: State, tick: Tick, key: Key) -> _Broken:
    symptom = state.symptoms[key]
    home = state.incidents[symptom.incident]
    joins = Event("", tick.now, Kind.JOINED, *key, symptom.severity, None, symptom.since, symptom.reason, home.id)
    return _Broken(key, symptom.severity, joins, home)


def _gathered(state: State, tick: Tick, cause: str, there: Incident | None, arriving: list[_Broken]) -> Iterator[Event]:
    """What brings these promises into one incident: the one that is open, the one that was, or a new one."""
    lately = there or _lately(state, tick, cause)
    incident = lately.id if lately else identify(cause, at=tick.now)
    if there is None:
        yield _called(tick, incident, cause, arriving, Kind.REOPENED if lately else Kind.OPENED)
    for broken in arriving:
        if broken.home:
            # a cause that is over ended when it was last seen, and not when its last symptom was explained otherwise
            since = broken.home.outlived_at or tick.now
            reason = f"it has another cause: `{cause}`"
            yield Event(broken.home.id, tick.now, Kind.LEFT, *broken.key, None, cause, since, reason, incident)
        yield replace(broken.event, incident=incident, cause=cause)


def _called(tick: Tick, incident: str, cause: str, arriving: list[_Broken], kind: Kind) -> Event:
    """The event that a person hears of: as bad as the worst symptom, in the words of the cause's own if it has one."""
    first = next((b for b in arriving if b.key[0] == cause), arriving[0])
    severity = worst(b.severity for b in arriving)
    since = min(b.event.since or tick.now for b in arriving)
    return Event(incident, tick.now, kind, *first.key, severity, cause, since, first.event.reason)


def _lately(state: State, tick: Tick, cause: str) -> Incident | None:
    """The incident of this cause that closed within the grace time."""
    closed = [i for i in state.incidents.values() if i.cause == cause and i.state == "closed" and within(i, tick)]
    return max(closed, key=lambda i: (i.closed_at or tick.now, i.id), default=None)


def within(incident: Incident, tick: Tick) -> bool:
    """Whether it closed within the grace time."""
    return incident.closed_at is not None and tick.now - incident.closed_at <= tick.grace


def _merged(state: State, tick: Tick, events: list[Event]) -> Iterator[Event]:
    """Incidents all of whose symptoms went to one other, and to which none came."""
    went: dict[str, set[str]] = {}
    for event in events:
        if event.kind is Kind.LEFT and event.other:
            went.setdefault(event.incident, set()).add(event.other)
    left = {(e.incident, (e.product, e.sli)) for e in events if e.kind is Kind.LEFT}
    stays = {s.incident for key, s in state.symptoms.items() if (s.incident, key) not in left}
    stays |= {event.incident for event in events if event.kind is Kind.JOINED}
    for incident in sorted(went.keys() - stays):
        if len(went[incident]) == 1 and state.incidents[incident].outlived_at is None:
            [other] = went[incident]
            cause = next(e.cause for e in events if e.incident == incident)
            reason = f"its cause is `{cause}`"
            yield Event(incident, tick.now, Kind.MERGED, cause=cause, reason=reason, other=other)
