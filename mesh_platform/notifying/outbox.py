"""What has been told, has still to be told, and could not be: one row a delivery, in the warehouse."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.notifying.delivery import Delivery, State
from mesh_platform.notifying.notice import as_text, from_text
from mesh_platform.warehouse.protocol import Row, Warehouse
from mesh_platform.warehouse.sql import any_of, literal
from mesh_platform.warehouse.table import columns_of, ensure_table

_TABLE: Final = {
    "id": "varchar not null",
    "number": "bigint not null",  # the order of what happened
    "route": "varchar not null",  # what tells it from other routes, without a secret; or `log`
    "incident": "varchar not null",
    "event": "varchar not null",  # id of the notice
    "notice": "varchar not null",  # the notice as JSON
    "state": "varchar not null",  # pending | held | sent | dead | dropped
    "attempts": "bigint not null",
    "created_at": "timestamptz not null",
    "next_attempt_at": "timestamptz not null",
    "last_error": "varchar",
    "sent_at": "timestamptz",
}
_COLUMNS: Final = "id, number, route, notice, state, attempts, created_at, next_attempt_at, last_error, sent_at"


def ensure_outbox(warehouse: Warehouse) -> None:
    """Make the table where there is none, and the columns that an earlier version did not know."""
    ensure_table(warehouse, names.NOTIFICATIONS, _TABLE)


def has_outbox(warehouse: Warehouse) -> bool:
    """Whether anything was ever to be told."""
    return bool(columns_of(warehouse, names.NOTIFICATIONS))


def about(warehouse: Warehouse, incidents: Iterable[str]) -> dict[str, Delivery]:
    """Every delivery of these incidents, and all that is held, in order."""
    return _read(warehouse, f"incident in {any_of(incidents)} or state = {literal(State.HELD)}")


def in_states(warehouse: Warehouse, states: Iterable[State]) -> dict[str, Delivery]:
    """Every delivery in one of these states, in order."""
    return _read(warehouse, f"state in {any_of(states)}")


def these(warehouse: Warehouse, ids: Collection[str]) -> dict[str, Delivery]:
    """The deliveries of these ids, as they are now, in order."""
    return _read(warehouse, f"id in {any_of(ids)}") if ids else {}


def unreadable(warehouse: Warehouse) -> int:
    """How many of those that are not done with this version cannot read; they are left as they are, and not sent."""
    done = [state for state in State if state not in (State.PENDING, State.HELD)]
    return sum(d is None for d in map(_delivery, _rows(warehouse, f"state not in {any_of(done)}")))


def next_number(warehouse: Warehouse) -> int:
    """After that of every delivery there is."""
    ((last,),) = warehouse.query(f"select coalesce(max(number), 0) from {names.NOTIFICATIONS}")
    return int(last) + 1


def write(warehouse: Warehouse, before: Mapping[str, Delivery], after: Mapping[str, Delivery]) -> None:
    """Store what is new or has changed."""
    for name, delivery in after.items():
        if name not in before:
            _insert(warehouse, delivery)
        elif delivery != before[name]:
            _update(warehouse, delivery)


def _read(warehouse: Warehouse, where: str) -> dict[str, Delivery]:
    """Without those that this version cannot read."""
    return {d.id: d for d in map(_delivery, _rows(warehouse, where)) if d}


def _rows(warehouse: Warehouse, where: str) -> list[Row]:
    return warehouse.query(f"select {_COLUMNS} from {names.NOTIFICATIONS} where {where} order by number")


def _delivery(row: Row) -> Delivery | None:
    """None where another version wrote a notice or a state that this one does not know."""
    name, number, route, notice, state, attempts, created_at, next_attempt_at, last_error, sent_at = row
    try:
        told, stage = from_text(notice), State(state)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Delivery(
        id=name,
        number=number,
        route=route,
        notice=told,
        state=stage,
        attempts=attempts,
        created_at=created_at,
        next_attempt_at=next_attempt_at,
        last_error=last_error,
        sent_at=sent_at,
    )


def _insert(warehouse: Warehouse, d: Delivery) -> None:
    """Unless it is there, in words of another version."""
    row = [d.notice.incident, d.notice.id, d.id, d.number, d.route, as_text(d.notice), str(d.state), *_progress(d)]
    warehouse.execute(
        f"insert into {names.NOTIFICATIONS} (incident, event, {_COLUMNS}) select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
        f" where not exists (select 1 from {names.NOTIFICATIONS} where id = ?)",
        [*row, d.id],
    )


def _update(warehouse: Warehouse, d: Delivery) -> None:
    warehouse.execute(
        f"update {names.NOTIFICATIONS} set state = ?, attempts = ?, created_at = ?, next_attempt_at = ?,"
        " last_error = ?, sent_at = ? where id = ?",
        [str(d.state), *_progress(d), d.id],
    )


def _progress(d: Delivery) -> tuple[int, datetime, datetime, str | None, datetime | None]:
    return d.attempts, d.created_at, d.next_attempt_at, d.last_error, d.sent_at
