"""Incidents in the warehouse: events are appended; what follows from them is kept beside, and can be made anew.

The row of an incident says from which event on it is told. So a tick reads the few events of what is open, suspected or
lately closed, however long the history is, and state is still only what events say.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final

from mesh_platform import names
from mesh_platform.incidents.condition import Key
from mesh_platform.incidents.event import Event, Kind
from mesh_platform.incidents.fold import EMPTY, fold
from mesh_platform.incidents.incident import State
from mesh_platform.incidents.projection import COLUMNS, rows_of
from mesh_platform.incidents.tick import GRACE
from mesh_platform.slo.measurement import Severity
from mesh_platform.warehouse.protocol import QueryRejected, Row, Warehouse
from mesh_platform.warehouse.sql import any_of, identifier

_ATTRIBUTES: Final = {"at": "happened_at", "by": "said_by"}
"""What a column cannot be called without quotes in every query."""
_EVENT: Final = tuple(field.name for field in fields(Event))
_COLUMNS: Final = tuple(_ATTRIBUTES.get(name, name) for name in _EVENT)
_SHOWN: Final = ", ".join(identifier(column) for column in _COLUMNS)
_KINDS, _SEVERITIES = frozenset(Kind), frozenset(Severity)
_UNDERSTOOD: Final = f"coalesce(kind in {any_of(Kind)}, false) and (severity is null or severity in {any_of(Severity)})"
"""What this version can tell an incident from; another version may write more."""
_AT_ONCE: Final = 500
"""Rows in one statement."""


def recent(warehouse: Warehouse, now: datetime, since: timedelta = GRACE, named: Collection[str] = ()) -> State:
    """What is open or suspected, what has closed since so long before `now`, and these incidents, however old."""
    old = f" or incident in {any_of(named)}" if named else ""
    return fold(_events_of(warehouse, f"ended_at is null or ended_at >= ?{old}", [now - since]))


def so_far(warehouse: Warehouse, now: datetime, since: timedelta = GRACE) -> State:
    """The same for whoever only reads; nothing where no tick has looked yet."""
    try:
        return recent(warehouse, now, since)
    except QueryRejected:
        return EMPTY


def whole(warehouse: Warehouse) -> State:
    """Everything there ever was, told from the first event on."""
    return fold(_told(warehouse.query(f"select {_SHOWN} from {names.INCIDENT_EVENTS} order by seq")))


def history(warehouse: Warehouse, incident: str) -> list[Event]:
    """The events of one incident, in order."""
    return _events_of(warehouse, "incident = ?", [incident])


def events_after(warehouse: Warehouse, seq: int) -> list[tuple[int, Event]]:
    """What was recorded after the event of this number (0: everything), each with its own.

    So whoever passes events on can remember how far they came, and a crash between recording and passing on loses none.
    """
    rows = warehouse.query(f"select seq, {_SHOWN} from {names.INCIDENT_EVENTS} where seq > ? order by seq", [seq])
    return [(int(seq), event) for seq, *told in rows for event in _told([told])]


def afflicted(warehouse: Warehouse, incidents: Iterable[str]) -> dict[str, list[Key]]:
    """Incident → every promise that ever was a symptom of it, in order."""
    asked = (
        f"select distinct incident, product, sli from {names.INCIDENT_EVENTS}"
        f" where kind = '{Kind.JOINED}' and incident in {any_of(incidents)} order by all"
    )
    found: dict[str, list[Key]] = {}
    for incident, product, sli in warehouse.query(asked):
        found.setdefault(incident, []).append((product, sli))
    return found


def last_event(warehouse: Warehouse) -> int:
    """The number of the last event there is; 0 without any."""
    return int(warehouse.query(f"select coalesce(max(seq), 0) from {names.INCIDENT_EVENTS}")[0][0])


def named(warehouse: Warehouse, beginning: str) -> list[str]:
    """The incidents, no mere suspicions, whose id begins so."""
    asked = f"select incident from {names.INCIDENTS} where state <> 'suspected' and starts_with(incident, ?) order by 1"
    return [incident for (incident,) in warehouse.query(asked, [beginning])]


def append(warehouse: Warehouse, before: State, events: Sequence[Event]) -> State:
    """Record the events and what follows from them, all or nothing; `before` is the state that they change."""
    if not events:
        return before
    after = fold(events, before)
    with warehouse.transaction():
        last = last_event(warehouse)
        numbered = [(seq, *_row(event)) for seq, event in enumerate(events, last + 1)]
        _insert(warehouse, names.INCIDENT_EVENTS, ("seq", *_COLUMNS), numbered)
        _project(warehouse, rows_of(before), rows_of(after), _firsts(events, last))
    return after


def unreadable(warehouse: Warehouse) -> int:
    """How many events of what is not over this version does not understand; they are left as they are."""
    asked = (
        f"select count(*) from {names.INCIDENT_EVENTS} where not ({_UNDERSTOOD})"
        f" and incident in (select incident from {names.INCIDENTS} where ended_at is null)"
    )
    return int(warehouse.query(asked)[0][0])


def mend(warehouse: Warehouse) -> None:
    """Make the rows anew where events tell of an incident that has none: the table was lost, or emptied."""
    lost = (
        f"select count(*) from {names.INCIDENT_EVENTS} e where kind = '{Kind.OPENED}' and {_UNDERSTOOD}"
        f" and not exists (select 1 from {names.INCIDENTS} i where i.incident = e.incident)"
    )
    if warehouse.query(lost)[0][0]:
        rebuild(warehouse)


def rebuild(warehouse: Warehouse) -> None:
    """Make the rows of all incidents anew from the events."""
    told = warehouse.query(f"select {_SHOWN} from {names.INCIDENT_EVENTS} order by seq")
    numbered = warehouse.query(f"select incident, min(seq) from {names.INCIDENT_EVENTS} group by 1")
    with warehouse.transaction():
        warehouse.execute(f"delete from {names.INCIDENTS}")
        _project(warehouse, {}, rows_of(fold(_told(told))), dict(numbered))


def _events_of(warehouse: Warehouse, which: str, parameters: Sequence[object]) -> list[Event]:
    """The events of the incidents with such a row; nothing before the first of them is looked at."""
    known = warehouse.query(f"select incident, first_seq from {names.INCIDENTS} where {which}", parameters)
    if not known:
        return []
    first = min(int(seq) for _, seq in known)
    which = f"seq >= {first} and incident in {any_of(str(incident) for incident, _ in known)}"
    return _told(warehouse.query(f"select {_SHOWN} from {names.INCIDENT_EVENTS} where {which} order by seq"))


def _told(rows: Iterable[Sequence[Any]]) -> list[Event]:
    """Without those that this version does not understand."""
    return [
        Event(incident, at, Kind(kind), product, sli, severity and Severity(severity), *rest)
        for incident, at, kind, product, sli, severity, *rest in rows
        if kind in _KINDS and (severity is None or severity in _SEVERITIES)
    ]


def _row(event: Event) -> Row:
    return tuple(getattr(event, name) for name in _EVENT)


def _firsts(events: Sequence[Event], last: int) -> dict[str, int]:
    """Incident → the number of its first event among these."""
    found: dict[str, int] = {}
    for seq, event in enumerate(events, last + 1):
        found.setdefault(event.incident, seq)
    return found


def _project(
    warehouse: Warehouse, before: Mapping[str, Row], after: Mapping[str, Row], first: Mapping[str, int]
) -> None:
    """Rows as they are after; an incident keeps the number it began with."""
    changed = {incident for incident, row in after.items() if before.get(incident, row) != row}
    stale = any_of([*changed, *(before.keys() - after.keys())])
    known = warehouse.query(f"select incident, first_seq from {names.INCIDENTS} where incident in {stale}")
    if known:
        warehouse.execute(f"delete from {names.INCIDENTS} where incident in {stale}")
    begun = {**first, **dict(known)}
    rows = [(i, begun[i], *row) for i, row in after.items() if i in changed or i not in before]
    _insert(warehouse, names.INCIDENTS, ("incident", "first_seq", *COLUMNS), rows)


def _insert(warehouse: Warehouse, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Many rows a statement: one at a time, a storm of three thousand would take seconds."""
    listed, marks = ", ".join(map(identifier, columns)), ", ".join("?" for _ in columns)
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        values = ", ".join([f"({marks})"] * len(some))
        warehouse.execute(f"insert into {table} ({listed}) values {values}", [value for row in some for value in row])
