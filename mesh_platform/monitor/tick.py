"""A tick of the monitor: judged, told to incidents, filed for people, and sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mesh_platform.environment import Environment
from mesh_platform.incidents.fold import EMPTY
from mesh_platform.incidents.incident import State
from mesh_platform.incidents.store import events_after, last_event, recent
from mesh_platform.incidents.store import unreadable as unreadable_events
from mesh_platform.incidents.told import tell_conditions
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.monitor.conditions import conditions
from mesh_platform.monitor.links import LOCAL_UI, ui_of
from mesh_platform.monitor.notices import notices
from mesh_platform.monitor.unheard import calls
from mesh_platform.notifying.deliver import DeliveryReport, Way, attempted, recorded
from mesh_platform.notifying.delivery import Delivery
from mesh_platform.notifying.delivery import State as Stage
from mesh_platform.notifying.enqueue import enqueue, unheard
from mesh_platform.notifying.outbox import in_states, unreadable
from mesh_platform.notifying.post import Post, post
from mesh_platform.notifying.sending import BUDGET_SECONDS
from mesh_platform.slo.accuracy import due, keep_audits
from mesh_platform.slo.measure import PROMISES, measure_and_keep
from mesh_platform.slo.measurement import Measurement
from mesh_platform.warehouse.protocol import (
    QueryRejected,
    Warehouse,
    WarehouseUnavailable,
    in_a_line,
    open_warehouse,
)


@dataclass(frozen=True)
class Tick:
    """What a tick found."""

    at: datetime
    measurements: tuple[Measurement, ...]
    untested: tuple[str, ...]
    """Products whose dbt tests are due."""
    state: State
    """The incidents that are open, closed within the day, or that there was something to tell of."""
    told: int
    """The number of the last event that people were told of."""
    pending: Mapping[str, Delivery]
    trouble: str | None = None
    """Why incidents are not told, or not all of them: another version, or a person, wrote what this one cannot read."""


def tick(
    mesh: Mesh, environment: Environment, environ: Mapping[str, str], clock: Callable[[], datetime], told: int
) -> Tick:
    """Everything but the sending; `told` is what the tick before came to. The clock is asked when it is our turn.

    Raises WarehouseBusy, WarehouseUnavailable: then nothing is known, and nothing is recorded.
    """
    if not environment.warehouse_file.exists():
        raise WarehouseUnavailable("there is no warehouse yet; the first landing makes it")
    with open_warehouse(environment) as warehouse:
        return tick_in(warehouse, mesh, clock(), told, ui_of(environ))


def tick_in(warehouse: Warehouse, mesh: Mesh, now: datetime, told: int, ui: str = LOCAL_UI) -> Tick:
    """The same in an open warehouse."""
    found = measure_and_keep(mesh, warehouse, mesh.products.values(), PROMISES, now)
    keep_audits(warehouse, now)
    judged = Tick(now, tuple(found), _untested(warehouse, mesh, now), EMPTY, told, {})
    try:
        return _told(warehouse, mesh, judged, ui)
    except (QueryRejected, ValueError, KeyError, TypeError) as problem:
        # what was measured is reported whatever becomes of incidents; the first tick that can tells what this did not
        why = f"incidents cannot be told, and people hear of none: {type(problem).__name__}: {in_a_line(problem)}"
        return replace(judged, trouble=why)


def _told(warehouse: Warehouse, mesh: Mesh, judged: Tick, ui: str) -> Tick:
    """The tick with what became of incidents, once people are to be told of it."""
    found, now, told = judged.measurements, judged.at, judged.told
    tell_conditions(warehouse, conditions(mesh, found, PROMISES), now)
    if told > last_event(warehouse):
        told = 0  # the warehouse is another one, or an older one, than the tick before saw
    news = events_after(warehouse, told)
    state = recent(warehouse, now, timedelta(days=1), {event.incident for _, event in news})
    enqueue(warehouse, list(notices(mesh, state, news, found, ui)), mesh.notifications, now)
    if silenced := unheard(warehouse):
        enqueue(warehouse, list(calls(mesh, state, silenced, found, ui, now)), mesh.notifications, now)
    return replace(
        judged,
        state=state,
        told=max((number for number, _ in news), default=told),
        pending=in_states(warehouse, [Stage.PENDING]),
        trouble=_not_understood(warehouse),
    )


def _not_understood(warehouse: Warehouse) -> str | None:
    counts = (events := unreadable_events(warehouse)), (deliveries := unreadable(warehouse))
    if not any(counts):
        return None
    return (
        f"this version cannot read {events} events of incidents and {deliveries} rows of the outbox; they are left as"
        " they are, and nobody is told of them"
    )


def _untested(warehouse: Warehouse, mesh: Mesh, now: datetime) -> tuple[str, ...]:
    try:
        return tuple(due(warehouse, mesh.products.values(), now))
    except QueryRejected:
        return ()


def send(
    found: Tick, mesh: Mesh, environment: Environment, environ: Mapping[str, str], by: Post = post
) -> DeliveryReport:
    """Tell people what is due. The warehouse is closed while we wait for others' servers. Raises WarehouseBusy."""
    tried = attempted(found.pending, Way(mesh.notifications, environ, environment.home, by), found.at, BUDGET_SECONDS)
    if not tried:
        return DeliveryReport(waiting=len(found.pending))
    with open_warehouse(environment) as warehouse:
        return recorded(warehouse, found.pending, tried, environment.home)
