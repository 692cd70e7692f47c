"""Whom the cause of an incident concerns first."""

from mesh_platform.incidents.cause import system_of
from mesh_platform.manifest.mesh import Mesh, Product


def people(mesh: Mesh, cause: str, product: Product | None) -> dict[str, str]:
    """Who owns the cause: for a source system the domain that declares it, else who owns the product."""
    system = system_of(cause)
    for domain in mesh.domains.values():
        if system and any(s.name == system for s in domain.manifest.spec.source_systems):
            m = domain.manifest.metadata
            return {"owner": m.team, "oncall": m.oncall, "channel": m.slack_channel}
    if product is None:
        return {}
    p = product.manifest.metadata
    return {"owner": p.owner, "oncall": p.oncall, "channel": p.slack_channel}
