"""One answer of the warehouse about one promise, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Verdict(StrEnum):
    """What on-call is told."""

    PASS = "pass"
    WARN = "warn"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Measurement:
    """A product's SLI at one moment: the value beside its target, and the verdict."""

    product: str
    sli: str
    verdict: Verdict
    reason: str
    value: float | None = None
    """Minutes for freshness, percent for completeness and accuracy."""
    target: float | None = None
    good: int | None = None
    total: int | None = None
    budget_remaining: float | None = None
    details: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    """What on-call wants to see besides: thresholds, stages, sample keys."""

    def as_json(self) -> dict[str, object]:
        """The machine interface's shape of a measurement."""
        shown = ("product", "sli", "value", "target", "verdict", "good", "total", "budget_remaining", "reason")
        return {name: getattr(self, name) for name in shown}


def unknown(product: str, sli: str, reason: str, target: float | None = None) -> Measurement:
    """No answer, and why: an outage is never counted as a broken promise."""
    return Measurement(product, sli, Verdict.UNKNOWN, reason, target=target)
