"""From an event of an incident to what people are told of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mesh_platform.incidents.cause import system_of
from mesh_platform.incidents.condition import Key
from mesh_platform.incidents.event import Event
from mesh_platform.incidents.event import Kind as Happened
from mesh_platform.incidents.incident import Incident, State
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.monitor.links import links
from mesh_platform.monitor.people import people
from mesh_platform.notifying.notice import Kind, Notice
from mesh_platform.slo import freshness
from mesh_platform.slo.measurement import Measurement

_TOLD: Final[Mapping[Happened, Kind]] = {
    Happened.OPENED: Kind.OPENED,
    Happened.ESCALATED: Kind.ESCALATED,
    Happened.REOPENED: Kind.REOPENED,
    Happened.ACKNOWLEDGED: Kind.ACKNOWLEDGED,
    Happened.CLOSED: Kind.CLOSED,
    Happened.MERGED: Kind.CLOSED,
}
"""What people hear of; that a symptom joined, left or was suspected, they can look up.

One that joins an incident of which nobody may be told is called for by `unheard.calls`.
"""


def notices(
    mesh: Mesh, state: State, events: Iterable[tuple[int | str, Event]], found: Iterable[Measurement], ui: str
) -> Iterator[Notice]:
    """One for each event that people hear of; `ui` is where the Dagster UI is, without a slash at its end.

    The event's number, or name, tells its notice from every other of the incident: the same one is told once.
    """
    events = list(events)
    tell = _Teller(mesh, state, {(m.product, m.sli): m for m in found}, _left(events), ui)
    for number, event in events:
        incident, kind = state.incidents.get(event.incident), _TOLD.get(event.kind)
        if incident and kind:
            yield tell.notice(f"{incident.id}-{number}", kind, incident, event)


def _left(events: Iterable[tuple[int | str, Event]]) -> dict[str, list[Key]]:
    """Incident → the promises that are no longer broken: what its end is about."""
    found: dict[str, list[Key]] = {}
    for _, event in events:
        if event.kind is Happened.LEFT and event.product and event.sli:
            found.setdefault(event.incident, []).append((event.product, event.sli))
    return found


@dataclass(frozen=True)
class _Teller:
    """What every notice of a tick is told from."""

    mesh: Mesh
    state: State
    measured: Mapping[Key, Measurement]
    left: Mapping[str, list[Key]]
    ui: str

    def notice(self, id: str, kind: Kind, incident: Incident, event: Event) -> Notice:
        keys = list(self.state.symptoms_of(incident.id)) or self.left.get(incident.id, [])
        product, sli = _where(self.mesh, incident, event, keys)
        return Notice(
            id=id,
            incident=incident.id,
            kind=kind,
            severity=incident.severity,
            product=product,
            cause=incident.cause,
            sli=sli,
            symptoms=tuple(f"{p} {s}" for p, s in keys),
            reason=_reason(event, incident),
            at=event.at,
            began_at=incident.began_at,
            last_good_at=_last_good(self.measured.get((product, sli))) or incident.began_at,
            links=links(self.mesh, product, sli, self.ui),
            blast_radius=tuple(_downstream(self.mesh, product)),
            **people(self.mesh, incident.cause, self.mesh.products.get(product)),
        )


def _last_good(m: Measurement | None) -> datetime | None:
    """Up to when everything that happened is visible, where that is what is measured."""
    proven = m.details.get("proven_until") if m and m.sli == freshness.SLI else None
    return proven if isinstance(proven, datetime) else None


def _where(mesh: Mesh, incident: Incident, event: Event, keys: list[Key]) -> Key:
    """The promise the notice is about: the cause's own where it has one, and one that is not silent where there is."""
    named = [(event.product, event.sli)] if event.product and event.sli else []
    own = [key for key in keys if key[0] == incident.cause]
    wanted = [*named, *own, *keys]
    heard = [key for key in wanted if not mesh.notifications.silent(*key, event.at)]
    return (heard or wanted or [(system_of(incident.cause) or incident.cause, "")])[0]


def _reason(event: Event, incident: Incident) -> str:
    system = system_of(incident.cause)
    if event.kind is Happened.MERGED:
        return f"its cause is another incident's: {event.other}"
    told = event.reason or event.note or incident.reason
    return told if system is None else f"the source system `{system}` gives no sign of life: {told}"


def _downstream(mesh: Mesh, product: str) -> Iterator[str]:
    """Every product that reads it, and whoever reads those, each with its owner and channel."""
    seen, waiting = {product}, [product]
    while waiting:
        for reader in mesh.readers.get(waiting.pop(0), ()):
            if reader not in seen:
                seen.add(reader)
                waiting.append(reader)
                m = mesh.products[reader].manifest.metadata
                yield f"{reader} ({m.owner}, {m.slack_channel})"
