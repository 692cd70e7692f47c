"""An incident is a fold over events: what is known of it is what was recorded, and nothing besides."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from mesh_platform.incidents.condition import Key
from mesh_platform.incidents.event import Event, Kind
from mesh_platform.incidents.incident import Incident, State, Suspicion, Symptom
from mesh_platform.slo.measurement import Severity

EMPTY: Final = State()


@dataclass(frozen=True)
class _Folding:
    """A state while events are poured into it."""

    incidents: dict[str, Incident]
    symptoms: dict[Key, Symptom]
    suspicions: dict[Key, Suspicion]


def fold(events: Iterable[Event], before: State = EMPTY) -> State:
    """The state after these events, in the order in which they were recorded."""
    into = _Folding(dict(before.incidents), dict(before.symptoms), dict(before.suspicions))
    for event in events:
        _promise(into, event)
        known = into.incidents.get(event.incident)
        if event.kind is Kind.OPENED:
            into.incidents[event.incident] = _opened(event)
        elif known and (change := _CHANGES.get(event.kind)):
            into.incidents[event.incident] = change(known, event)
    return State(into.incidents, into.symptoms, into.suspicions)


def _promise(into: _Folding, event: Event) -> None:
    """What the event says of the promise that it names."""
    if event.product is None or event.sli is None:
        return
    key = (event.product, event.sli)
    symptom = into.symptoms.get(key)
    match event.kind:
        case Kind.SUSPECTED:
            into.suspicions[key] = _suspicion(event)
        case Kind.CLEARED:
            into.suspicions.pop(key, None)
        case Kind.JOINED:
            into.suspicions.pop(key, None)
            if event.incident in into.incidents:  # else its beginning is told in words of another version
                into.symptoms[key] = _symptom(event)
        case Kind.LEFT if symptom and symptom.incident == event.incident:
            del into.symptoms[key]
        case Kind.RECOVERING if symptom:
            into.symptoms[key] = replace(symptom, recovering_at=event.at)
        case Kind.RELAPSED if symptom:
            into.symptoms[key] = replace(symptom, recovering_at=None)


def _suspicion(event: Event) -> Suspicion:
    return Suspicion(event.incident, event.at, _severity(event), event.since or event.at, event.reason or "")


def _symptom(event: Event) -> Symptom:
    return Symptom(event.incident, _severity(event), event.since or event.at, event.reason or "")


def _opened(event: Event) -> Incident:
    return Incident(
        id=event.incident,
        cause=event.cause or "",
        severity=_severity(event),
        began_at=event.since or event.at,
        opened_at=event.at,
        called_at=event.at,
        reason=event.reason or "",
    )


def _severity(event: Event) -> Severity:
    return event.severity or Severity.TICKET


def _joined(incident: Incident, event: Event) -> Incident:
    return replace(incident, began_at=min(incident.began_at, event.since or event.at))


def _left(incident: Incident, event: Event) -> Incident:
    since = event.since or event.at
    return replace(incident, restored_at=max(incident.restored_at or since, since), farewell=event.reason)


def _closed(incident: Incident, event: Event) -> Incident:
    return replace(incident, closed_at=event.at, restored_at=event.since or event.at)


def _reopened(incident: Incident, event: Event) -> Incident:
    return replace(
        incident,
        severity=_severity(event),
        called_at=event.at,
        reason=event.reason or "",
        reopened=incident.reopened + 1,
        acknowledged_at=None,
        acknowledged_by=None,
        outlived_at=None,
        restored_at=None,
        farewell=None,
        closed_at=None,
    )


def _acknowledged(incident: Incident, event: Event) -> Incident:
    return replace(incident, acknowledged_at=incident.acknowledged_at or event.at, acknowledged_by=event.by)


_CHANGES: Final[Mapping[Kind, Callable[[Incident, Event], Incident]]] = {
    Kind.JOINED: _joined,
    Kind.LEFT: _left,
    Kind.ESCALATED: lambda incident, event: replace(incident, severity=_severity(event)),
    Kind.OUTLIVED: lambda incident, event: replace(incident, outlived_at=event.at),
    Kind.EXPLAINED: lambda incident, _: replace(incident, outlived_at=None),
    Kind.MERGED: lambda incident, event: replace(incident, closed_at=event.at, merged_into=event.other),
    Kind.CLOSED: _closed,
    Kind.REOPENED: _reopened,
    Kind.ACKNOWLEDGED: _acknowledged,
}
