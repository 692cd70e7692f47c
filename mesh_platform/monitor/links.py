"""Where a person reads on: the check in the Dagster UI, the runbook, the product's page."""

from typing import Final
from urllib.parse import quote

from mesh_platform.manifest.mesh import Mesh

RUNBOOK: Final = "docs/on-call.md"


def links(mesh: Mesh, product: str, sli: str, ui: str) -> dict[str, str]:
    """The check of one promise and what on-call does about it; `ui` has no slash at its end."""
    pages = (mesh.policy.links.files or "").rstrip("/")
    runbook = f"{pages}/{RUNBOOK}#{sli}" if pages else f"{RUNBOOK}#{sli}"
    return {"check": check_url(ui, product, sli), "runbook": runbook}


def asset_url(ui: str, product: str) -> str:
    """The product's page in the Dagster UI."""
    return f"{ui}/assets/{quote(product.replace('.', '/', 1), errors='surrogateescape')}"


def check_url(ui: str, product: str, sli: str) -> str:
    """One check of the product there."""
    return f"{asset_url(ui, product)}?view=checks&checkDetail={quote(sli)}"
