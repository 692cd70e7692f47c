"""One small table, a zone, an open warehouse."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.warehouse.duckdb import open_duckdb
from tests.landing.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with open_duckdb(tmp_path / "home" / "warehouse.duckdb") as warehouse:
        yield Scene(tmp_path / "home", warehouse)
