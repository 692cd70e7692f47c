"""The events of a product by bucket: how many must exist, are visible, and were visible in time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.mesh import Product
from mesh_platform.publishing.private import published_table, withdrawn_table
from mesh_platform.slo.counting.bucket import BUCKET, bucket_of, bucket_sql
from mesh_platform.warehouse.calendar import LAST
from mesh_platform.warehouse.sql import epoch, identifier, moment, relation, second

LATENCY: Final = "latency"
COMPLETENESS: Final = "completeness"
"""The promises that are counted, each in a column of its own."""

_SECOND_US: Final = 1_000_000
SKEW: Final = timedelta(minutes=1)
"""An event that was visible more than this before it happened was told by a clock that runs ahead."""
_AHEAD: Final = timedelta(days=1)


Stretch = tuple[datetime, datetime]
"""From a moment to another, which is not of it."""


@dataclass(frozen=True)
class Question:
    """A product, and what the warehouse has to tell its events by."""

    product: Product
    keys: tuple[str, ...]
    """The columns that tell one event from another; empty where `no_keys` says why there are none."""
    no_keys: str | None
    as_text: frozenset[str]
    """The keys that are a text in one of both tables and something else in the other."""
    time: str
    since: datetime
    """The beginning of the first bucket of the window."""
    now: datetime
    seen_by: datetime | None
    """Only what was visible by then counts; None: whatever is published now."""
    seen: bool
    """Whether the published table says since when each row was visible; otherwise each was always."""
    to_the_second: bool
    """Whether the product's event time is a moment, not a day."""
    withdrawn: bool
    """Whether it is on record, by these keys, which events consumers have seen and see no more."""
    stretches: tuple[Stretch, ...] = ()
    """What of the window is asked about, from the beginning of a bucket to that of another; empty: all of it."""

    @property
    def latest(self) -> datetime:
        """Events of a clock that runs a little ahead are counted already; those of a nonsensical one are not."""
        return self.now + _AHEAD if self.now < LAST - _AHEAD else LAST

    @property
    def counted(self) -> tuple[Stretch, ...]:
        """What is asked about, as stretches."""
        return self.stretches or ((self.since, LAST),)

    def only(self, since: datetime, buckets: Iterable[datetime]) -> "Question":
        """The same of the later events, and of a few buckets before, alone."""
        later = bucket_of(since)
        if later <= self.since:
            return self
        before = tuple((b, b + BUCKET) for b in sorted(buckets) if self.since <= b < later)
        return replace(self, stretches=(*before, (later, LAST)))

    def asked(self, at: str) -> str:
        """The condition that a moment, as SQL, is asked about."""
        told = " or ".join(f"{at} >= {moment(a)} and {at} < {moment(b)}" for a, b in self.counted)
        return f"({told}) and {at} <= {moment(self.latest)}"

    def counts(self) -> str:
        """Select `bucket`, and of its events `total`, `present`, `in_time`, `duplicates` and `early`.

        `early`: visible before they happened, which lateness is not; `in_time` holds for them as for any other.
        """
        events = self._expected_events() if self.keys else self._published_events()
        target = self.product.manifest.slo.freshness.target_minutes
        # microseconds: adding an interval to a moment asks the calendar of its time zone, for each of a million rows
        after = f"{epoch('_mesh_seen_at')} - {epoch('_mesh_event_at')}"
        return f"""select {bucket_sql("_mesh_event_at")} as bucket, count(*) as total,
            count(*) filter (copies > 0) as present,
            count(*) filter (copies > 0 and is_newest and {after} <= {target * 60 * _SECOND_US}) as in_time,
            coalesce(sum(copies - 1) filter (copies > 0), 0) as duplicates,
            count(*) filter (copies > 0 and {after} < {-int(SKEW.total_seconds()) * _SECOND_US}) as early
            from ({events})
            where {self.asked("_mesh_event_at")} group by 1"""

    def expected(self) -> str:
        """The events that must be there; a key may be told more than once, and its event happened when it was told
        first."""
        model = self.product.manifest.slo.completeness.expected or ""
        table = relation(names.internal_schema(self.product.domain), model)
        keys, at = _listed(self.keys), f"cast({identifier(self.time)} as timestamptz)"
        told = (
            f"select {keys}, {at} as _mesh_event_at from {table}"
            f" where {at} >= {moment(self.since)} and {at} <= {moment(self.latest)}"
        )
        if not self.stretches:
            return told
        asked = f"select {keys} from {table} where {self.asked(at)}"
        return (
            f"select {keys}, min(_mesh_event_at) as _mesh_event_at from ({told}) t"
            f" semi join ({asked}) a on {self.same('t', 'a')} group by {keys}"
            f" having {self.asked('min(_mesh_event_at)')}"
        )

    def same(self, one: str, other: str) -> str:
        """The condition that rows of two relations tell of one event."""

        def side(relation: str, key: str) -> str:
            column = f"{relation}.{identifier(key)}"
            return f"cast({column} as varchar)" if key in self.as_text else column

        return " and ".join(f"{side(one, k)} is not distinct from {side(other, k)}" for k in self.keys)

    def _expected_events(self) -> str:
        """Expected and published rows in one aggregation by key, which costs a third of joining them.

        A published row that tells an older event of the same key does not tell the expected one.
        """
        keys = _listed(self.keys)
        told = f"{second('max(_mesh_told_at)')} >= {second('min(_mesh_event_at)')}"
        newest = f"coalesce({told}, false)" if self.to_the_second else "true"
        nothing = "cast(null as timestamptz)"
        return (
            f"with expected as {'materialized ' if self.stretches else ''}({self.expected()})"
            f" select min(_mesh_event_at) as _mesh_event_at, count(_mesh_told_at) as copies,"
            f" min(_mesh_seen_at) as _mesh_seen_at, {newest} as is_newest"
            f" from (select {keys}, _mesh_event_at, {nothing} as _mesh_told_at, {nothing} as _mesh_seen_at"
            f" from expected"
            f" union all select {keys}, {nothing}, coalesce(_mesh_told_at, '-infinity'), _mesh_seen_at"
            f" from ({self.shown()}) p{self._asked()})"
            f" group by {keys} having min(_mesh_event_at) is not null"
        )

    def _asked(self) -> str:
        """What leaves the published rows that matter, where few events are asked for of many."""
        if not self.stretches:
            return ""
        return f" semi join expected e on {self.same('e', 'p')}"

    def _published_events(self) -> str:
        return (
            "select _mesh_told_at as _mesh_event_at, 1 as copies, _mesh_seen_at, true as is_newest"
            f" from ({self.shown()})"
        )

    def shown(self) -> str:
        """What consumers could read: the keys, the event time that was told, and since when.

        At a past moment that is what they had seen by then and was not withdrawn, though it may be by now.
        """
        seen = names.SEEN_COLUMN if self.seen else "to_timestamp(0)"
        told = ", ".join(
            [*map(identifier, self.keys), f"cast({identifier(self.time)} as timestamptz) as _mesh_told_at"]
        )
        rows = f"select {told}, {seen} as _mesh_seen_at from {published_table(self.product)}"
        if self.seen_by is None:
            return rows
        then = moment(self.seen_by)
        if self.withdrawn:
            gone = f"select {told} from {withdrawn_table(self.product)}"
            later = f"{names.WITHDRAWN_COLUMN} > {then} and {names.RETURNED_COLUMN} is null"
            away = f"{names.WITHDRAWN_COLUMN} <= {then} and coalesce({names.RETURNED_COLUMN} > {then}, true)"
            rows = (
                f"select p.* from ({rows} union all select {told}, {seen} from {withdrawn_table(self.product)}"
                f" where {later}) p anti join ({gone} where {away}) w on {self.same('p', 'w')}"
                f" and {second('p._mesh_told_at')} is not distinct from {second('w._mesh_told_at')}"
            )
        return f"select * from ({rows}) where _mesh_seen_at <= {then}"


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(identifier(c) for c in columns)
