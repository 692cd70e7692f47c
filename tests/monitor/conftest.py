"""A monitor that is watched."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mesh_platform.manifest.mesh import Mesh
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from tests.monitor.watch import Watch
from tests.notifying.notices import PAGERDUTY, SLACK, WEBHOOK, config
from tests.notifying.receiver import receiving
from tests.slo.scene import ORDERS, Scene


@pytest.fixture
def watch(warehouse: DuckDbWarehouse, shipped_mesh: Mesh, tmp_path: Path) -> Iterator[Watch]:
    alone = {ORDERS: shipped_mesh.products[ORDERS]}
    mesh = replace(shipped_mesh, products=alone, notifications=config(SLACK, PAGERDUTY, WEBHOOK))
    with receiving() as receiver:
        yield Watch(Scene(warehouse, mesh), receiver, tmp_path / "home")
