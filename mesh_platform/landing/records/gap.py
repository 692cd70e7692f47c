"""Gaps: changes that must exist, since the source or the file names count them, and have not landed.

Nothing is remembered of a gap. It is asked for anew each time, so it closes when what was missing lands.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.landing.records.ledger import QUARANTINED
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import any_of

SHOWN: Final = 5
"""As many gaps of a table are named, the oldest first."""


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
    """Transactions that ended with more changes of a table than have landed; since the end of the transaction.

    Found by number first, since the engine groups numbers several times as fast as texts.
    """
    rows = warehouse.query(
        f"""with told as (
            select *, hash(system, source_table, transaction_id) as number
            from {names.TRANSACTIONS} where system in {any_of(systems)}),
        suspects as (select number from told group by 1 having max(expected) > sum(landed)),
        short as (
            select system, source_table, transaction_id, min(ended_at) as since,
                max(expected) - sum(landed) as missing
            from told semi join suspects using (number) group by 1, 2, 3 having max(expected) > sum(landed))
        select system, source_table, count(*), sum(missing), min(since),
            min({{'since': since, 'id': transaction_id, 'missing': missing}}, {SHOWN})
        from short group by 1, 2"""
    )
    return {
        (system, table): Gaps(
            count, missing, since, tuple(Gap(f"transaction `{g['id']}`", g["missing"], g["since"]) for g in oldest)
        )
        for system, table, count, missing, since, oldest in rows
    }


def offset_gaps(warehouse: Warehouse, systems: Collection[str]) -> Zones:
    """Ranges of offsets between files of a topic's partition that no file holds; since the file behind the range.

    Files are named `<topic>+<partition>+<start offset>.<ext>`, as Kafka Connect's sinks do. A topic where most files do
    not join is none whose offsets count records: a log that is compacted, or one with transaction markers. A file that
    could not be read may hold all up to the next.
    """
    rows = warehouse.query(
        f"""with named as (
            select system, source_table, path, split_part(path, '/', -1).split('+') as parts, rows_read, state,
                coalesce(first_event_at, landed_at) as since, landed_at
            from {names.LEDGER} where contains(path, '+') and system in {any_of(systems)}),
        latest as (
            select * from named
            where len(parts) = 3 and try_cast(parts[2] as integer) >= 0
                and try_cast(split_part(parts[3], '.', 1) as bigint) >= 0
            qualify row_number() over (partition by path order by landed_at desc) = 1),
        files as (
            select system, source_table, since, state, rows_read, parts[1] || '+' || parts[2] as stream,
                split_part(parts[3], '.', 1)::hugeint as first
            from latest),
        ends as (
            select *, if(state = '{QUARANTINED}', lead(first) over later, first + rows_read) as next
            from files window later as (partition by system, source_table, stream order by first)),
        joins as (
            select *, max(next) over (partition by system, source_table, stream order by first
                rows between unbounded preceding and 1 preceding) as reached
            from ends),
        holes as (
            select *, count(*) over per_stream as pairs, sum(if(first > reached, 1, 0)) over per_stream as open
            from joins where reached is not null
            window per_stream as (partition by system, source_table, stream))
        select system, source_table, count(*), sum(first - reached), min(since),
            min({{'since': since, 'stream': stream, 'from': reached, 'to': first - 1}}, {SHOWN})
        from holes where first > reached and (pairs < 4 or open * 2 <= pairs) group by 1, 2"""
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
