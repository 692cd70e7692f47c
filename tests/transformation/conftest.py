"""A mesh that a test may edit, and a dbt that only seems to parse where dbt itself is not the subject."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_platform.environment import Environment
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.transformation.refusal import Refusal


@pytest.fixture
def mesh(environment: Environment) -> Mesh:
    return gather(environment.root)


@pytest.fixture
def finance(environment: Environment) -> Path:
    return environment.dbt_projects / "finance"


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Stands in for dbt's parse: content with every project, and remembers which folders it was given."""
    seen: list[Path] = []

    def parse(folder: Path) -> None:
        seen.append(folder)
        (folder / "target").mkdir(exist_ok=True)
        (folder / "target/manifest.json").write_text(json.dumps({"metadata": {}, "nodes": {}}))

    monkeypatch.setattr("mesh_platform.transformation.prepare.parse_project", parse)
    monkeypatch.setattr("mesh_platform.transformation.prepare.verify", lambda *_: None)
    return seen


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Refusal], None]:
    """Makes the parse refuse from now on."""
    return lambda refused: monkeypatch.setattr(
        "mesh_platform.transformation.prepare.parse_project", lambda folder: refused
    )
