"""Counts by bucket, added up over the window and over each span that an alert looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mesh_platform.slo.burn import SPANS, Budget, Tally
from mesh_platform.slo.counting.bucket import BUCKET
from mesh_platform.warehouse.protocol import Row
from mesh_platform.warehouse.sql import epoch

_RECENT = timedelta(hours=6)
"""A bad bucket in this span before the end is where the badness of now may have begun."""


@dataclass(frozen=True)
class Tallies:
    """The settled events of one promise of one product."""

    whole: Tally
    since: datetime | None
    """The first bucket of the window that has events."""
    first_bad: datetime | None
    """The first bucket of the last hours in which the promise was not kept."""
    measured_at: datetime | None
    """When a bad one of these was first counted so, where counts are kept."""
    duplicates: int
    early: int
    recent: Mapping[timedelta, Tally]

    def began_at(self, minutes: int) -> datetime | None:
        """When the first bad bucket of the last hours was known to be bad, which takes so many minutes, and not before
        anybody found it so: what was complete once can be lost later."""
        if self.first_bad is None:
            return None
        settled = self.first_bad + BUCKET + timedelta(minutes=minutes)
        return max(settled, self.measured_at) if self.measured_at else settled

    def budget(self, objective_percent: float, window_days: int, until: datetime) -> Budget:
        """What the objective allows, at the end of the settled buckets."""
        observed = until - self.since if self.since else timedelta()
        return Budget(objective_percent / 100, timedelta(days=window_days), self.whole, observed, self.recent)


def sums(until: str, since: str, good: str = "good") -> str:
    """The select list that `tallies` reads, over rows of `bucket`, `total`, `duplicates`, `early` and `good`."""
    return f"{whole_sums(until, since, good)}, {recent_sums(until, since, good)}"


def whole_sums(until: str, since: str, good: str = "good") -> str:
    """The part of it that looks at the whole window."""
    window = f"bucket >= {since} and bucket < {until}"
    return ", ".join(
        [
            *_pair(window, good),
            f"min(bucket) filter ({window} and total > 0)",
            f"coalesce(sum(duplicates) filter ({window}), 0)",
            f"coalesce(sum(early) filter ({window}), 0)",
        ]
    )


def recent_sums(until: str, since: str, good: str = "good", measured_at: str = "") -> str:
    """The part of it that looks no further back than `SPANS[-1]`."""
    window = f"bucket >= {since} and bucket < {until}"

    def within(span: timedelta) -> str:
        # microseconds: to take an interval from a moment asks the calendar of its time zone, for each row
        return f"{window} and {epoch(until)} - {epoch('bucket')} <= {span // timedelta(microseconds=1)}"

    bad = f"filter ({within(_RECENT)} and {good} < total)"
    parts = [f"min(bucket) {bad}", f"min({measured_at}) {bad}" if measured_at else "cast(null as timestamptz)"]
    for span in SPANS:
        parts += _pair(within(span), good)
    return ", ".join(parts)


def _pair(condition: str, good: str) -> list[str]:
    return [f"coalesce(sum({column}) filter ({condition}), 0)" for column in (good, "total")]


def tallies(row: Row) -> Tallies:
    """A row of `sums`."""
    good, total, since, duplicates, early, first_bad, measured_at, *recent = row
    pairs = zip(recent[::2], recent[1::2], strict=True)
    return Tallies(
        Tally(int(good), int(total)),
        since,
        first_bad,
        measured_at,
        int(duplicates),
        int(early),
        {span: Tally(int(g), int(t)) for span, (g, t) in zip(SPANS, pairs, strict=True)},
    )
