"""What a person decides about the quarantine: that nothing more is wanted of something, or that it is after all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.landing.records.item import Count
from mesh_platform.landing.records.quarantine import ensure_quarantine
from mesh_platform.landing.records.transactions import note_decided
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import literal
from mesh_platform.warehouse.table import columns_of

_LATEST: Final = f"(select max_by(generation, (landed_at, rowid)) from {names.LEDGER} l where l.path = q.path)"
"""What an earlier generation left has been replaced by what came after it."""


def dismiss(warehouse: Warehouse, path: str, because: str, now: datetime) -> Count:
    """A person wants nothing more of what is open of this path; how much that was. It stays, with the reason."""
    which = f"path = {literal(path)} and superseded_at is null"
    values = f"superseded_at = ?, dismissed_because = {literal(because)}"
    return _mark(warehouse, which, values, [now], dismissed=True)


def reopen(warehouse: Warehouse, path: str) -> Count:
    """What was dismissed of the latest generation of this path is open again; how much that was."""
    which = f"path = {literal(path)} and dismissed_because is not null and generation = {_LATEST}"
    return _mark(warehouse, which, "superseded_at = null, dismissed_because = null", [], dismissed=False)


def _mark(warehouse: Warehouse, which: str, values: str, parameters: Sequence[object], *, dismissed: bool) -> Count:
    if not columns_of(warehouse, names.QUARANTINE):
        return Count(0, 0)
    ensure_quarantine(warehouse)
    records = f"from {names.QUARANTINE} q where {which}"
    with warehouse.transaction():
        [count] = warehouse.query(
            f"select count(*) filter (record > 0), count(*) filter (record = 0) {records}",
        )
        note_decided(warehouse, records, dismissed=dismissed)
        warehouse.execute(f"update {names.QUARANTINE} as q set {values} where {which}", parameters)
    return Count(*count)
