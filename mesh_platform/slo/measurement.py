"""One answer of the warehouse about one promise, or why there is none."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from mesh_platform.manifest.mesh import Product
from mesh_platform.warehouse.protocol import WarehouseBusy, WarehouseUnavailable, in_a_line


class Verdict(StrEnum):
    """What on-call is told."""

    PASS = "pass"
    WARN = "warn"
    ERROR = "error"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """Whom badness concerns: page wakes somebody, a ticket waits until the morning."""

    PAGE = "page"
    TICKET = "ticket"


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


def each(products: Iterable[Product], sli: str, judge: Callable[[Product], Measurement]) -> list[Measurement]:
    """One product after the other; what goes wrong with one is its own `unknown`. An outage passes through."""
    return [_judged(product, sli, judge) for product in products]


def _judged(product: Product, sli: str, judge: Callable[[Product], Measurement]) -> Measurement:
    try:
        return judge(product)
    except (WarehouseBusy, WarehouseUnavailable):
        raise
    except Exception as problem:  # noqa: BLE001  whatever it is, it must not cost the other products their verdicts
        return unknown(product.id, sli, could_not(problem))


def could_not(problem: Exception) -> str:
    """The reason of an `unknown` that nobody foresaw."""
    return f"it could not be judged: {type(problem).__name__}: {in_a_line(problem)}"


def said(moment: datetime) -> str:
    """A moment as a reason names it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def told_minutes(minutes: float) -> str:
    """A span as people say it: minutes up to two hours, hours up to two days."""
    if minutes < 2 * 60:
        return f"{minutes:.1f} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:,.1f} d"
