"""From an event of an incident to what people are told of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from mesh_platform.incidents.cause import system_of
from mesh_platform.incidents.condition import Key
from mesh_platform.incidents.event import Event
from mesh_platform.incidents.event import Kind as Happened
from mesh_platform.incidents.incident import Incident, State
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.monitor.departures import Departures, goes_on, keys_of
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
    Happened.MERGED: Kind.MOVED,
}
"""What people hear of; that a symptom joined, left or was suspected, they can look up.

One that joins an incident of which nobody may be told is called for by `unheard.calls`.
"""
_CALLS: Final = frozenset({Kind.OPENED, Kind.ESCALATED, Kind.REOPENED})


def notices(
    mesh: Mesh, state: State, events: Iterable[tuple[int | str, Event]], found: Iterable[Measurement], ui: str
) -> Iterator[Notice]:
    """One for each event that people hear of; `ui` is where the Dagster UI is, without a slash at its end.

    The event's number, or name, tells its notice from every other of the incident: the same one is told once.
    """
    events = list(events)
    gone = Departures.of(event for _, event in events)
    tell = _Teller(mesh, state, {(m.product, m.sli): m for m in found}, gone, ui)
    handed: set[tuple[object, ...]] = set()
    for number, event in events:
        incident, kind = state.incidents.get(event.incident), _TOLD.get(event.kind)
        if incident and kind:
            yield tell.of(f"{incident.id}-{number}", kind, incident, event)
        if heir := state.incidents.get(event.other or "") if event.kind is Happened.LEFT else None:
            notice = tell.handed_over(f"{heir.id}-{number}", heir, event)
            whom = (event.at, event.incident, heir.id, notice.oncall, notice.channel)
            if whom not in handed:
                handed.add(whom)
                yield notice


def addressed(mesh: Mesh, notice: Notice) -> Notice:
    """To whoever answers for the promise, also where another domain's product or source system is the cause."""
    product = mesh.products.get(notice.product)
    if product is None:
        return notice
    m = product.manifest.metadata
    return replace(notice, owner=m.owner, oncall=m.oncall, channel=m.slack_channel)


@dataclass(frozen=True)
class _Teller:
    """What every notice of a tick is told from."""

    mesh: Mesh
    state: State
    measured: Mapping[Key, Measurement]
    gone: Departures
    ui: str

    def of(self, id: str, kind: Kind, incident: Incident, event: Event) -> Notice:
        """What this event says of the incident: of the promises that still have it, or had it last."""
        moved = self.gone.moved(incident.id, event.at) if event.kind in (Happened.CLOSED, Happened.MERGED) else []
        if moved:
            went, keys = goes_on(moved), keys_of(moved)
            told = self._notice(id, Kind.MOVED, incident, event.at, keys, self._where(incident, event, keys))
            return replace(told, reason="; ".join(went.values()), goes_on_as=tuple(went))
        keys = list(self.state.symptoms_of(incident.id)) or keys_of(self.gone.recovered(incident.id))
        told = self._notice(id, kind, incident, event.at, keys, self._where(incident, event, keys))
        return replace(told, reason=_reason(event, incident, kind), by=event.by if kind is Kind.ACKNOWLEDGED else None)

    def handed_over(self, id: str, heir: Incident, left: Event) -> Notice:
        """The beginning of the incident that a promise went to, for those who heard of the one that it left."""
        where, keys = (left.product or heir.cause, left.sli or ""), list(self.state.symptoms_of(heir.id))
        told = self._notice(id, Kind.OPENED, heir, left.at, keys, where)
        reason = f"incident {left.incident} goes on as this one: {_in_full(heir.reason, heir)}"
        return addressed(self.mesh, replace(told, reason=reason, continues=left.incident))

    def _notice(self, id: str, kind: Kind, incident: Incident, at: datetime, keys: list[Key], where: Key) -> Notice:
        product, sli = where
        return Notice(
            id=id,
            incident=incident.id,
            kind=kind,
            severity=incident.severity,
            product=product,
            cause=incident.cause,
            sli=sli,
            symptoms=tuple(f"{p} {s}" for p, s in keys),
            reason=incident.reason,
            at=at,
            began_at=incident.began_at,
            last_good_at=_last_good(self.measured.get(where)) or incident.began_at,
            links=links(self.mesh, product, sli, self.ui),
            blast_radius=tuple(_downstream(self.mesh, product)),
            goes_on_as=(),
            **people(self.mesh, incident.cause, self.mesh.products.get(product)),
        )

    def _where(self, incident: Incident, event: Event, keys: list[Key]) -> Key:
        """The promise the notice is about: the cause's own where it has one, and one not silent where there is."""
        named = [(event.product, event.sli)] if event.product and event.sli else []
        own = [key for key in keys if key[0] == incident.cause]
        wanted = [*named, *own, *keys]
        heard = [key for key in wanted if not self.mesh.notifications.silent(*key, event.at)]
        return (heard or wanted or [(system_of(incident.cause) or incident.cause, "")])[0]


def _last_good(m: Measurement | None) -> datetime | None:
    """Up to when everything that happened is visible, where that is what is measured."""
    proven = m.details.get("proven_until") if m and m.sli == freshness.SLI else None
    return proven if isinstance(proven, datetime) else None


def _reason(event: Event, incident: Incident, kind: Kind) -> str:
    """Why it is so; that a source system is silent is said while it is."""
    told = event.reason or event.note or incident.reason
    return _in_full(told, incident) if kind in _CALLS else told


def _in_full(reason: str, incident: Incident) -> str:
    system = system_of(incident.cause)
    return reason if system is None else f"the source system `{system}` gives no sign of life: {reason}"


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
