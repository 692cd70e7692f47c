"""What of the mesh a person asked to see: a file or folder, a domain or a product, wherever its findings lie."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from mesh_platform import names
from mesh_platform.cli.elsewhere import in_mesh, judge_this_one
from mesh_platform.environment import Environment, EnvironmentProblem
from mesh_platform.manifest.finding import Finding, domain_of
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.manifest.plain_text import one_line

NO_PRODUCT: Final = "the mesh has no product yet; write domains/<domain>/<product>/data-product.yaml"
NONE_NAMED: Final = "no product lies in what you named"
_SHOWN: Final = 8
"""Names that a sentence lists."""


def products_named(mesh: Mesh, given: Sequence[str]) -> frozenset[str] | None:
    """Products by their own names or their domain's; None for all. Raises UsageError for what is neither."""
    if not given:
        return None
    found: set[str] = set()
    for name in given:
        if name in mesh.known_products:
            found.add(name)
        elif name in mesh.known_domains:
            found |= {p for p in mesh.known_products if p.partition(".")[0] == name}
        else:
            raise click.UsageError(f"there is no product or domain `{one_line(name)}`; there are: {_there_are(mesh)}")
    return frozenset(found)


def _there_are(mesh: Mesh) -> str:
    known = sorted(mesh.known_domains | mesh.known_products)
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return ", ".join(known[:_SHOWN]) + more if known else "none"


def path_in_mesh(environment: Environment, here: Path | None, path: str) -> str:
    """A path, or the name of a domain or product, as findings spell it; `here`: the current directory, if there is one.

    Raises EnvironmentProblem for what does not exist or lies elsewhere: what stands here is meant before what is called
    the same in the mesh.
    """
    named = f"{names.DOMAINS_FOLDER}/{path.replace('.', '/', 1)}"
    bases = [base for base in (here, environment.root) if base is not None]
    tried = [*(base / path for base in bases), *([environment.root / named] if os.sep not in path else [])]
    there = next((p for p in map(_normal, tried) if _is_there(p)), None)
    if there is None:
        raise EnvironmentProblem(f"`{path}` does not exist")
    inside = in_mesh(environment, there)
    if inside is None:
        raise EnvironmentProblem(
            f"`{path}` is not part of the mesh at `{environment.root}`; {judge_this_one(environment, there)}"
        )
    return inside


def narrowed(findings: Sequence[Finding], paths: Sequence[str]) -> Sequence[Finding]:
    """The findings at or below one of the paths, and those about a domain or product whose folder is one of them; all
    when there are none."""
    if not paths or "." in paths:
        return findings
    return [f for f in findings if any(_is_below(f, path) or _is_about(f, path) for path in paths)]


def _is_below(finding: Finding, path: str) -> bool:
    return finding.path == path or finding.path.startswith(f"{path}/")


def _is_about(finding: Finding, path: str) -> bool:
    """Whether the folder is the product's, or the domain's: a domain's dbt project lies beside it."""
    top, *steps = path.split("/")
    if top != names.DOMAINS_FOLDER:
        return False
    whose = (finding.product or "").partition(".")[0] or domain_of(finding.path)
    return whose == steps[0] if len(steps) == 1 else len(steps) == 2 and finding.product == ".".join(steps)


def _normal(path: Path) -> Path:
    return Path(os.path.normpath(path))


def _is_there(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:
        return False
