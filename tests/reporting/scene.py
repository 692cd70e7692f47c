"""A mesh with a past: a month of events, an incident that is over, one that somebody is on."""

from dataclasses import replace
from datetime import datetime, timedelta

from mesh_platform import names
from mesh_platform.incidents.tables import ensure_incidents
from mesh_platform.incidents.told import acknowledge
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.monitor.tick import tick_in
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from tests.slo.scene import MINUTE, ORDERS, Scene, evenly

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def only_orders(mesh: Mesh) -> Mesh:
    return replace(mesh, products={ORDERS: mesh.products[ORDERS]})


def watched(scene: Scene, since: datetime, ticks: int) -> None:
    """The monitor, a minute a tick."""
    ensure_incidents(scene.warehouse)
    for n in range(ticks):
        tick_in(scene.warehouse, scene.mesh, since + n * MINUTE, 0)


def healthy(scene: Scene, now: datetime) -> None:
    """Four weeks of events, each visible five minutes after it happened, up to an hour ago."""
    scene.seen(evenly("e", 4000, now - 27 * DAY, now - HOUR), 5 * MINUTE)
    scene.beat(now)


def published(warehouse: DuckDbWarehouse, product: str, at: datetime) -> None:
    """It has taken in whatever its inputs had, and always will have."""
    warehouse.execute(
        f"insert into {names.PUBLICATIONS} by name select ? as product, '1.0.0' as schema_version,"
        " 'replace' as mode, ?::timestamptz as published_at, 1 as rows, 1 as new_rows, 999 as revision,"
        " 999 as through_revision",
        [product, at],
    )


def troubled(warehouse: DuckDbWarehouse, mesh: Mesh, now: datetime) -> Scene:
    """At `now` a connector is dead that was dead for an hour four days ago too, and somebody is on it."""
    scene = Scene(warehouse, mesh)
    published(warehouse, "finance.revenue_daily", now - 27 * DAY)
    then = now - 4 * DAY
    events = evenly("e", 4000, now - 27 * DAY, now - 3 * HOUR)
    late = {key for key, at in events if then < at < then + 6 * HOUR}
    scene.seen([e for e in events if e[0] in late], 3 * HOUR)
    scene.seen([e for e in events if e[0] not in late], 5 * MINUTE)
    warehouse.execute("delete from mesh_landing.ledger where landed_at > ?", [then])
    scene.beat(then - 100 * MINUTE)
    watched(scene, then - 5 * MINUTE, 2)
    scene.beat(then + 20 * MINUTE)
    watched(scene, then + 21 * MINUTE, 2)
    scene.beat(now - 100 * MINUTE)
    warehouse.execute("delete from mesh_slo.counted")  # what was published after those ticks is news to no revision
    watched(scene, now - 5 * MINUTE, 2)
    incident = warehouse.query("select incident from mesh_slo.incidents where state = 'open'")[0][0]
    acknowledge(warehouse, str(incident), "orders-oncall", "on it", now - 2 * MINUTE)
    return scene
