"""Which rows of a published table were visible at a moment, as far as the publications say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mesh_platform import names
from mesh_platform.slo.measurement import said
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse
from mesh_platform.warehouse.sql import identifier

_RECORD = f"""
select product,
    max(revision) filter (where published_at <= ?),
    count(*) filter (where published_at > ?),
    min(published_at) filter (where published_at > ? and mode = 'replace')
from {names.PUBLICATIONS} group by product"""


@dataclass(frozen=True)
class Record:
    """A product's publications beside a moment."""

    last: int | None
    """The revision of the last one by then."""
    since: int
    """How many came afterwards."""
    replaced_at: datetime | None
    """When one of those replaced the table, and with it what was visible."""


def publications(warehouse: Warehouse, now: datetime) -> Mapping[str, Record] | None:
    """Product → its record; None where no publication was ever recorded, and the tables must speak for themselves."""
    try:
        rows = warehouse.query(_RECORD, [now] * 3)
    except QueryRejected:
        return None
    return {product: Record(*rest) for product, *rest in rows}


def unknowable(record: Record | None, now: datetime) -> str | None:
    """Why nobody can tell what was visible at `now`; None when it can be told."""
    if record is None or not record.since:
        return None
    if record.last is None:
        return f"it had not been published by {said(now)}"
    if record.replaced_at:
        anew = f"the whole was published anew at {said(record.replaced_at)}"
        return f"what was visible at {said(now)} is not on record: {anew}"
    return None


def visible(record: Record | None) -> str:
    """The condition on a row of the published table, with its `where`; empty when every row was visible.

    A batch is built after the publication before it, so its rows carry that publication's revision or a later one.
    """
    if record is None or not record.since:
        return ""
    return f" where {identifier(names.REVISION_COLUMN)} < {record.last}"
