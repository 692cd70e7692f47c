"""What a sensor asks: is there anything to land, and has anything changed since it last asked."""

from mesh_platform.environment import Environment
from mesh_platform.landing.ledger import known_generations, unknown
from mesh_platform.landing.survey import survey
from mesh_platform.landing.zone import FileGeneration
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.warehouse.protocol import Warehouse


def pending(mesh: Mesh, environment: Environment, warehouse: Warehouse | None, domain: str) -> list[FileGeneration]:
    """The domain's files that the ledger does not know yet, the oldest first; without a ledger (or warehouse) all.

    Reads only. Files of a zone that cannot be listed or landed are not among them: no landing would change that.
    """
    found = survey(mesh, environment, domain)
    files = [f for zone in found.files.values() for f in zone]
    return unknown(files, known_generations(warehouse, found.systems))


def zone_fingerprint(mesh: Mesh, environment: Environment, domain: str) -> str:
    """A digest of what the domain's zones hold: as long as it is the same, there is nothing new to ask the ledger."""
    return survey(mesh, environment, domain).fingerprint
