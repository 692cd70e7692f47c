"""How one promise stands at a tick, as far as incidents care."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mesh_platform.slo.measurement import Severity

Key = tuple[str, str]
"""(product id, sli): one promise."""

_WEIGHTS: Final[Mapping[Severity | None, int]] = {None: 0, Severity.TICKET: 1, Severity.PAGE: 2}


@dataclass(frozen=True)
class Condition:
    """One promise at one tick: good, bad and how badly, or unknown.

    A tick brings one for every promise of the mesh: a promise without one is no longer made. A product whose manifest
    cannot be read is unknown, not absent.
    """

    product: str
    sli: str
    severity: Severity | None
    """None: good."""
    known: bool
    """False: no answer could be had; it neither opens nor closes anything."""
    reason: str
    began_at: datetime | None = None
    """When the badness began, as far as the evidence says; None: at this tick."""
    causes: tuple[str, ...] = ()
    """What the product is made from: the ids of its direct input products, and `system:<name>` of source systems."""
    silent_system: str | None = None
    """The source system that gives no sign of life and thereby explains the badness."""

    @property
    def bad(self) -> bool:
        return self.known and self.severity is not None

    @property
    def good(self) -> bool:
        return self.known and self.severity is None


def weight(severity: Severity | None) -> int:
    """Good 0, ticket 1, page 2."""
    return _WEIGHTS[severity]


def worst(severities: Iterable[Severity]) -> Severity:
    """A page, if there is one among them."""
    return max(severities, key=weight, default=Severity.TICKET)
