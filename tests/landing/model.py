"""What landing must come to, told once more in the simplest words: a list of changes, sorted, read one by one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

UNAVAILABLE = "__debezium_unavailable_value"
COLUMNS = ("size", "body", "note")


@dataclass(frozen=True)
class Event:
    """One change of one key at one place of the log; None for the key is a truncate of all."""

    lsn: int
    op: str
    key: str | None
    row: Mapping[str, Any] = field(default_factory=dict, hash=False)


def final_state(events: Iterable[Event]) -> dict[str, tuple[Any, ...]]:
    """Key → (op, deleted, lsn, size, body, note) after all of them."""
    state: dict[str, tuple[Any, ...]] = {}
    events = list(events)
    truncates = [e.lsn for e in events if e.key is None]
    for key in {e.key for e in events if e.key is not None}:
        last: tuple[Any, ...] = ()
        known: dict[str, Any] = {}
        for event in _of(key, events):
            _learn(known, event, events)
            last = (event.op, event.op == "d", event.lsn)
        gone = max((t for t in truncates if t > last[2]), default=None)
        last = last if gone is None else ("t", True, gone)
        state[key] = (*last, *(known.get(c) for c in COLUMNS))
    return state


def change_log(events: Iterable[Event]) -> list[tuple[Any, ...]]:
    """(lsn, op, deleted, key, size, body, note) of every change, with what was not repeated filled in."""
    events = list(events)
    log: list[tuple[Any, ...]] = [(e.lsn, "t", True, None, None, None, None) for e in set(events) if e.key is None]
    for key in {e.key for e in events if e.key is not None}:
        known: dict[str, Any] = {}
        for event in _of(key, events):
            told = _told(event)
            _learn(known, event, events)
            row = {c: known.get(c) if v == UNAVAILABLE else v for c, v in told.items()}
            log.append((event.lsn, event.op, event.op == "d", key, *(row.get(c) for c in COLUMNS)))
    return sorted(log, key=str)


def _of(key: str, events: list[Event]) -> list[Event]:
    return sorted({e for e in events if e.key == key}, key=lambda e: (e.lsn, e.op != "r"))


def _learn(known: dict[str, Any], event: Event, events: list[Event]) -> None:
    """What a delete says of the row is believed only where nothing was heard of the key before."""
    if event.op != "d":
        known |= {c: v for c, v in _told(event).items() if v != UNAVAILABLE} | {"heard": True}
        known |= {c: v for c, v in _inherited(event, events).items() if event.row.get(c) == UNAVAILABLE}
    elif not known:
        known |= _told(event) | {"heard": True}


def _inherited(event: Event, events: list[Event]) -> dict[str, Any]:
    """Of a row whose key changed: the row as it last was under its old key, which went on the same lsn."""
    old = {e.key for e in events if e.op == "d" and e.lsn == event.lsn and e.key != event.key}
    if event.op != "c" or UNAVAILABLE not in event.row.values() or len(old) != 1:
        return {}
    known: dict[str, Any] = {}
    row: dict[str, Any] = {}
    for earlier in _of(old.pop() or "", events):
        if earlier.lsn < event.lsn:
            _learn(known, earlier, events)
            row = row if earlier.op == "d" else {c: known.get(c) for c in COLUMNS}
    return row


def _told(event: Event) -> dict[str, Any]:
    """What the event says of the columns; a delete says nothing about those it does not have."""
    return (
        {c: event.row[c] for c in COLUMNS if c in event.row}
        if event.op == "d"
        else {c: event.row.get(c) for c in COLUMNS}
    )
