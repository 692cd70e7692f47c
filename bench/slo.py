"""A tick of the monitor over many products, and every promise of one big product beside other tools."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.slo_peers import REPEATS, peers
from bench.synthetic import write
from mesh_platform import names
from mesh_platform.environment import Environment, Target
from mesh_platform.landing.records.ledger import ensure_landing
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.slo.measure import SLIS, measure, measure_and_keep
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def run() -> Iterator[tuple[str, str, str]]:
    """Rows of (what, figure, beside)."""
    with TemporaryDirectory() as folder:
        yield from _tick(Path(folder), products=1000, events=2000)
    with TemporaryDirectory() as folder:
        yield from _history(Path(folder), products=1000)
    with TemporaryDirectory() as folder:
        yield from _big(Path(folder), events=1_000_000)


def _mesh(root: Path, products: int) -> tuple[Mesh, Environment]:
    write(root, products)
    for manifest in root.glob("domains/*/*/data-product.yaml"):
        text = manifest.read_text().replace(
            "error_percent: 97.0}", f"error_percent: 97.0, expected: e_{manifest.parent.name}}}"
        )
        manifest.write_text(text)
    return gather(root), Environment(root, root / ".mesh", Target.DUCKDB, str(root / "landing"))


def _fill(warehouse: DuckDbWarehouse, mesh: Mesh, events: int) -> None:
    """Every product with so many events over 28 days, one in a thousand of them late and one missing."""
    ensure_landing(warehouse, mesh)
    ensure_publishing(warehouse)
    step = 28 * 86400 / events
    warehouse.execute(
        f"create temp table told as select md5(n::varchar) as id, n,"
        f" ?::timestamptz - to_seconds((n * {step})::bigint) as happened_at from range({events}) r(n)",
        [NOW - timedelta(minutes=20)],
    )
    for product in mesh.products.values():
        internal = names.internal_schema(product.domain)
        warehouse.execute(f"create schema if not exists {internal}")
        warehouse.execute(f"create table {internal}.e_{product.name} as select id, happened_at from told")
        warehouse.execute(
            f"create table {internal}.{product.name}__published as select id, happened_at, 1 as amount_cents,"
            f" happened_at + if(n % 1000 = 1, interval 2 hour, interval 5 minute) as {names.SEEN_COLUMN}"
            " from told where n % 1000 <> 2"
        )
        warehouse.execute(
            f"create table {internal}.{product.name} as select * from {internal}.{product.name}__published"
        )
    publish(warehouse, mesh, 1, NOW - timedelta(minutes=10), mode="replace")
    land(warehouse, mesh, 1, NOW - timedelta(minutes=15))


def publish(warehouse: DuckDbWarehouse, mesh: Mesh, revision: int, at: datetime, mode: str = "append") -> None:
    """The record of a publication of every product."""
    rows = ", ".join(f"('{p}')" for p in mesh.products)
    warehouse.execute(
        f"insert into {names.PUBLICATIONS} by name select p as product, '1.0.0' as schema_version, '{mode}' as mode,"
        f" ?::timestamptz as published_at, 100 as rows, 1 as new_rows, {revision} as revision,"
        f" {revision} as through_revision, ?::timestamptz as watermark, ?::timestamptz as oldest_event_at"
        f" from (values {rows}) v(p)",
        [at, at - timedelta(minutes=10), at - timedelta(minutes=15)],
    )
    warehouse.execute(f"insert into {names.REVISIONS} values ({revision}, 'publication', 'all', ?::timestamptz)", [at])


def land(warehouse: DuckDbWarehouse, mesh: Mesh, revision: int, at: datetime) -> None:
    """The record of a landed file of every domain."""
    rows = ", ".join(f"('{d}')" for d in mesh.domains)
    warehouse.execute(
        f"insert into {names.LEDGER} by name select d || '{revision}' as path, 'g' as generation, 1 as size,"
        " 'landed' as state, d || '_postgres' as system, 'public.things' as source_table,"
        " 1 as rows_read, 1 as rows_applied,"
        f" 0 as rows_duplicate, 0 as rows_skipped, 0 as rows_quarantined, {revision} as revision,"
        " ?::timestamptz as first_event_at, ?::timestamptz as last_event_at, ?::timestamptz as landed_at"
        f" from (values {rows}) v(d)",
        [at - timedelta(minutes=1), at, at],
    )


def _tick(root: Path, products: int, events: int) -> Iterator[tuple[str, str, str]]:
    mesh, environment = _mesh(root, products)
    with open_duckdb(environment.warehouse_file) as warehouse:
        _fill(warehouse, mesh, events)
        every = list(mesh.products.values())
        for what in ("the first tick, every window counted", "a tick without news", "a tick with news of all"):
            if what.endswith("of all"):
                land(warehouse, mesh, 5, NOW)
                publish(warehouse, mesh, 6, NOW + timedelta(seconds=30))
            took, spent = _timed(lambda: measure_and_keep(mesh, warehouse, every, SLIS, NOW + timedelta(minutes=1)))
            yield f"{what}, {products} products of {events:,}", f"{took:.2f} s", f"{spent:.2f} s of CPU; at most 10 s"


def _history(root: Path, products: int) -> Iterator[tuple[str, str, str]]:
    """Every bucket of every product's window is full, as after four weeks of trade at night too."""
    mesh, environment = _mesh(root, products)
    with open_duckdb(environment.warehouse_file) as warehouse:
        _fill(warehouse, mesh, events=20)
        every = list(mesh.products.values())
        measure_and_keep(mesh, warehouse, every, SLIS, NOW)
        warehouse.execute(f"delete from {names.MEASUREMENTS}")
        rows = ", ".join(f"('{p}')" for p in mesh.products)
        for day in range(28, 0, -1):
            warehouse.execute(
                f"insert into {names.MEASUREMENTS} select p, sli, ?::timestamptz + to_seconds(300 * n), 99 + n % 2,"
                " 100, 0, 0, ?::timestamptz from range(288) r(n), (values ('latency'), ('completeness')) s(sli),"
                f" (values {rows}) v(p)",
                [NOW - timedelta(days=day), NOW],
            )
        took, spent = _timed(lambda: measure_and_keep(mesh, warehouse, every, SLIS, NOW + timedelta(minutes=1)))
        yield (
            f"a tick without news, {products} products, {28 * 288 * 2 * products:,} counts kept",
            f"{took:.2f} s",
            f"{spent:.2f} s of CPU; at most 3 s",
        )


def _timed(what: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of the processors."""
    began, cpu = time.perf_counter(), time.process_time()
    what()
    return time.perf_counter() - began, time.process_time() - cpu


def _big(root: Path, events: int) -> Iterator[tuple[str, str, str]]:
    mesh, environment = _mesh(root / "root", 1)
    with open_duckdb(environment.warehouse_file) as warehouse:
        _fill(warehouse, mesh, events)
        products = list(mesh.products.values())
        took, spent = min(_timed(lambda: measure(mesh, warehouse, products, SLIS, NOW)) for _ in range(REPEATS))
        yield f"every promise of a product of {events:,} rows", f"{took:.2f} s", f"{spent:.2f} s of CPU; at most 0.5 s"
        internal = names.internal_schema(products[0].domain)
        tables = (f"{internal}.{products[0].name}__published", f"{internal}.e_{products[0].name}")
        for tool, theirs in peers(warehouse, *tables, root / "peers"):
            yield f"{tool}, the same table", f"{theirs:.2f} s", f"{theirs / took:.0f} x ours"
