"""What is told to the warehouse: by a tick, and by people."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from mesh_platform.incidents.condition import Condition
from mesh_platform.incidents.decide import decide
from mesh_platform.incidents.event import Event, Kind
from mesh_platform.incidents.fold import fold
from mesh_platform.incidents.incident import State
from mesh_platform.incidents.store import append, history, mend, recent
from mesh_platform.incidents.tables import ensure_incidents
from mesh_platform.incidents.tick import GRACE
from mesh_platform.warehouse.protocol import Warehouse


class UnknownIncident(Exception):
    """There is no such incident."""


def tell_conditions(
    warehouse: Warehouse, conditions: Iterable[Condition], now: datetime, grace: timedelta = GRACE
) -> tuple[list[Event], State]:
    """What this tick changes, recorded, and the state after it."""
    _ready(warehouse)
    before = recent(warehouse, now, grace)
    events = decide(before, conditions, now, grace)
    return events, append(warehouse, before, events)


def acknowledge(warehouse: Warehouse, incident: str, by: str, note: str | None, now: datetime) -> Event:
    """A person has taken the incident on. Raises UnknownIncident."""
    return _said(warehouse, Event(incident, now, Kind.ACKNOWLEDGED, by=by, note=note))


def annotate(warehouse: Warehouse, incident: str, by: str, note: str, now: datetime) -> Event:
    """A person writes down what they found, also when it is over. Raises UnknownIncident."""
    return _said(warehouse, Event(incident, now, Kind.NOTED, by=by, note=note))


def _said(warehouse: Warehouse, event: Event) -> Event:
    _ready(warehouse)
    before = fold(history(warehouse, event.incident))
    if event.incident not in before.incidents:
        raise UnknownIncident(f"there is no incident `{event.incident}`")
    append(warehouse, before, [event])
    return event


def _ready(warehouse: Warehouse) -> None:
    """The rows of incidents are the way to their events, so they must be there before anything is decided."""
    ensure_incidents(warehouse)
    mend(warehouse)
