"""What a test asks of the findings of a mesh, and of the file they are about."""

from pathlib import Path

from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.mesh import Mesh

MANIFEST = "domains/orders/order_events/data-product.yaml"
OTHER = "finance.revenue_daily"


def line_of(file: Path, text: str) -> int:
    """The line of a file that holds this text."""
    lines = file.read_text().split("\n")
    return next(number for number, line in enumerate(lines, 1) if text in line)


def one(mesh: Mesh, code: str) -> Finding:
    """The only finding of this code."""
    found = [f for f in mesh.findings if f.code == code]
    assert len(found) == 1, mesh.findings
    return found[0]
