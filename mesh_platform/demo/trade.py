"""The shop at work: a history up to now, then what happens from now on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from mesh_platform.demo.change import Window, micros
from mesh_platform.demo.delivery import deliver
from mesh_platform.demo.shop import Book, advance, book_at, open_shop, snapshot
from mesh_platform.demo.state import State, read_state, reopened, write_state
from mesh_platform.environment import EnvironmentProblem

EVERY_SECONDS: Final = 30.0
QUIET_SECONDS: Final = 60.0
"""Without a change, a heartbeat is delivered only this often: a file costs the mesh a run."""


class NothingToTrade(EnvironmentProblem):
    """There is no shop here: this landing zone was not filled by the demo, so nothing invented may be added to it."""


@dataclass(frozen=True)
class Filled:
    """What a delivery was: files written, change records in them."""

    files: int
    changes: int


def fill(zone: Path, state_file: Path, now: datetime, days: float, seed: int) -> Filled:
    """Deliver a new shop's snapshot and its history of so many days up to `now`."""
    shop = open_shop(seed, now - timedelta(days=days))
    until = micros(now)
    _, changes = advance(book_at(shop, shop.captured), until)
    everything = [*snapshot(shop), *changes]
    files = deliver(zone, Window(shop.captured, until), everything)
    write_state(state_file, State(shop, until))
    return Filled(len(files), len(everything))


def catch_up(zone: Path, state_file: Path, now: datetime) -> Filled:
    """Deliver what happened since the state was kept. Raises NothingToTrade where there is no state."""
    state, book = _restored(state_file, now)
    return _deliver(zone, state_file, state, book, now)[2]


def trade(
    zone: Path,
    state_file: Path,
    clock: Callable[[], datetime],
    pause: Callable[[float], bool],
    every: float = EVERY_SECONDS,
) -> None:
    """Catch up, then go on delivering until `pause` (which waits so many seconds) answers True.

    A crash between the files and the state delivers the same changes again later: at least once, as a connector does.
    """
    state, book = _restored(state_file, clock())
    while True:
        state, book, _ = _deliver(zone, state_file, state, book, clock())
        if pause(every):
            return


def _restored(state_file: Path, now: datetime) -> tuple[State, Book]:
    state = read_state(state_file)
    if state is None:
        home = state_file.parent.parent
        raise NothingToTrade(
            f"there is no demo shop in `{home}`; run `mesh demo` or `mesh up` with an empty MESH_HOME, which opens one"
        )
    state = reopened(state, micros(now))
    return state, book_at(state.shop, state.until)


def _deliver(zone: Path, state_file: Path, state: State, book: Book, now: datetime) -> tuple[State, Book, Filled]:
    until = micros(now)
    further, changes = advance(book, until)
    if until <= state.until or not (changes or until - state.until >= QUIET_SECONDS * 1_000_000):
        return state, book, Filled(0, 0)
    files = deliver(zone, Window(state.until, until), changes)
    state = replace(state, until=until)
    write_state(state_file, state)
    return state, further, Filled(len(files), len(changes))
