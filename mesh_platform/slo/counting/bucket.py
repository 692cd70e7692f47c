"""Five minutes of event time: what promises are counted by."""

from datetime import UTC, datetime, timedelta
from typing import Final

from mesh_platform.warehouse.sql import epoch

BUCKET: Final = timedelta(minutes=5)
_SECONDS: Final = int(BUCKET.total_seconds())
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def bucket_of(moment: datetime) -> datetime:
    """The beginning of the bucket that `moment` lies in."""
    return moment - (moment - _EPOCH) % BUCKET


def bucket_sql(moment: str) -> str:
    """The same of a timestamptz expression."""
    return f"to_timestamp({_SECONDS} * ({epoch(moment)} // {_SECONDS * 1_000_000}))"
