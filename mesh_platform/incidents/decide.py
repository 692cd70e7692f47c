"""What one tick changes: a pure function of what was, how the promises stand, and the time."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from mesh_platform.incidents.causes import flow_of
from mesh_platform.incidents.condition import Condition, Key, weight, worst
from mesh_platform.incidents.event import Event, Kind, identify
from mesh_platform.incidents.fold import fold
from mesh_platform.incidents.incident import Incident, State, Symptom
from mesh_platform.incidents.placing import place
from mesh_platform.incidents.tick import GRACE, Tick, patience, tick_of


def decide(state: State, conditions: Iterable[Condition], now: datetime, grace: timedelta = GRACE) -> list[Event]:
    """The events of a tick, in order; none where nothing changed, so the same tick told twice adds nothing.

    Bad at two ticks that answered opens, good at two closes, though later the more often it was reopened, and `unknown`
    counts as neither. Each step sees what the one before it came to.
    """
    tick = tick_of(conditions, now, grace)
    if not (tick.bad or state.symptoms or state.suspicions or any(i.open for i in state.incidents.values())):
        return []
    events: list[Event] = []
    for step in (_confirm, place, _suspect, _settle):
        found = list(step(state, tick))
        state = fold(found, state)
        events += found
    return events


def _confirm(state: State, tick: Tick) -> Iterator[Event]:
    """Of what an earlier tick saw for the first time: whether this one saw it again."""
    for key in sorted(state.suspicions):
        yield from _doubted(state, tick, key)
    for key, symptom in sorted(state.symptoms.items()):
        yield from _healing(tick, key, symptom, state.incidents[symptom.incident])


def _doubted(state: State, tick: Tick, key: Key) -> Iterator[Event]:
    suspicion, condition, symptom = state.suspicions[key], tick.at(key), state.symptoms.get(key)
    if not condition.known or suspicion.at >= tick.now:
        return
    severity = min(suspicion.severity, condition.severity, key=weight)
    if weight(severity) <= weight(symptom.severity if symptom else None):
        yield Event(suspicion.id, tick.now, Kind.CLEARED, *key, reason=condition.reason)
    elif symptom:
        worse = condition.reason
        yield Event(symptom.incident, tick.now, Kind.JOINED, *key, severity, since=symptom.since, reason=worse)


def _healing(tick: Tick, key: Key, symptom: Symptom, incident: Incident) -> Iterator[Event]:
    condition, first = tick.at(key), symptom.recovering_at
    if condition.good and first is None:
        yield Event(symptom.incident, tick.now, Kind.RECOVERING, *key, since=tick.now, reason=condition.reason)
    elif condition.good and first and first < tick.now and tick.now - first >= patience(incident.reopened, tick.grace):
        yield Event(symptom.incident, tick.now, Kind.LEFT, *key, since=first, reason=condition.reason)
    elif condition.bad and first and first < tick.now:
        yield Event(symptom.incident, tick.now, Kind.RELAPSED, *key, condition.severity, reason=condition.reason)


def _suspect(state: State, tick: Tick) -> Iterator[Event]:
    """What is bad, or worse than is known, and was not so before."""
    for key, condition in tick.bad_of(tick.bad):
        symptom = state.symptoms.get(key)
        if key not in state.suspicions and weight(condition.severity) > weight(symptom.severity if symptom else None):
            since = min(condition.began_at or tick.now, tick.now)
            suspicion = identify(*key, at=tick.now)
            yield Event(
                suspicion, tick.now, Kind.SUSPECTED, *key, condition.severity, since=since, reason=condition.reason
            )


def _settle(state: State, tick: Tick) -> Iterator[Event]:
    """What follows for the open incidents from the symptoms that they now have."""
    symptoms: dict[str, dict[Key, Symptom]] = {incident.id: {} for incident in state.open}
    for key, symptom in state.symptoms.items():
        symptoms[symptom.incident][key] = symptom
    troubled = flow_of(state, tick).now if symptoms else {}
    for incident in state.open:
        theirs = symptoms[incident.id]
        if not theirs:
            since = incident.restored_at or tick.now
            yield Event(incident.id, tick.now, Kind.CLOSED, cause=incident.cause, since=since, reason=incident.farewell)
            continue
        yield from _escalated(incident, theirs, tick)
        yield from _explained(incident, theirs, tick, seen=incident.cause in troubled)


def _escalated(incident: Incident, symptoms: dict[Key, Symptom], tick: Tick) -> Iterator[Event]:
    heaviest = worst(s.severity for s in symptoms.values())
    if weight(heaviest) > weight(incident.severity):
        key, symptom = next((k, s) for k, s in sorted(symptoms.items()) if s.severity == heaviest)
        yield Event(
            incident.id, tick.now, Kind.ESCALATED, *key, heaviest, incident.cause, symptom.since, symptom.reason
        )


def _explained(incident: Incident, symptoms: dict[Key, Symptom], tick: Tick, *, seen: bool) -> Iterator[Event]:
    """Whether the cause is still to be seen; where nobody can tell, it stands as it stood."""
    unsure = incident.cause in tick.products - tick.answering or not any(tick.at(key).known for key in symptoms)
    if seen and incident.outlived_at:
        yield Event(incident.id, tick.now, Kind.EXPLAINED, cause=incident.cause)
    elif not seen and not unsure and incident.outlived_at is None:
        reason = f"`{incident.cause}` shows no trouble any more; what it caused is not over"
        yield Event(incident.id, tick.now, Kind.OUTLIVED, cause=incident.cause, since=tick.now, reason=reason)
