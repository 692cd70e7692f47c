"""The shop as a pure function of its seed and the clock: what has been committed, and what arrives when.

A `Book` is what the shop still has before it. Advancing it in one step or in many gives the same changes, and
`book_at` gives the same book as advancing to that moment did: that is all a restart needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mesh_platform.demo.change import Change, Window, micros
from mesh_platform.demo.life import DAY, LONGEST_LIFE, commits, lives
from mesh_platform.demo.rhythm import MINUTE

BEFORE_CAPTURE = DAY
"""The shop had been open this long when the capture of its database began."""

_SNAPSHOT_ROWS = ("orders", "returns")


@dataclass(frozen=True)
class Shop:
    """One shop: its seed decides everything that happens in it."""

    seed: int
    captured: int
    """When the capture began: what was there then is snapshot; microseconds since 1970, UTC."""
    closed: tuple[Window, ...] = ()
    """When nobody could order: stretches too long to be filled in afterwards."""
    has_database: bool = False
    """Whether its changes are committed in a real database, which nothing reaches late or twice."""

    @property
    def opened(self) -> int:
        return self.captured - BEFORE_CAPTURE


@dataclass(frozen=True)
class Book:
    """What is before the shop at one moment: changes that have yet to arrive, and the first minute not yet drawn."""

    shop: Shop
    minute: int
    ahead: tuple[Change, ...]


def simulate(seed: int, start: datetime, end: datetime) -> Iterator[Change]:
    """Every change record of a shop captured from `start` that arrives before `end`, in the order of arrival."""
    shop = open_shop(seed, start)
    yield from snapshot(shop)
    yield from advance(book_at(shop, shop.captured), micros(end))[1]


def open_shop(seed: int, captured: datetime, *, has_database: bool = False) -> Shop:
    """A shop whose capture begins with the minute of `captured`."""
    return Shop(seed, micros(captured) // MINUTE * MINUTE, has_database=has_database)


def snapshot(shop: Shop) -> list[Change]:
    """The rows that were there when the capture began, as the connector reads them: table by table, on one lsn."""
    rows: dict[tuple[str, str], Change] = {}
    before = Window(shop.opened, shop.captured)
    for change in sorted(_drawn(shop, before), key=lambda c: c.committed):
        if change.committed in before:
            rows[change.table, change.key] = change
    alive = [c for table in _SNAPSHOT_ROWS for c in rows.values() if c.table == table and c.row is not None]
    return [_read(shop, c, _place(alive, n)) for n, c in enumerate(alive)]


def book_at(shop: Shop, at: int) -> Book:
    """The book as it stands at `at` (not before the capture began), from nothing but the shop; `at` in microseconds."""
    drawn = Window(max(shop.opened, at - LONGEST_LIFE), at)
    return Book(
        shop, _minute_after(at), tuple(c for c in _drawn(shop, drawn) if c.arrives >= at and _streamed(shop, c))
    )


def advance(book: Book, until: int) -> tuple[Book, list[Change]]:
    """The book at `until`, and what has arrived on the way there, in order of arrival."""
    new = _drawn(book.shop, Window(book.minute * MINUTE, until))
    ahead = sorted(
        (*book.ahead, *(c for c in new if _streamed(book.shop, c))), key=lambda c: (c.arrives, c.committed, c.key)
    )
    due = sum(1 for c in ahead if c.arrives < until)
    return Book(book.shop, max(book.minute, _minute_after(until)), tuple(ahead[due:])), ahead[:due]


def _drawn(shop: Shop, window: Window) -> Iterator[Change]:
    for minute in range(window.since // MINUTE, _minute_after(window.until)):
        if not any(minute * MINUTE in closed for closed in shop.closed):
            yield from (commits if shop.has_database else lives)(shop.seed, minute)


def _minute_after(moment: int) -> int:
    return -(-moment // MINUTE)


def _streamed(shop: Shop, change: Change) -> bool:
    return change.committed >= shop.captured


def _read(shop: Shop, change: Change, place: str) -> Change:
    at = shop.captured
    return change._replace(arrives=at, committed=at, seen=at, op="r", snapshot=place)


def _place(rows: list[Change], number: int) -> str:
    if number == 0:
        return "first"
    if number == len(rows) - 1:
        return "last"
    return "last_in_data_collection" if rows[number].table != rows[number + 1].table else "true"
