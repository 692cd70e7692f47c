"""An incident as people and programs read it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import click

from mesh_platform.cli.colours import SEVERITIES
from mesh_platform.incidents import cause
from mesh_platform.incidents.condition import Key
from mesh_platform.incidents.event import Event, Kind
from mesh_platform.incidents.fold import fold
from mesh_platform.incidents.incident import Incident, Symptom
from mesh_platform.incidents.tick import patience
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.slo.measurement import said, told_minutes

_SHOWN = 3


def as_json(
    incident: Incident, symptoms: Mapping[Key, Symptom], events: Sequence[Event] | None = None
) -> dict[str, object]:
    """The machine interface's shape of an incident; with its events where they are asked for."""
    times = ("began_at", "opened_at", "acknowledged_at", "restored_at", "closed_at")
    spans = ("time_to_detect", "time_to_acknowledge", "time_to_restore")
    told: dict[str, object] = {
        "id": incident.id,
        "state": incident.state,
        "severity": incident.severity,
        "cause": incident.cause,
        "reason": incident.reason,
        **{name: _moment(getattr(incident, name)) for name in times},
        **{f"{name}_seconds": _seconds(getattr(incident, name)) for name in spans},
        "reopened": incident.reopened,
        "acknowledged_by": incident.acknowledged_by,
        "merged_into": incident.merged_into,
        "symptoms": [_symptom(key, symptom) for key, symptom in symptoms.items()],
    }
    return told if events is None else told | {"events": [_event(event) for event in events]}


def in_a_row(incident: Incident, symptoms: Mapping[Key, Symptom], now: datetime) -> str:
    """One incident, one line."""
    state = f"{incident.severity if incident.open else incident.state:<7}"
    coloured = click.style(state, fg=SEVERITIES[incident.severity]) if incident.open else state
    return f"{incident.id}  {coloured} {cause.in_words(incident.cause)}: {_standing(incident, symptoms, now)}"


def in_full(events: Sequence[Event]) -> Iterator[str]:
    """One incident with all that is known of it, from its events."""
    state = fold(events)
    [incident] = state.incidents.values()
    yield f"incident {incident.id}: {incident.state}, {incident.severity}, cause {cause.in_words(incident.cause)}"
    yield f"  {one_line(incident.reason)}"
    yield f"  began {said(incident.began_at)}, detected {_span(incident.time_to_detect)} later"
    if incident.time_to_acknowledge is not None:
        who, after = one_line(incident.acknowledged_by or ""), _span(incident.time_to_acknowledge)
        yield f"  acknowledged by {who} {after} after the call"
    if incident.time_to_restore is not None and incident.restored_at:
        yield f"  restored {said(incident.restored_at)}, {_span(incident.time_to_restore)} after it began"
    if incident.open and incident.reopened:
        times, wait = "once" if incident.reopened == 1 else f"{incident.reopened} times", patience(incident.reopened)
        yield f"  reopened {times}: a symptom leaves when it was good for {_span(wait)}"
    if incident.merged_into:
        yield f"  goes on as {incident.merged_into}"
    yield from (_in_words(key, symptom) for key, symptom in state.symptoms_of(incident.id).items())
    yield "what happened"
    yield from (_line(event) for event in events)


def _in_words(key: Key, symptom: Symptom) -> str:
    mark = f" (good since {said(symptom.recovering_at)})" if symptom.recovering_at else ""
    told = f"  symptom {' '.join(key)}, {symptom.severity}, since {said(symptom.since)}"
    return f"{told}: {one_line(symptom.reason)}{mark}"


def _standing(incident: Incident, symptoms: Mapping[Key, Symptom], now: datetime) -> str:
    if incident.merged_into:
        return f"goes on as {incident.merged_into}"
    if not incident.open:
        took = incident.time_to_restore
        return f"restored {said(incident.restored_at or now)}" + (f", took {_span(took)}" if took is not None else "")
    taken = f"acknowledged by {one_line(incident.acknowledged_by)}" if incident.acknowledged_by else "not acknowledged"
    listed = [f"{product} {sli}" for product, sli in symptoms]
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    for_so_long = _span(max(now - incident.began_at, timedelta()))
    return f"{', '.join(listed[:_SHOWN])}{more}; for {for_so_long}, {taken}; {one_line(incident.reason)}"


def _line(event: Event) -> str:
    about = f" {event.product} {event.sli}" if event.product and event.kind not in (Kind.OPENED, Kind.REOPENED) else ""
    severity = f" ({event.severity})" if event.severity else ""
    other = f" [{event.other}]" if event.other else ""
    text = ": ".join(one_line(part) for part in (event.by, event.note or event.reason) if part)
    return f"  {said(event.at)}  {event.kind}{about}{severity}{other}" + (f": {text}" if text else "")


def _symptom(key: Key, symptom: Symptom) -> dict[str, object]:
    told = {"product": key[0], "sli": key[1], "severity": symptom.severity, "since": _moment(symptom.since)}
    return {**told, "reason": symptom.reason, "recovering": symptom.recovering_at is not None}


def _event(event: Event) -> dict[str, object]:
    told = ("kind", "product", "sli", "severity", "cause", "reason", "other", "by", "note")
    times = {"at": _moment(event.at), "since": _moment(event.since)}
    return times | {name: getattr(event, name) for name in told}


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def _span(span: timedelta) -> str:
    return told_minutes(span / timedelta(minutes=1))
