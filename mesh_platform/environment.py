"""Where the mesh is read from and where its state lives: four variables, each with a default."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from mesh_platform import names

PROJECT_ROOT = Path(__file__).resolve().parent.parent
_BUCKET: Final = re.compile(r"gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](/[^/\x00-\x1f]+)*/*")
"""A bucket's name as Google Cloud Storage allows it, and a prefix without empty steps."""
LONGEST_SHOWN = 200
"""Characters of a value that a sentence repeats."""
_ROOM = "/".join(["x" * 100] * 5)
"""A folder is of no use where a path as deep as the mesh's own below it would be too long."""


class Target(StrEnum):
    """The engine that holds the mesh's tables."""

    DUCKDB = "duckdb"
    BIGQUERY = "bigquery"


class EnvironmentProblem(Exception):
    """The environment cannot serve the command; the text is one sentence a person can act on."""


@dataclass(frozen=True)
class Environment:
    """One moment's answer to: which mesh, which state, which engine, which landing zones."""

    root: Path
    home: Path
    target: Target
    landing: str
    """A folder or a `gs://` prefix; a source table's files lie below `<landing>/<system>/<schema.table>/`."""

    @property
    def domains(self) -> Path:
        return self.root / names.DOMAINS_FOLDER

    @property
    def dbt_projects(self) -> Path:
        return self.root / names.DBT_FOLDER

    @property
    def warehouse_file(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def dagster_home(self) -> Path:
        return self.home / "dagster"

    @property
    def dbt_home(self) -> Path:
        """Prepared dbt projects and artifacts; never in git."""
        return self.home / "dbt"


def read_environment(variables: Mapping[str, str]) -> Environment:
    """The environment these variables describe; raises EnvironmentProblem for a value that cannot be."""
    root = _folder(variables, names.ENV_ROOT, PROJECT_ROOT)
    home = _folder(variables, names.ENV_HOME, PROJECT_ROOT / ".mesh")
    if not root.is_dir():
        raise EnvironmentProblem(
            f"{names.ENV_ROOT} is `{_shown(str(root))}`, which is not a folder;"
            f" point it at the folder that holds `{names.DOMAINS_FOLDER}/`"
        )
    if home.exists() and not home.is_dir():
        raise EnvironmentProblem(f"{names.ENV_HOME} is `{_shown(str(home))}`, which is a file; point it at a folder")
    target = variables.get(names.ENV_TARGET) or Target.DUCKDB
    if target not in set(Target):
        raise EnvironmentProblem(
            f"{names.ENV_TARGET} is `{_shown(target)}`; it must be one of {', '.join(f'`{t}`' for t in Target)}"
        )
    return Environment(root=root, home=home, target=Target(target), landing=_landing(variables, home))


def _folder(variables: Mapping[str, str], name: str, default: Path) -> Path:
    value = variables.get(name)
    if not value:
        return default
    try:
        folder = Path(value).expanduser().resolve()
        (folder / _ROOM).exists()  # raises for what no file system can hold
        return folder
    except (OSError, RuntimeError, ValueError) as problem:
        raise EnvironmentProblem(
            f"{name} is `{_shown(value)}`, which cannot be a folder: {_reason(problem)}; point it at a folder"
        ) from problem


def _landing(variables: Mapping[str, str], home: Path) -> str:
    value = variables.get(names.ENV_LANDING) or ""
    if "://" not in value:
        return str(_folder(variables, names.ENV_LANDING, home / "landing"))
    if not _BUCKET.fullmatch(value) or not value.isprintable():
        raise EnvironmentProblem(
            f"{names.ENV_LANDING} is `{_shown(value)}`; it must be a folder or a prefix in a bucket, `gs://bucket/prefix`"
        )
    return value.rstrip("/")


def _reason(problem: Exception) -> str:
    return (getattr(problem, "strerror", None) or str(problem)).lower().rstrip(".")


def _shown(value: str) -> str:
    """The value as one short line, whatever it holds."""
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in value)
    return plain if len(plain) <= LONGEST_SHOWN else f"{plain[:LONGEST_SHOWN]}…"
