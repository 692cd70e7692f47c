"""From an event of an incident to what people are told of it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from mesh_platform import names
from mesh_platform.incidents.event import Event
from mesh_platform.incidents.event import Kind as Happened
from mesh_platform.incidents.incident import Incident, State
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.monitor.links import links
from mesh_platform.monitor.people import people
from mesh_platform.notifying.notice import Kind, Notice
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
    """One for each event that people hear of; `ui` is where the Dagster UI is, without a slash at its end."""
    measured = {(m.product, m.sli): m for m in found}
    events = list(events)
    left = [(e.incident, (e.product, e.sli)) for _, e in events if e.kind is Happened.LEFT and e.product and e.sli]
    for number, event in events:
        incident, kind = state.incidents.get(event.incident), _TOLD.get(event.kind)
        if incident and kind:
            gone = [key for of, key in left if of == event.incident]
            yield _notice(mesh, state, incident, kind, number, event, measured, ui, gone)


def _notice(
    mesh: Mesh,
    state: State,
    incident: Incident,
    kind: Kind,
    number: int | str,
    event: Event,
    measured: Mapping[tuple[str, str], Measurement],
    ui: str,
    gone: list[tuple[str, str]],
) -> Notice:
    keys = list(state.symptoms_of(incident.id)) or gone
    product_id, sli = _where(mesh, incident, event, keys)
    product = mesh.products.get(product_id)
    last_good = measured[product_id, sli].details.get("proven_until") if (product_id, sli) in measured else None
    return Notice(
        id=f"{incident.id}-{number}",
        incident=incident.id,
        kind=kind,
        severity=incident.severity,
        product=product_id,
        cause=incident.cause,
        sli=sli,
        symptoms=tuple(f"{p} {s}" for p, s in keys),
        reason=_reason(event, incident),
        at=event.at,
        began_at=incident.began_at,
        last_good_at=last_good if sli == "freshness" and hasattr(last_good, "isoformat") else incident.began_at,  # type: ignore[arg-type]
        links=links(mesh, product_id, sli, ui),
        blast_radius=tuple(_downstream(mesh, product_id)),
        **people(mesh, incident.cause, product),
    )


def _where(mesh: Mesh, incident: Incident, event: Event, keys: list[tuple[str, str]]) -> tuple[str, str]:
    """The promise the notice is about: the cause's own where it has one, and one that is not silent where there is."""
    named = [(event.product, event.sli)] if event.product and event.sli else []
    own = [key for key in keys if key[0] == incident.cause]
    wanted = [*named, *own, *keys]
    heard = [key for key in wanted if not mesh.notifications.silent(*key, event.at)]
    return (heard or wanted or [(incident.cause.removeprefix(names.SYSTEM_PREFIX), "")])[0]


def _reason(event: Event, incident: Incident) -> str:
    system = incident.cause.removeprefix(names.SYSTEM_PREFIX)
    if event.kind is Happened.MERGED:
        return f"its cause is another incident's: {event.other}"
    told = event.reason or event.note or incident.reason
    return told if system == incident.cause else f"the source system `{system}` gives no sign of life: {told}"


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
