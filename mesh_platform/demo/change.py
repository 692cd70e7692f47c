"""One committed change of one row of the orders service, before anything is said about files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

SYSTEM: Final = "orders_service_postgres"
"""The source system's name in domain.yaml, and its folder in the landing zone."""

Cell = str | int | None
Row = Mapping[str, Cell]

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "orders": {
        "id": "string",
        "customer_id": "string?",
        "status": "string",
        "total_amount_cents": "long",
        "currency_code": "string",
        "channel": "string?",
        "metadata": "string?",
        "created_at": "string",
        "updated_at": "string",
    },
    "returns": {
        "id": "string",
        "order_id": "string",
        "status": "string",
        "refund_amount_cents": "long",
        "currency_code": "string",
        "reason": "string?",
        "created_at": "string",
        "updated_at": "string",
    },
}
"""Table → column → its type in the envelope (`?`: may be null); times travel as ISO 8601 text in UTC."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Change(NamedTuple):
    """A change of one row: committed in the database, seen by the connector, delivered in a file.

    The three times are microseconds since 1970, UTC. They differ: a connector lags, a file may be hours late, and
    after a restart the connector sees the same commit again.
    """

    arrives: int
    committed: int
    seen: int
    table: str
    op: str
    """c, u, d, or r for a row that was there when the capture began."""
    key: str
    row: Row | None
    """The row after the change; None for a delete."""
    snapshot: str = "false"
    """`false`, or the place of an `r` in the snapshot: first, true, last_in_data_collection, last."""


@dataclass(frozen=True)
class Window:
    """A stretch of time, its start included and its end not; microseconds since 1970, UTC."""

    since: int
    until: int

    def __contains__(self, moment: int) -> bool:
        return self.since <= moment < self.until


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of a moment that knows its zone."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(microseconds: int) -> datetime:
    """The UTC moment of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)


def iso(microseconds: int) -> str:
    """As Debezium writes a timestamptz: six digits, Z."""
    return f"{moment(microseconds):%Y-%m-%dT%H:%M:%S.%f}Z"
