"""Numbers and moments as people read them, the same on a terminal and on the page."""

from datetime import UTC, datetime, timedelta
from math import floor

from mesh_platform.slo import freshness
from mesh_platform.slo.measurement import Measurement, Verdict, told_minutes


def percent(share: float) -> str:
    """A share of 100, never rounded up: 99.996 % is not all."""
    return f"{floor(share * 100 + 1e-6) / 100:.2f} %"


def objective(target: float) -> str:
    """A promised share, with the digits it was promised with."""
    return f"{target:g} %"


def value_of(m: Measurement) -> str:
    """What was measured; empty where it is no number."""
    if m.value is None:
        return ""
    return told_minutes(m.value) if m.sli == freshness.SLI else percent(m.value)


def target_of(m: Measurement) -> str:
    """What was promised; empty where it is no number."""
    if m.target is None:
        return ""
    return f"{m.target:g} min" if m.sli == freshness.SLI else objective(m.target)


def verdict_of(m: Measurement) -> str:
    """The verdict in words beside the value, for whoever sees no colours; a promise that is kept needs none."""
    value = value_of(m)
    word = ("" if value else "ok") if m.verdict is Verdict.PASS else m.verdict.value
    return " ".join(filter(None, (word, value)))


def budget(left: float) -> str:
    """What is left of a budget; `spent`, and how often, where nothing is."""
    return (
        f"{floor(100 * left + 1e-6)} %" if left >= 0 else "spent" if left > -1 else f"spent {1 - left:,.0f} times over"
    )


def since(moment: datetime, now: datetime) -> str:
    """How long ago."""
    return span(max(now - moment, timedelta()))


def span(length: timedelta) -> str:
    """So long."""
    return told_minutes(length / timedelta(minutes=1))


def short(moment: datetime) -> str:
    """A moment without its year."""
    told = moment.astimezone(UTC)
    return f"{told.day} {told:%b %H:%M}"
