"""The monitor over a scene, and what people hear of it over real HTTP."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from mesh_platform import names
from mesh_platform.incidents.incident import Incident
from mesh_platform.incidents.store import whole
from mesh_platform.incidents.tables import ensure_incidents
from mesh_platform.manifest.mesh import Product
from mesh_platform.monitor.tick import Tick, tick_in
from mesh_platform.notifying.deliver import Way, attempted, recorded
from tests.notifying.notices import environ
from tests.notifying.receiver import Receiver
from tests.slo.scene import MINUTE, Scene, evenly

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Watch:
    """The monitor over a scene: a clock that only the test moves, and a server that hears what people are told."""

    def __init__(self, scene: Scene, receiver: Receiver, home: Path) -> None:
        self.scene, self.receiver, self.home = scene, receiver, home
        self.told = 0
        ensure_incidents(scene.warehouse)

    def tick(self, now: datetime) -> Tick:
        mesh = self.scene.mesh
        found = tick_in(self.scene.warehouse, mesh, now, self.told)
        way = Way(mesh.notifications, environ(self.receiver.url), self.home)
        recorded(self.scene.warehouse, found.pending, attempted(found.pending, way, now, 20), self.home)
        self.told = found.told
        return found

    def run(
        self,
        since: datetime,
        ticks: int,
        meanwhile: Callable[[datetime], None] = lambda now: None,
        every: timedelta = MINUTE,
    ) -> None:
        for n in range(ticks):
            meanwhile(since + n * every)
            self.tick(since + n * every)

    @property
    def incidents(self) -> list[Incident]:
        return sorted(whole(self.scene.warehouse).incidents.values(), key=lambda i: i.opened_at)

    def heard(self, path: str = "/webhook") -> list[str]:
        """What one of the routes was told."""
        bodies = [body for at, _, body in self.receiver.got if at.startswith(path)]
        return [body.get("kind") or body.get("event_action") or body["text"].split()[0] for body in bodies]


def healthy(watch: Watch, now: datetime) -> None:
    watch.scene.seen(evenly("e", 1000, now - 2 * DAY, now - HOUR), 5 * MINUTE)
    watch.scene.beat(now)


def readers(watch: Watch, pattern: Product, count: int, now: datetime) -> None:
    """The mesh with so many products that read the orders' events, and have been published."""

    def made(name: str) -> Product:
        metadata = pattern.manifest.metadata.model_copy(update={"name": f"finance.{name}"})
        return replace(
            pattern, id=f"finance.{name}", manifest=pattern.manifest.model_copy(update={"metadata": metadata})
        )

    scene, more = watch.scene, [made(f"r{n}") for n in range(count)]
    scene.mesh = replace(scene.mesh, products={**scene.mesh.products, **{p.id: p for p in more}})
    for product in more:
        scene.warehouse.execute(
            f"insert into {names.PUBLICATIONS} by name select ? as product, '1.0.0' as schema_version,"
            " 'replace' as mode, ?::timestamptz as published_at, 1 as rows, 1 as new_rows, 999 as revision,"
            " 999 as through_revision",
            [product.id, now],
        )
