"""The mesh that the commands of this process are about."""

from pathlib import Path

import pytest

from mesh_platform.environment import Environment
from tests.cli.desk import Desk


@pytest.fixture
def desk(environment: Environment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Somebody asks about a mesh of their own."""
    monkeypatch.setenv("MESH_ROOT", str(environment.root))
    monkeypatch.setenv("MESH_HOME", str(environment.home))
    monkeypatch.delenv("MESH_LANDING", raising=False)
    return Desk(environment, capsys)


@pytest.fixture
def mesh(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mesh that MESH_ROOT names; the current directory is elsewhere."""
    monkeypatch.setenv("MESH_ROOT", str(root))
    monkeypatch.setenv("MESH_HOME", str(root.parent / "home"))
    monkeypatch.chdir(root.parent)
    return root
