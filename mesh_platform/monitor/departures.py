"""The promises that left an incident: one that is kept again is told otherwise than one that has another cause."""

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

    def recovered(self, incident: str) -> list[Event]:
        """The promises that are kept again."""
        return [e for e in self.left if e.incident == incident and not e.other]

    def moved(self, incident: str, at: datetime) -> list[Event]:
        """Those that were still broken and went to another incident at this tick."""
        return [e for e in self.left if (e.incident, e.at) == (incident, at) and e.other]


def goes_on(moved: Iterable[Event]) -> dict[str, str]:
    """The incidents that they went to, and why, in words."""
    return {e.other: f"goes on as {e.other}: its cause is {in_words(e.cause or '')}" for e in moved if e.other}


def keys_of(events: Iterable[Event]) -> list[Key]:
    """The promises that the events are about."""
    return [(e.product, e.sli) for e in events if e.product and e.sli]
