"""What happened to an incident: the only record there is; all else is told from it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from mesh_platform.slo.measurement import Severity


class Kind(StrEnum):
    """What an event says; `product` and `sli` name the promise, where it is about one."""

    SUSPECTED = "suspected"
    """A promise is bad, or worse than its incident knew, for the first tick."""
    CLEARED = "cleared"
    """The suspicion was not confirmed."""
    OPENED = "opened"
    """Something is wrong that no open incident tells of."""
    JOINED = "joined"
    """A promise is confirmed to be bad for the incident's cause: a symptom, or a symptom grown worse."""
    RECOVERING = "recovering"
    """A symptom was good for one tick."""
    RELAPSED = "relapsed"
    """It was bad again before it had been good for long enough to leave."""
    LEFT = "left"
    """It has recovered, or is a symptom of another incident."""
    ESCALATED = "escalated"
    """What could wait can wait no longer: ticket → page."""
    OUTLIVED = "outlived"
    """The cause is over and symptoms are not."""
    EXPLAINED = "explained"
    """The cause is back, and explains its symptoms again."""
    MERGED = "merged"
    """All of its symptoms turned out to have another incident's cause; `other` is that incident."""
    CLOSED = "closed"
    """Every symptom has recovered; `since` is when."""
    REOPENED = "reopened"
    """The same cause within the grace time."""
    ACKNOWLEDGED = "acknowledged"
    """A person (`by`) has taken it on."""
    NOTED = "noted"
    """A person (`by`) wrote something down."""


@dataclass(frozen=True)
class Event:
    """One thing that happened to an incident, or to a suspicion, which has an id of its own kind."""

    incident: str
    at: datetime
    """The tick that found it, or when a person said it."""
    kind: Kind
    product: str | None = None
    sli: str | None = None
    severity: Severity | None = None
    cause: str | None = None
    """A product id or `system:<name>`."""
    since: datetime | None = None
    """When what the event tells began, as far as the evidence says: badness, or for `left` and `closed` goodness."""
    reason: str | None = None
    other: str | None = None
    """The incident that a symptom went to, or came from."""
    by: str | None = None
    note: str | None = None


def identify(*subject: str, at: datetime) -> str:
    """The id of what begins with this subject at this tick: the same at every telling, and short enough to paste."""
    return sha256("\n".join([*subject, at.isoformat()]).encode()).hexdigest()[:12]
