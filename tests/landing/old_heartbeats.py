"""The heartbeats as the version before kept them: the last of each system, and nothing of the past."""

from collections.abc import Mapping
from datetime import datetime

from mesh_platform.warehouse.duckdb import DuckDbWarehouse


def as_before(warehouse: DuckDbWarehouse, last: Mapping[str, datetime]) -> None:
    """The table of the version before instead of today's; `last`: system → its last heartbeat."""
    warehouse.execute("drop table if exists mesh_landing.heartbeats")
    warehouse.execute("drop table if exists mesh_landing.heartbeats_by_minute")
    warehouse.execute(
        "create table mesh_landing.heartbeats (system varchar primary key, last_heartbeat_at timestamptz not null)"
    )
    warehouse.insert("mesh_landing.heartbeats", ["system", "last_heartbeat_at"], list(last.items()))
