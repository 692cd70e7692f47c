"""A scene of its own for each module: preparing dbt projects costs seconds."""

from collections.abc import Iterator

import dagster as dg
import pytest

from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.gather import gather
from mesh_platform.transformation.prepare import prepare
from mesh_platform.transformation.prepared import Prepared
from tests.conftest import copied_mesh
from tests.orchestration.scene import Scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A copy of the shipped mesh, prepared, with nothing landed yet."""
    folder = tmp_path_factory.mktemp("scene")
    copied_mesh(folder / "root")
    home = folder / "home"
    made = Environment(folder / "root", home, Target.DUCKDB, str(home / "landing"))
    for outcome in prepare(gather(made.root), made).values():
        assert isinstance(outcome, Prepared), outcome
    with dg.DagsterInstance.ephemeral() as instance:
        yield Scene(made, instance)


@pytest.fixture
def fresh(environment: Environment) -> Iterator[Scene]:
    """A mesh of its own for one test: nothing is prepared, nothing has landed."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield Scene(environment, instance)


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Where governance is told, of a mesh whose dbt projects count as prepared: preparing costs seconds."""
    monkeypatch.setattr("mesh_platform.orchestration.governance.is_stale", lambda *_: False)
    with dg.DagsterInstance.ephemeral() as made:
        yield made
