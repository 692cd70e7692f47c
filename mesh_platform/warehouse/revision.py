"""The warehouse's own clock: every landing and every publication is one numbered revision.

A row that landed carries the revision it landed in; a product row carries the revision its build had seen. So
"what is new since the last build" is a comparison of two integers, and never of two clocks.
"""

from datetime import datetime

from mesh_platform import names
from mesh_platform.warehouse.protocol import Warehouse


def ensure_revisions(warehouse: Warehouse) -> None:
    """Make the table of revisions where there is none."""
    warehouse.execute("create schema if not exists mesh_meta")
    warehouse.execute(
        f"create table if not exists {names.REVISIONS}"
        " (revision bigint primary key, kind varchar not null, subject varchar not null,"
        " committed_at timestamptz not null)"
    )


def current_revision(warehouse: Warehouse) -> int:
    """The last committed revision; 0 in a new warehouse."""
    return int(warehouse.query(f"select coalesce(max(revision), 0) from {names.REVISIONS}")[0][0])


def next_revision(warehouse: Warehouse, kind: str, subject: str, now: datetime) -> int:
    """Take the next number inside the caller's transaction; `kind` is `landing` or `publication`."""
    revision = current_revision(warehouse) + 1
    warehouse.execute(f"insert into {names.REVISIONS} values (?, ?, ?, ?)", [revision, kind, subject, now])
    return revision
