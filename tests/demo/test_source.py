"""The shop on a real PostgreSQL with a real Debezium: what lands is what the database holds, also after a restart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mesh_platform.cli.source import POSTGRES, opened
from mesh_platform.demo.extra import missing
from mesh_platform.environment import Environment
from mesh_platform.landing.land import land
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.warehouse.duckdb import DuckDbWarehouse

absent = missing()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(absent), reason=f"the extra `postgres` is not installed: {', '.join(absent)}"),
]


def test_it_trades_is_closed_and_goes_on_and_nothing_is_lost_or_doubled(
    shipped_mesh: Mesh, environment: Environment, warehouse: DuckDbWarehouse
) -> None:
    from mesh_platform.demo.comparison import compare

    mesh, now = replace(shipped_mesh, products={}), datetime.now(UTC)
    traded, duplicates = [], 0
    for later in (0, 9):
        at = now + timedelta(hours=later)
        with opened(POSTGRES, environment, mesh, at, 0.5, 7) as real:
            assert real
            duplicates += land(mesh, environment, warehouse, at).rows.duplicate
            with real.source.database.connect() as connection:
                found = compare(connection, warehouse, mesh)
                journal = connection.execute("select count(*) from service.journal").fetchone()
        assert [c.sentence for c in found if not c.equal] == []
        assert found[0].rows > 500
        traded.append(real.filling.changes)
        assert all(r.child.ended() is not None for r in real.source.running)
    assert min(traded) > 50
    assert duplicates == 0
    told = warehouse.query(
        "select (select count(*) from orders_cdc.orders__changes) + (select count(*) from orders_cdc.returns__changes)"
    )
    assert journal and told[0][0] == journal[0]
    assert [p.name for p in (environment.home / "demo").iterdir()] == ["source"]
