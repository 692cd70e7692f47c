"""Where incidents are recorded: every event, and one row for each incident that follows from them."""

from typing import Final

from mesh_platform import names
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.table import ensure_table

_EVENTS: Final = {
    "seq": "bigint not null",  # 1, 2, 3 … in the order of recording
    "incident": "varchar not null",  # of an incident, or of a suspicion
    "happened_at": "timestamptz not null",  # the tick that found it, or when a person said it
    "kind": "varchar not null",  # suspected | cleared | opened | joined | left | escalated | closed | …
    "product": "varchar",
    "sli": "varchar",
    "severity": "varchar",  # page | ticket
    "cause": "varchar",  # a product id, or system:<name>
    "since": "timestamptz",  # when what it tells began, as far as the evidence says
    "reason": "varchar",
    "other": "varchar",  # the incident that a symptom went to, or came from
    "said_by": "varchar",  # the person who said it
    "note": "varchar",
}
_INCIDENTS: Final = {
    "incident": "varchar not null",
    "state": "varchar not null",  # suspected | open | closed | merged
    "first_seq": "bigint not null",  # of its events
    "cause": "varchar",
    "severity": "varchar not null",
    "began_at": "timestamptz not null",
    "opened_at": "timestamptz",
    "acknowledged_at": "timestamptz",
    "acknowledged_by": "varchar",
    "restored_at": "timestamptz",  # when the badness ended
    "ended_at": "timestamptz",  # when it was closed, or merged
    "merged_into": "varchar",
}


def ensure_incidents(warehouse: Warehouse) -> None:
    """Make the tables where there are none, and the columns that an earlier version did not know."""
    ensure_table(warehouse, names.INCIDENT_EVENTS, _EVENTS)
    ensure_table(warehouse, names.INCIDENTS, _INCIDENTS)
