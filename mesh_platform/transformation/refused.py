"""What dbt last had against a domain's project, kept for as long as the files are those that were refused."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Final

from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.transformation.fingerprint import sources
from mesh_platform.transformation.prepared import PrepareProblem
from mesh_platform.transformation.project import ProjectRefused

REFUSED: Final = "refused.json"


def remember(folder: Path, hash_: str, problem: PrepareProblem) -> None:
    """Keep why the sources of this hash were refused; whole or not at all."""
    kept = {"hash": hash_, "message": problem.message, "path": problem.path, "line": problem.line, "fix": problem.fix}
    half = folder / f".{REFUSED}.tmp"
    half.write_text(json.dumps(kept, indent=2) + "\n")
    half.replace(folder / REFUSED)


def forget(folder: Path) -> None:
    """What is prepared is not refused."""
    (folder / REFUSED).unlink(missing_ok=True)


def refused(mesh: Mesh, environment: Environment, domain: str) -> PrepareProblem | None:
    """Why the project as it stands was refused; None where it was not, or has changed since. Parses nothing."""
    with suppress(OSError, ValueError, KeyError, TypeError, ProjectRefused):
        kept = json.loads((environment.dbt_home / domain / REFUSED).read_text())
        if kept["hash"] == sources(mesh, environment, domain).hash:
            return PrepareProblem(domain, str(kept["message"]), str(kept["path"]), int(kept["line"]), str(kept["fix"]))
    return None
