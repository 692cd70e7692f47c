"""How fast an error budget is being spent, counted in events, and when somebody must hear of it.

A budget is (1 - objective) x the events of the window. An alert fires when a share of it went within its long span and
is still going within its short one (the spans and shares are the SRE workbook's). Shares are of events, not of time: at
night, when little happens, a bad minute costs what it costs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from mesh_platform.slo.measurement import Alert, Severity

FEWEST: Final = 5
"""Fewer bad events than these alert nobody, whatever share of a small budget they are."""


_USUAL: Final = timedelta(days=28)
"""The window that the shares are meant for."""
_DRIP: Final = "{bad:,} of the {total:,} events of the window broke the promise, also of late; the budget is spent"


@dataclass(frozen=True)
class Tally:
    """How many events of a span kept the promise, of how many."""

    good: int
    total: int

    @property
    def bad(self) -> int:
        return self.total - self.good


@dataclass(frozen=True)
class BurnSpan:
    """Somebody hears of it when this share of the budget went within `long`, and more is going within `short`."""

    severity: Severity
    share: float
    long: timedelta
    short: timedelta


BURN_SPANS: Final = (
    BurnSpan(Severity.PAGE, 0.02, timedelta(hours=1), timedelta(minutes=5)),
    BurnSpan(Severity.PAGE, 0.05, timedelta(hours=6), timedelta(minutes=30)),
    BurnSpan(Severity.TICKET, 0.10, timedelta(days=1), timedelta(hours=2)),
    BurnSpan(Severity.TICKET, 0.10, timedelta(days=3), timedelta(hours=6)),
)
SPANS: Final = tuple(sorted({s for b in BURN_SPANS for s in (b.long, b.short)}))
"""The spans, ending where the settled buckets end, that the alerts look at."""


@dataclass(frozen=True)
class Budget:
    """What an objective still allows to go wrong."""

    objective: float
    """The promised share, 0 to 1."""
    window: timedelta
    whole: Tally
    """The settled events of the window."""
    observed: timedelta
    """How much of the window has a history."""
    recent: Mapping[timedelta, Tally]
    """Span before the last settled bucket's end → its events."""

    @property
    def allowed(self) -> float:
        """Events that may go wrong in a full window, as many as there would be at the rate so far."""
        past = max(min(self.observed, self.window), timedelta(hours=1))
        return (1 - self.objective) * self.whole.total * (self.window / past)

    @property
    def left(self) -> float | None:
        """The share that is left of the budget of the events so far; below 0 the promise is broken.

        None where the objective allows nothing, or nothing happened.
        """
        allowed = (1 - self.objective) * self.whole.total
        return round(1 - self.whole.bad / allowed, 4) if allowed else None

    def burn(self, span: timedelta) -> float:
        """How many times as fast as the window allows the budget went within the span."""
        allowed = self.allowed
        return self.recent[span].bad / allowed * (self.window / span) if allowed else 0.0


def alerts(budget: Budget) -> tuple[Alert, ...]:
    """What fires now; the fastest span of a severity speaks for the others.

    What went fast enough to call somebody is no slow leak: it leaves no ticket behind when it is over.
    """
    went = [span for span in BURN_SPANS if _went(budget, span)]
    called = {span.short for span in went if span.severity is Severity.PAGE}
    for span in went:
        lately = {span.short} if span.severity is Severity.PAGE else {span.short, *called}
        if all(budget.burn(short) >= enough(budget, span) for short in lately):
            return (Alert(span.severity, _sentence(budget, span), budget.burn(span.long)),)
    if _drips(budget):
        return (Alert(Severity.TICKET, _DRIP.format(bad=budget.whole.bad, total=budget.whole.total), 0.0),)
    return ()


def pages(fired: Iterable[Alert]) -> bool:
    """Whether somebody must look now."""
    return any(alert.severity is Severity.PAGE for alert in fired)


def said_of(fired: Iterable[Alert]) -> str:
    """What the alerts say, as the end of a reason."""
    return "".join(f"; {alert.severity}: {alert.sentence}" for alert in fired)


def _drips(budget: Budget) -> bool:
    """Whether the budget is spent where so little happens that no span ever sees `FEWEST` events, and goes on being."""
    lately = budget.recent[SPANS[-1]]
    return lately.total < FEWEST <= budget.whole.bad and lately.bad > 0 and (budget.left or 0.0) < 0


def _went(budget: Budget, span: BurnSpan) -> bool:
    """Whether the share went within the long span, and was more than a few events."""
    several = budget.recent[span.long].bad >= FEWEST and span.long < budget.window
    return several and budget.burn(span.long) >= enough(budget, span)


def enough(budget: Budget, span: BurnSpan) -> float:
    """The burn from which a span counts: in a short window too it is none that the window allows."""
    return max(span.share * (budget.window / span.long), min(span.share * (_USUAL / span.long), 1.0))


def _sentence(budget: Budget, span: BurnSpan) -> str:
    tally, allowed, days = budget.recent[span.long], budget.allowed, budget.window.days
    went = f"{tally.bad:,} of {tally.total:,} events of {said_span(span.long)} broke the promise"
    share = f"{100 * tally.bad / allowed:.1f} % of the {days}-day budget"
    left = allowed - budget.whole.bad
    if left <= 0:
        return f"{went}, {share}; the budget is spent"
    return f"{went}, {share}; at this rate the rest of it is gone in {said_span(span.long * (left / tally.bad))}"


def said_span(span: timedelta) -> str:
    """A span as people say it."""
    return next(_spoken(span))


def _spoken(span: timedelta) -> Iterator[str]:
    minutes = span / timedelta(minutes=1)
    for unit, size, most in (("minute", 1, 100), ("hour", 60, 48), ("day", 1440, 10**9)):
        count = max(round(minutes / size), 1)
        if count < most or unit == "day":
            yield f"{count:,} {unit}{'' if count == 1 else 's'}"
