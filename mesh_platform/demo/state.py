"""What a demo mesh remembers of its shop: enough to go on as if it had never been off."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from mesh_platform.demo.change import Window, iso, micros
from mesh_platform.demo.life import DAY
from mesh_platform.demo.shop import Shop
from mesh_platform.environment import EnvironmentProblem

LONGEST_GAP: Final = 14 * DAY
"""A shop that was off for longer takes no orders for the time before that."""


@dataclass(frozen=True)
class State:
    """A shop, and up to when its changes have been delivered (microseconds since 1970, UTC)."""

    shop: Shop
    until: int


def state_file(home: Path) -> Path:
    """Where the state lies: only where the demo filled the landing zone, and only there does the shop trade."""
    return home / "demo" / "shop.json"


def reopened(state: State, now: int) -> State:
    """The state with which the shop goes on at `now`: too long a gap is a time in which nobody could order."""
    if now - state.until <= LONGEST_GAP:
        return state
    gap = Window(state.until, now - LONGEST_GAP)
    return replace(state, shop=replace(state.shop, closed=(*state.shop.closed, gap)))


def read_state(path: Path) -> State | None:
    """The state kept there; None where there is none. Raises EnvironmentProblem for a file that is not ours."""
    try:
        return state_of(path.read_text())
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, OSError) as problem:
        raise EnvironmentProblem(
            f"the demo shop's state `{path}` is unreadable; remove it, and the shop stays closed"
        ) from problem


def write_state(path: Path, state: State) -> None:
    """Keep it, all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.tmp")
    half.write_text(state_text(state) + "\n")
    half.replace(path)


def state_text(state: State) -> str:
    """The state as JSON."""
    kept = {
        "seed": state.shop.seed,
        "captured": iso(state.shop.captured),
        "closed": [[iso(w.since), iso(w.until)] for w in state.shop.closed],
        "until": iso(state.until),
        "has_database": state.shop.has_database,
    }
    return json.dumps(kept, indent=2)


def state_of(text: str) -> State:
    """The state that is told by this JSON. Raises ValueError, KeyError or TypeError for other text."""
    kept = json.loads(text)
    closed = tuple(Window(_read(a), _read(b)) for a, b in kept["closed"])
    has_database = bool(kept.get("has_database", False))
    return State(Shop(int(kept["seed"]), _read(kept["captured"]), closed, has_database), _read(kept["until"]))


def _read(text: str) -> int:
    return micros(datetime.fromisoformat(text))
