"""The promises that left an incident, and where they went: one that recovered is told otherwise than one that did not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from mesh_platform.incidents.cause import in_words
from mesh_platform.incidents.condition import Key
from mesh_platform.incidents.event import Event, Kind


@dataclass(frozen=True)
class Departures:
    """Of some events, those that tell of a promise that left, in order."""

    left: tuple[Event, ...]

    @classmethod
    def of(cls, events: Iterable[Event]) -> Self:
        """What left by these events."""
        return cls(tuple(e for e in events if e.kind is Kind.LEFT))

    def recovered(self, incident: str) -> list[Key]:
        """The promises that are kept again."""
        return _keys(e for e in self.left if e.incident == incident and not e.other)

    def moved(self, incident: str, at: datetime) -> list[Event]:
        """Those that were still broken and went to another incident at this tick."""
        return [e for e in self.left if (e.incident, e.at) == (incident, at) and e.other]


def moved_keys(moved: Iterable[Event]) -> list[Key]:
    """The promises that are still broken."""
    return _keys(moved)


def goes_on(moved: Iterable[Event]) -> dict[str, str]:
    """The incidents that they went to, and why, in words."""
    return {e.other: f"goes on as {e.other}: its cause is {in_words(e.cause or '')}" for e in moved if e.other}


def _keys(events: Iterable[Event]) -> list[Key]:
    return [(e.product, e.sli) for e in events if e.product and e.sli]
