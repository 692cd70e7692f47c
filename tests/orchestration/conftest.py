"""A scene of its own for each module: preparing dbt projects costs seconds."""

import shutil
from collections.abc import Iterator

import dagster as dg
import pytest

from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.gather import gather
from mesh_platform.transformation.prepare import prepare
from mesh_platform.transformation.prepared import Prepared
from tests.conftest import PROJECT
from tests.orchestration.scene import Scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A copy of the shipped mesh, prepared, with nothing landed yet."""
    folder = tmp_path_factory.mktemp("scene")
    ignore = shutil.ignore_patterns("target", "logs", "dbt_packages")
    for name in ("domains", "dbt_projects"):
        shutil.copytree(PROJECT / name, folder / "root" / name, ignore=ignore)
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
