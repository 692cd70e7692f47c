"""Where a person reads on: the check in the Dagster UI, the runbook, the product's page."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from mesh_platform import names
from mesh_platform.manifest.mesh import Mesh

RUNBOOK: Final = "docs/on-call.md"
LOCAL_UI: Final = "http://localhost:3000"


def ui_of(environ: Mapping[str, str]) -> str:
    """Where links to the UI lead; an address that a browser would run instead of open is none."""
    told = environ.get(names.ENV_UI_URL, "").strip().rstrip("/")
    return told if told.startswith(("http://", "https://")) else LOCAL_UI


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
