"""One row an incident and a suspicion, as `mesh_slo.incidents` holds them."""

from typing import Final

from mesh_platform.incidents.incident import Incident, State, Suspicion
from mesh_platform.warehouse.protocol import Row

COLUMNS: Final = (
    "state",
    "cause",
    "severity",
    "began_at",
    "opened_at",
    "acknowledged_at",
    "acknowledged_by",
    "restored_at",
    "ended_at",
    "merged_into",
)
"""What follows from the events; the id and the number of the first event stand beside."""


def rows_of(state: State) -> dict[str, Row]:
    """Id → its row. A suspicion that has ended has none; a closed incident keeps its own."""
    incidents = {i.id: _incident(i) for i in state.incidents.values()}
    return incidents | {s.id: _suspicion(s) for s in state.suspicions.values()}


def _incident(i: Incident) -> Row:
    told = (i.state, i.cause, i.severity, i.began_at, i.opened_at, i.acknowledged_at, i.acknowledged_by)
    return (*told, i.restored_at, i.closed_at, i.merged_into)


def _suspicion(s: Suspicion) -> Row:
    return ("suspected", None, s.severity, s.since, *[None] * 6)
