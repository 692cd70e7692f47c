"""A symptom that people may hear of, in an incident that silence keeps from them."""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime

from mesh_platform.incidents.condition import Key
from mesh_platform.incidents.event import Event, Kind
from mesh_platform.incidents.incident import Incident, State
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.monitor.notices import addressed, notices
from mesh_platform.notifying.notice import Notice
from mesh_platform.slo.measurement import Measurement


def calls(
    mesh: Mesh, state: State, unheard: Container[str], found: Iterable[Measurement], ui: str, now: datetime
) -> Iterator[Notice]:
    """The beginning of each incident that nobody has heard of, told of the first symptom that is not silent.

    A mute says that one promise is known to be broken; whoever answers for another one does not know. What symptoms are
    there decides, and not that one has joined, so a tick that died, or a mute that ended, leaves nobody uncalled.
    """
    again = [
        (f"unheard-{incident.reopened}", _beginning(incident, key, state, now))
        for incident in state.open
        if incident.id in unheard and (key := _heard(mesh, state, incident, now))
    ]
    for notice in notices(mesh, state, again, found, ui):
        yield addressed(mesh, notice)


def _heard(mesh: Mesh, state: State, incident: Incident, now: datetime) -> Key | None:
    """A symptom that people may hear of, and that is not about to leave."""
    there = state.symptoms_of(incident.id).items()
    heard = (key for key, s in there if s.recovering_at is None and not mesh.notifications.silent(*key, now))
    return next(heard, None)


def _beginning(incident: Incident, key: Key, state: State, now: datetime) -> Event:
    """As it was recorded, but of this promise."""
    kind, symptom = Kind.REOPENED if incident.reopened else Kind.OPENED, state.symptoms[key]
    return Event(
        incident.id, now, kind, *key, incident.severity, incident.cause, since=symptom.since, reason=symptom.reason
    )
