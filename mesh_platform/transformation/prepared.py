"""A domain's dbt project as it can be run: a folder named by the hash of all it was made from, never changed again."""

import re
from dataclasses import dataclass
from pathlib import Path

from mesh_platform.environment import Environment

POINTER = "current"
CODE = "DBT100"
FIX = "correct the project; until then its domain runs on what was prepared before"
_HASH = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True)
class Prepared:
    """A domain's dbt project with its contracts, profile and platform package, parsed."""

    domain: str
    hash: str
    project_dir: Path

    @property
    def manifest_path(self) -> Path:
        return self.project_dir / "target" / "manifest.json"


@dataclass(frozen=True)
class PrepareProblem:
    """Why a domain's project could not be made ready; what was ready before stays."""

    domain: str
    message: str
    path: str
    """Relative to MESH_ROOT, with forward slashes."""
    line: int = 1
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {CODE} {self.message}\n  fix: {self.fix}"


def prepared(environment: Environment, domain: str) -> Prepared | None:
    """What `mesh prepare` last made of the domain's project; None before it ever succeeded. Costs one small read."""
    folder = environment.dbt_home / domain
    try:
        pointed = (folder / POINTER).read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    ready = Prepared(domain, pointed, folder / pointed)
    return ready if _HASH.fullmatch(pointed) and ready.manifest_path.is_file() else None
