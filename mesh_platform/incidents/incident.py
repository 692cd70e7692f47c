"""An incident, its symptoms, and what is only suspected, as events tell them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from mesh_platform.incidents.condition import Key
from mesh_platform.slo.measurement import Severity


@dataclass(frozen=True)
class Suspicion:
    """A promise that is bad, or worse than its incident knows, and must be so at one more tick to count."""

    id: str
    at: datetime
    severity: Severity
    since: datetime
    reason: str


@dataclass(frozen=True)
class Symptom:
    """A promise that is broken for an incident's cause."""

    incident: str
    severity: Severity
    """The worst that was confirmed."""
    since: datetime
    reason: str
    recovering_at: datetime | None = None
    """The first of the good ticks without a bad one since."""


@dataclass(frozen=True)
class Incident:
    """One cause and the time it had: from the first sign of badness until every symptom had recovered."""

    id: str
    cause: str
    severity: Severity
    began_at: datetime
    opened_at: datetime
    called_at: datetime
    """When a person was last called: opened, or reopened."""
    reason: str
    reopened: int = 0
    """How often its cause came back within the grace time."""
    acknowledged_at: datetime | None = None
    """Since it was last opened or reopened."""
    acknowledged_by: str | None = None
    outlived_at: datetime | None = None
    """Since when the cause is over while symptoms are not."""
    restored_at: datetime | None = None
    """The first good tick of the symptom that recovered last."""
    farewell: str | None = None
    """Why the last symptom left."""
    closed_at: datetime | None = None
    """When that was confirmed."""
    merged_into: str | None = None

    @property
    def open(self) -> bool:
        return self.closed_at is None

    @property
    def state(self) -> str:
        if self.merged_into:
            return "merged"
        return "open" if self.open else "closed"

    @property
    def time_to_detect(self) -> timedelta:
        return max(self.opened_at - self.began_at, timedelta())

    @property
    def time_to_acknowledge(self) -> timedelta | None:
        """From the last call; None while nobody has."""
        return max(self.acknowledged_at - self.called_at, timedelta()) if self.acknowledged_at else None

    @property
    def time_to_restore(self) -> timedelta | None:
        """None while it is open, and for one whose time another incident tells."""
        if self.open or self.merged_into or self.restored_at is None:
            return None
        return max(self.restored_at - self.began_at, timedelta())


@dataclass(frozen=True)
class State:
    """All that a tick must know of what was before it: what is open, lately closed, or suspected."""

    incidents: Mapping[str, Incident] = field(default_factory=lambda: MappingProxyType({}))
    """By id."""
    symptoms: Mapping[Key, Symptom] = field(default_factory=lambda: MappingProxyType({}))
    """A promise is a symptom of at most one incident, which is open."""
    suspicions: Mapping[Key, Suspicion] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def open(self) -> list[Incident]:
        """In order of opening."""
        return sorted((i for i in self.incidents.values() if i.open), key=lambda i: (i.opened_at, i.id))

    def symptoms_of(self, incident: str) -> dict[Key, Symptom]:
        """In order of product and sli."""
        return {key: s for key, s in sorted(self.symptoms.items()) if s.incident == incident}
