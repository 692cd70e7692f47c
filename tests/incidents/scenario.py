"""Promises as a test writes them, and a mesh whose ticks are told one after the other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from mesh_platform.incidents.condition import Condition
from mesh_platform.incidents.decide import decide
from mesh_platform.incidents.event import Event, Kind
from mesh_platform.incidents.fold import fold
from mesh_platform.incidents.incident import Incident, State
from mesh_platform.slo.measurement import Severity

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PAGE, TICKET = Severity.PAGE, Severity.TICKET
TOLD = frozenset({Kind.OPENED, Kind.ESCALATED, Kind.REOPENED, Kind.CLOSED, Kind.MERGED})


def minute(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def says(
    product: str,
    word: str,
    sli: str = "freshness",
    *,
    of: Iterable[str] = (),
    silent: str | None = None,
    began: datetime | None = None,
) -> Condition:
    """A condition by one word: good, page, ticket or unknown."""
    severity = Severity(word) if word in set(Severity) else None
    reason = f"{product} {sli} is {word}"
    return Condition(product, sli, severity, word != "unknown", reason, began, tuple(of), silent)


@dataclass
class Story:
    """All that was recorded so far."""

    events: list[Event] = field(default_factory=list)

    @property
    def state(self) -> State:
        return fold(self.events)

    def tick(self, at: float, *conditions: Condition) -> list[Kind]:
        """The kinds of what this minute's tick adds."""
        found = decide(self.state, conditions, minute(at))
        self.events += found
        return [event.kind for event in found]

    @property
    def open(self) -> list[Incident]:
        return self.state.open

    @property
    def only(self) -> Incident:
        """The only incident there ever was."""
        [incident] = self.state.incidents.values()
        return incident

    def heard(self) -> list[tuple[str, str | None]]:
        """(kind, cause) of what a person would hear of."""
        return [(e.kind.value, e.cause) for e in self.events if e.kind in TOLD]
