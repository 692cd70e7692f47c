"""Whether it is on record what consumers could see at a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mesh_platform import names
from mesh_platform.slo.measurement import said
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse

_RECORD = f"""
select product,
    count(*) filter (where published_at <= ?),
    count(*) filter (where published_at > ?),
    min(published_at)
from {names.PUBLICATIONS} group by product"""


@dataclass(frozen=True)
class Record:
    """A product's publications beside a moment."""

    before: int
    since: int
    first_at: datetime
    """When consumers saw anything of it for the first time."""


def publications(warehouse: Warehouse, now: datetime) -> Mapping[str, Record] | None:
    """Product → its record; None where no publication was ever recorded, and the tables must speak for themselves."""
    try:
        rows = warehouse.query(_RECORD, [now] * 2)
    except QueryRejected:
        return None
    return {product: Record(*rest) for product, *rest in rows}


def unknowable(record: Record | None, now: datetime, *, seen: bool) -> str | None:
    """Why nobody can tell what was visible at `now`; None when it can be told.

    `seen`: the published rows tell since when each is visible, as every table does that this version has published.
    """
    if record is None or not record.since:
        return None
    if not record.before:
        return f"it had not been published by {said(now)}"
    return None if seen else f"what was visible at {said(now)} is not on record; from the next publication on it is"
