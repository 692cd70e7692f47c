"""One look at all promises at one moment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mesh_platform.incidents.condition import Condition, Key, weight
from mesh_platform.incidents.incident import State

GRACE: Final = timedelta(minutes=30)
"""For so long a cause that comes back is the same incident, and one that is over explains what it left behind."""

PATIENCE: Final = timedelta(minutes=5)
"""For so long a symptom must have been good before it leaves an incident that was reopened once."""


@dataclass(frozen=True)
class Tick:
    """How every promise stands now; what is asked of one that is no longer made is good."""

    conditions: Mapping[Key, Condition]
    now: datetime
    grace: timedelta
    bad: tuple[Key, ...]
    """In order of product and sli."""
    products: frozenset[str]
    answering: frozenset[str]
    """The products of which something is known."""

    def at(self, key: Key) -> Condition:
        """The promise's condition."""
        product, sli = key
        gone = f"`{sli}` is no longer promised" if product in self.products else "the product is no longer in the mesh"
        return self.conditions.get(key) or Condition(product, sli, None, known=True, reason=gone)

    def bad_of(self, keys: Iterable[Key]) -> Iterator[tuple[Key, Condition]]:
        """Those of the promises that are bad."""
        return ((key, self.conditions[key]) for key in keys if key in self.conditions and self.conditions[key].bad)


def tick_of(conditions: Iterable[Condition], now: datetime, grace: timedelta = GRACE) -> Tick:
    """The order of the conditions means nothing; of two about one promise the worse counts."""
    found: dict[Key, Condition] = {}
    for condition in conditions:
        key = (condition.product, condition.sli)
        found[key] = max(found[key], condition, key=_rank) if key in found else condition
    bad = tuple(sorted(key for key, condition in found.items() if condition.bad))
    answering = frozenset(product for (product, _), condition in found.items() if condition.known)
    return Tick(found, now, grace, bad, frozenset(product for product, _ in found), answering)


def _rank(condition: Condition) -> tuple[bool, int, str, str, str]:
    began = condition.began_at.isoformat() if condition.began_at else ""
    return condition.known, weight(condition.severity), condition.reason, condition.silent_system or "", began


def patience(reopened: int, grace: timedelta = GRACE) -> timedelta:
    """How long a symptom must have been good before it leaves: what keeps coming back is not believed so soon.

    Nothing at first, for two good ticks are enough; then doubling with every reopening, up to the grace time.
    """
    return PATIENCE * min(2 ** (reopened - 1), grace / PATIENCE) if reopened else timedelta()


def matured(state: State, tick: Tick) -> list[Key]:
    """The suspicions of an earlier tick that this one confirms."""
    return sorted(key for key, s in state.suspicions.items() if s.at < tick.now and tick.at(key).bad)
