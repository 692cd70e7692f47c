"""Heartbeats: the proof that a system is captured although nothing happens in it."""

from datetime import datetime

from mesh_platform import names
from mesh_platform.landing.envelopes.envelope import HEARTBEAT, PARSED
from mesh_platform.warehouse.protocol import Warehouse


def note_heartbeats(warehouse: Warehouse, system: str, now: datetime) -> None:
    """Remember the last heartbeat of the system; a clock that is ahead of ours vouches for no more than now."""
    last = warehouse.query(f"select max(_mesh_beat) from {PARSED} where _mesh_kind = '{HEARTBEAT}'")[0][0]
    if last is not None:
        warehouse.execute(
            f"""insert into {names.HEARTBEATS} values (?, least(?::timestamptz, ?::timestamptz))
            on conflict do update set last_heartbeat_at = greatest(last_heartbeat_at, excluded.last_heartbeat_at)""",
            [system, last, now],
        )
