"""A product's way through the warehouse, told by the minute: what must exist, what landed, what was published when."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from mesh_platform import names
from mesh_platform.environment import Target
from mesh_platform.landing.records.heartbeat import remember_heartbeat
from mesh_platform.landing.records.ledger import ensure_landing
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.publishing.publish import publish
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.schema.history import current
from mesh_platform.schema.table.warehouse_type import warehouse_type
from mesh_platform.slo.measure import measure, measure_and_keep
from mesh_platform.slo.measurement import Measurement
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from mesh_platform.warehouse.revision import next_revision

ORDERS = "orders.order_events"
FOUNDED = datetime(2026, 1, 1, tzinfo=UTC)
"""When the product was published for the first time, empty."""
Events = Iterable[tuple[str, datetime]]


class Scene:
    """`orders.order_events` in a real warehouse; the source, landing, dbt and the clock are told by the test."""

    def __init__(self, warehouse: DuckDbWarehouse, mesh: Mesh) -> None:
        self.warehouse, self.mesh = warehouse, mesh
        self.landed: list[tuple[str, datetime]] = []
        ensure_landing(warehouse, mesh)
        ensure_publishing(warehouse)
        warehouse.execute("create schema orders_internal")
        warehouse.execute(
            "create table orders_internal.expected_order_events (event_id varchar, event_timestamp timestamptz)"
        )
        schema = current(self.product)
        assert schema is not None
        columns = ", ".join(f'"{c.name}" {warehouse_type(c, Target.DUCKDB)}' for c in schema.columns)
        platform = f"{names.BATCH_COLUMN} timestamptz, {names.REVISION_COLUMN} bigint"
        warehouse.execute(f"create table orders_internal.order_events ({columns}, {platform})")

        self.publish(FOUNDED)

    @property
    def product(self) -> Product:
        return self.mesh.products[ORDERS]

    def land(self, events: Events, now: datetime, *, happened: datetime | None = None) -> None:
        """Changes land at `now`: the events must exist from then on. `happened`: when the source committed them."""
        told = list(events)
        self.landed += told
        with self.warehouse.transaction():
            revision = next_revision(self.warehouse, "landing", "orders", now)
            self._insert("orders_internal.expected_order_events", told)
            at = [happened or when for _, when in told]
            columns = ["path", "generation", "system", "source_table", "state", "size", "rows_read", "rows_applied"]
            columns += ["rows_duplicate", "rows_skipped", "rows_quarantined", "revision", "landed_at"]
            row = (
                f"file{revision}",
                "1",
                "orders_service_postgres",
                "public.orders",
                "landed",
                1,
                len(told),
                len(told),
            )
            self.warehouse.insert(
                names.LEDGER,
                [*columns, "first_event_at", "last_event_at"],
                [(*row, 0, 0, 0, revision, now, min(at, default=None), max(at, default=None))],
            )

    def beat(self, now: datetime, *, happened: datetime | None = None) -> None:
        """The connector's sign of life lands at `now`; `happened`: when it gave it."""
        remember_heartbeat(self.warehouse, "orders_service_postgres", happened or now, now)

    def build(self, events: Events, now: datetime) -> None:
        """What a dbt run leaves in the private table."""
        revision = self.warehouse.query(f"select max(revision) from {names.REVISIONS}")[0][0] or 0
        self._insert(
            "orders_internal.order_events",
            list(events),
            f", ?::timestamptz as {names.BATCH_COLUMN}, {revision} as {names.REVISION_COLUMN}",
            [now],
        )

    def _insert(
        self, table: str, events: list[tuple[str, datetime]], more: str = "", given: Sequence[object] = ()
    ) -> None:
        told = [[key for key, _ in events], [when for _, when in events]]
        columns = "unnest(?::varchar[]) as event_id, unnest(?::timestamptz[]) as event_timestamp"
        self.warehouse.execute(f"insert into {table} by name select {columns}{more}", [*told, *given])

    def publish(self, now: datetime) -> None:
        schema = current(self.product)
        assert schema is not None
        through = self.warehouse.query(f"select coalesce(max(revision), 0) from {names.REVISIONS}")[0][0]
        publish(self.warehouse, self.product, schema, now, through_revision=through)

    def pass_through(self, events: Sequence[tuple[str, datetime]], now: datetime, built: Events | None = None) -> None:
        """Landed, built and published at once. `built`: what dbt makes of them, where it is something else."""
        self.land(events, now)
        self.build(events if built is None else built, now)
        self.publish(now)

    def seen(self, events: Sequence[tuple[str, datetime]], delay: timedelta) -> None:
        """Each of these events landed, was built and was published so long after it happened."""
        if not events:
            return
        last = max(when for _, when in events) + delay
        self.pass_through(events, last)
        self.warehouse.execute(
            f"update orders_internal.order_events__published set {names.SEEN_COLUMN} = event_timestamp"
            f" + to_seconds({int(delay.total_seconds())}) where {names.SEEN_COLUMN} = ?::timestamptz",
            [last],
        )

    def asked(self, now: datetime, *slis: str) -> dict[str, Measurement]:
        """As the command line and the Execute button ask: everything is counted."""
        wanted = slis or ("freshness", "latency", "completeness")
        return {m.sli: m for m in measure(self.mesh, self.warehouse, [self.product], wanted, now)}

    def ticked(self, now: datetime, *slis: str) -> dict[str, Measurement]:
        """As the monitor asks: what is new is counted and kept."""
        wanted = slis or ("freshness", "latency", "completeness")
        return {m.sli: m for m in measure_and_keep(self.mesh, self.warehouse, [self.product], wanted, now)}


def evenly(prefix: str, count: int, since: datetime, until: datetime) -> list[tuple[str, datetime]]:
    """So many events, evenly between two moments."""
    step = (until - since) / max(count, 1)
    return [(f"{prefix}{n}", since + n * step) for n in range(count)]


MINUTE = timedelta(minutes=1)
