"""One notice on one route: the unit that is sent once, retried, held or given up."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from mesh_platform.notifying.notice import ENDS, Notice

LOG: Final = "log"
"""The route of what no route is configured for: a line in `$MESH_HOME/notifications.log`."""


class State(StrEnum):
    """How far a delivery has come."""

    PENDING = "pending"
    HELD = "held"
    """Nobody is told, for a mute or a maintenance window holds; told when it ends, if the incident is still open."""
    SENT = "sent"
    DEAD = "dead"
    """Given up; `mesh notifications retry` sends it again."""
    DROPPED = "dropped"
    """Never told: it was over, or said by a later notice, before anybody could be told."""


TOLD: Final = frozenset({State.PENDING, State.SENT, State.DEAD})
"""Whoever listens has heard of it, will, or should have."""


@dataclass(frozen=True)
class Delivery:
    """A notice on its way to one route."""

    id: str
    number: int
    """In the order of what happened: the deliveries of an incident on a route are never sent out of it."""
    route: str
    notice: Notice
    state: State
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    last_error: str | None = None
    sent_at: datetime | None = None

    @property
    def line(self) -> tuple[str, str]:
        """(route, incident): what has an order."""
        return self.route, self.notice.incident

    @property
    def opens(self) -> bool:
        """Whether the incident is open for whoever got it."""
        return self.notice.kind not in ENDS


def delivery_id(notice: str, route: str) -> str:
    """Short enough to be typed, and the same whenever the same is told on the same route."""
    return hashlib.sha256(f"{notice}\n{route}".encode()).hexdigest()[:12]
