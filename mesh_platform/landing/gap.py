"""Gaps: changes that must exist, since the source or the file names count them, and have not landed.

Nothing is remembered of a gap. It is asked for anew each time, so it closes when what was missing lands.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.landing.ledger import QUARANTINED
from mesh_platform.warehouse.protocol import Warehouse

SHOWN: Final = 5
"""As many gaps of a table are named, the oldest first."""
_OFFSETS: Final = r"([^/]+)\+([0-9]{1,9})\+([0-9]{1,17})\.[^/+]+$"
"""`<topic>+<partition>+<start offset>.<ext>`, as Kafka Connect's sinks name files."""


@dataclass(frozen=True)
class Gap:
    """One range that is missing."""

    what: str
    missing: int
    since: datetime


@dataclass(frozen=True)
class Gaps:
    """What is missing of one kind in one zone."""

    count: int
    missing: int
    since: datetime
    shown: tuple[Gap, ...]


Zones = Mapping[tuple[str, str], Gaps]
"""(system, source table) → its gaps; a zone without any is absent."""


def transaction_gaps(warehouse: Warehouse, systems: Collection[str]) -> Zones:
    """Transactions that ended with more changes of a table than have landed; since the end of the transaction."""
    rows = warehouse.query(
        f"""with short as (
            select system, source_table, transaction_id, min(ended_at) as since,
                max(expected) - sum(landed)::bigint as missing
            from {names.TRANSACTIONS} where list_contains(?, system) group by 1, 2, 3
            having max(expected) > sum(landed))
        select system, source_table, count(*), sum(missing)::bigint, min(since),
            min({{'since': since, 'id': transaction_id, 'missing': missing}}, {SHOWN})
        from short group by 1, 2""",
        [sorted(systems)],
    )
    return {
        (system, table): Gaps(
            count, missing, since, tuple(Gap(f"transaction `{g['id']}`", g["missing"], g["since"]) for g in oldest)
        )
        for system, table, count, missing, since, oldest in rows
    }


def offset_gaps(warehouse: Warehouse, systems: Collection[str]) -> Zones:
    """Ranges of offsets between files of a topic's partition that no file holds; since the file behind the range.

    A topic where most files do not join is none whose offsets count records: a log that is compacted, or one with
    transaction markers. A file that could not be read may hold all up to the next.
    """
    rows = warehouse.query(
        f"""with named as (
            select system, source_table, path, arg_max(rows_read, landed_at) as rows_read,
                arg_max(state, landed_at) as state,
                arg_max(coalesce(first_event_at, landed_at), landed_at) as since
            from {names.LEDGER}
            where list_contains(?, system) and contains(path, '+') and regexp_matches(path, '{_OFFSETS}')
            group by 1, 2, 3),
        files as (
            select system, source_table, since, state, rows_read,
                regexp_extract(path, '{_OFFSETS}', 1) || '+' || regexp_extract(path, '{_OFFSETS}', 2) as stream,
                regexp_extract(path, '{_OFFSETS}', 3)::bigint as first
            from named),
        ends as (
            select *, if(state = '{QUARANTINED}', lead(first) over later, first + rows_read) as next
            from files window later as (partition by system, source_table, stream order by first)),
        joins as (
            select *, max(next) over (partition by system, source_table, stream order by first
                rows between unbounded preceding and 1 preceding) as reached
            from ends),
        holes as (
            select *, count(*) over per_stream as pairs, count(*) filter (first > reached) over per_stream as open
            from joins where reached is not null
            window per_stream as (partition by system, source_table, stream))
        select system, source_table, count(*), sum(first - reached)::bigint, min(since),
            min({{'since': since, 'stream': stream, 'from': reached, 'to': first - 1}}, {SHOWN})
        from holes where first > reached and (pairs < 4 or open * 2 <= pairs) group by 1, 2""",
        [sorted(systems)],
    )
    return {
        (system, table): Gaps(count, missing, since, tuple(map(_range, oldest)))
        for system, table, count, missing, since, oldest in rows
    }


def _range(told: Mapping[str, object]) -> Gap:
    first, last, since = told["from"], told["to"], told["since"]
    if not (isinstance(first, int) and isinstance(last, int) and isinstance(since, datetime)):
        raise TypeError(f"not a range: {told}")
    return Gap(f"offsets `{first}` to `{last}` of `{told['stream']}`", last - first + 1, since)
