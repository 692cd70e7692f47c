"""The landing sensor, asked once; and what its answer says."""

from collections.abc import Sequence
from datetime import UTC, datetime

import dagster as dg

from mesh_platform.landing.land import land
from mesh_platform.manifest.gather import gather
from mesh_platform.orchestration.sensors import landing_sensor
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.warehouse.duckdb import open_duckdb
from tests.orchestration.scene import ORDER_STEP, Scene

Answer = dg.SensorResult | dg.SkipReason


@dg.job
def refresh() -> None:
    """Stands for a landing run in the instance's records."""


def tick(
    scene: Scene,
    cursor: str | None = None,
    *,
    domain: str = "orders",
    keys: Sequence[dg.AssetKey] = ORDER_STEP,
    built: frozenset[str] = frozenset({"orders.order_events"}),
) -> Answer:
    """One tick of the sensor of a domain."""
    mesh = gather(scene.environment.root)
    sensor = landing_sensor(mesh, scene.environment, mesh.domains[domain], keys, built)
    with dg.build_sensor_context(instance=scene.instance, cursor=cursor) as context:
        result = sensor(context)
    assert isinstance(result, dg.SensorResult | dg.SkipReason)
    return result


def said(result: Answer) -> str:
    skip = result.skip_reason if isinstance(result, dg.SensorResult) else result
    return str(skip.skip_message if isinstance(skip, dg.SkipReason) else skip)


def requests(result: Answer) -> int:
    return len(result.run_requests or []) if isinstance(result, dg.SensorResult) else 0


def landed(scene: Scene) -> None:
    with open_duckdb(scene.environment.warehouse_file) as warehouse:
        ensure_publishing(warehouse)
        land(gather(scene.environment.root), scene.environment, warehouse, datetime.now(UTC), domain="orders")


def published(scene: Scene) -> None:
    scene.query(
        "insert into mesh_slo.publications select 'orders.order_events', '2.1.0', 'append', now(), now(), 1, 1, now(),"
        " max(revision), max(revision) + 1, null from mesh_meta.revisions"
    )
