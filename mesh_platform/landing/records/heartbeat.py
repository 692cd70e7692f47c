"""Heartbeats: the proof that a system is captured although nothing happens in it, and since when it was known."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.landing.envelopes.envelope import HEARTBEAT, PARSED
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse
from mesh_platform.warehouse.sql import any_of
from mesh_platform.warehouse.table import columns_of

_TABLES: Final = (
    f"""create table if not exists {names.HEARTBEATS} (
        system varchar primary key, last_heartbeat_at timestamptz not null, landed_at timestamptz)""",
    # without a key, whose index would be forty times as large as the rows; two rows of a minute would do no harm
    f"""create table if not exists {names.HEARTBEATS_BY_MINUTE} (
        system varchar not null, minute timestamptz not null, last_heartbeat_at timestamptz not null,
        landed_at timestamptz not null)""",
)


@dataclass(frozen=True)
class Heartbeat:
    """The last sign of life of a system, and the moment from which it vouches: it was not known before it landed."""

    system: str
    at: datetime
    landed_at: datetime


def ensure_heartbeats(warehouse: Warehouse) -> None:
    """Make the tables; one that an earlier version made learns when its heartbeats landed: as they were given."""
    for statement in _TABLES:
        warehouse.execute(statement)
    if "landed_at" not in dict(columns_of(warehouse, names.HEARTBEATS)):
        warehouse.execute(
            f"""insert into {names.HEARTBEATS_BY_MINUTE}
            select system, date_trunc('minute', last_heartbeat_at), last_heartbeat_at, last_heartbeat_at
            from {names.HEARTBEATS}"""
        )
        warehouse.execute(f"alter table {names.HEARTBEATS} add column landed_at timestamptz")


def note_heartbeats(warehouse: Warehouse, system: str, now: datetime) -> None:
    """Remember the last heartbeat of the batch."""
    last = warehouse.query(f"select max(_mesh_beat) from {PARSED} where _mesh_kind = '{HEARTBEAT}'")[0][0]
    if last is not None:
        remember_heartbeat(warehouse, system, last, now)


def remember_heartbeat(warehouse: Warehouse, system: str, at: datetime, now: datetime) -> None:
    """A heartbeat of `at` lands at `now`; a clock that is ahead of ours vouches for no more than now.

    The greatest is kept of all, and of those that landed within one minute (UTC).
    """
    warehouse.execute(
        f"""insert into {names.HEARTBEATS} (system, last_heartbeat_at, landed_at)
        values (?, least(?::timestamptz, ?::timestamptz), ?::timestamptz)
        on conflict do update set last_heartbeat_at = excluded.last_heartbeat_at, landed_at = excluded.landed_at
        where excluded.last_heartbeat_at > {names.HEARTBEATS.split(".")[1]}.last_heartbeat_at""",
        [system, at, now, now],
    )
    warehouse.execute(
        f"""merge into {names.HEARTBEATS_BY_MINUTE} as m
        using (select ? as system, date_trunc('minute', ?::timestamptz) as minute,
            least(?::timestamptz, ?::timestamptz) as at, ?::timestamptz as landed_at) n
        on m.system = n.system and m.minute = n.minute
        when matched and n.at > m.last_heartbeat_at
            then update set last_heartbeat_at = n.at, landed_at = n.landed_at
        when not matched then insert values (n.system, n.minute, n.at, n.landed_at)""",
        [system, now, at, now, now],
    )


def last_heartbeats(warehouse: Warehouse) -> list[Heartbeat]:
    """The last one of each system; also of a warehouse in which nothing has landed since an earlier version made it."""
    try:
        rows = warehouse.query(_last("coalesce(landed_at, last_heartbeat_at)"))
    except QueryRejected:
        there = dict(columns_of(warehouse, names.HEARTBEATS))
        if not there or "landed_at" in there:
            raise
        rows = warehouse.query(_last("last_heartbeat_at"))
    return [Heartbeat(*row) for row in rows]


def _last(landed_at: str) -> str:
    return f"select system, last_heartbeat_at, {landed_at} from {names.HEARTBEATS}"


def heard_by(warehouse: Warehouse, now: datetime) -> dict[str, datetime]:
    """System → the last heartbeat that had landed by `now`; of now itself without a look at the past."""
    beats = last_heartbeats(warehouse)
    known = {b.system: b.at for b in beats if b.landed_at <= now}
    later = [b.system for b in beats if b.landed_at > now]
    return known | _heard_before(warehouse, later, now) if later else known


def _heard_before(warehouse: Warehouse, systems: Collection[str], now: datetime) -> dict[str, datetime]:
    if not columns_of(warehouse, names.HEARTBEATS_BY_MINUTE):
        return {}
    rows = warehouse.query(
        f"""select system, max(last_heartbeat_at) from {names.HEARTBEATS_BY_MINUTE}
        where landed_at <= ? and system in {any_of(systems)} group by system""",
        [now],
    )
    return dict(rows)
