"""The orders service trading in its own database: the shop's changes as transactions, each committed once.

How far it got is kept in the database itself, in the same transactions: a service that is killed goes on from there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from mesh_platform.demo.change import COLUMNS, Change, micros
from mesh_platform.demo.envelope import SCHEMA
from mesh_platform.demo.shop import Book, advance, book_at, open_shop, snapshot
from mesh_platform.demo.state import State, reopened, state_of, state_text

Connection = psycopg.Connection[tuple[Any, ...]]

_SIZES: Final = (1, 3, 1, 2, 1, 1, 5, 2)
"""How many changes are committed together, in turn."""


@dataclass(frozen=True)
class Traded:
    """What was committed."""

    transactions: int = 0
    changes: int = 0


def is_open(connection: Connection) -> bool:
    """Whether the service has begun: its tables alone do not say so."""
    return bool(connection.execute("select 1 from service.clock").fetchall())


def open_service(connection: Connection, now: datetime, days: float, seed: int) -> int:
    """Fill the empty tables with what they held so many days ago; returns the number of rows."""
    shop = open_shop(seed, now - timedelta(days=days), has_database=True)
    rows = snapshot(shop)
    with connection.transaction():
        for row in rows:
            connection.execute(*_statement(row))
        connection.execute("insert into service.clock values (%s)", [state_text(State(shop, shop.captured))])
    return len(rows)


def book_of(connection: Connection, now: datetime) -> tuple[State, Book]:
    """What the service still has before it, as the database knows it."""
    kept = connection.execute("select state from service.clock").fetchall()
    state = reopened(state_of(str(kept[0][0])), micros(now))
    return state, book_at(state.shop, state.until)


def trade(connection: Connection, state: State, book: Book, now: datetime) -> tuple[State, Book, Traded]:
    """Commit everything that happened up to `now`."""
    book, changes = advance(book, micros(now))
    traded = Traded()
    for together in _transactions(changes):
        state = replace(state, until=together[-1].committed + 1)
        with connection.transaction(), connection.pipeline():
            for change in together:
                connection.execute(*_statement(change))
            connection.execute("update service.clock set state = %s", [state_text(state)])
        traded = Traded(traded.transactions + 1, traded.changes + len(together))
    return state, book, traded


def _transactions(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """Some alone, some together; never apart what was committed at the same moment."""
    began = turn = 0
    while began < len(changes):
        end = min(began + _SIZES[turn % len(_SIZES)], len(changes))
        while end < len(changes) and changes[end].committed == changes[end - 1].committed:
            end += 1
        yield changes[began:end]
        began, turn = end, turn + 1


def _statement(change: Change) -> tuple[bytes, list[Any]]:
    table, columns = f"{SCHEMA}.{change.table}", list(COLUMNS[change.table])
    if change.row is None:
        return f"delete from {table} where id = %s".encode(), [change.key]
    values = [change.row[c] for c in columns]
    if change.op == "u":
        assigned = ", ".join(f"{c} = %s" for c in columns)
        return f"update {table} set {assigned} where id = %s".encode(), [*values, change.key]
    marks = ", ".join("%s" for _ in columns)
    return f"insert into {table} ({', '.join(columns)}) values ({marks})".encode(), values
