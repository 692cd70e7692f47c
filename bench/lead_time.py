"""From a commit in a real PostgreSQL, through a real Debezium, to the row in the consumer view, under `mesh up`.

Orders are committed at odd moments; the times are those that the database, the file, the ledger and the publication
bear.
"""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from mesh_platform.demo.lead_time import LeadTime, lead_time
from mesh_platform.demo.source import running_database
from mesh_platform.environment import PROJECT_ROOT, Environment, Target
from mesh_platform.manifest.gather import gather
from mesh_platform.warehouse.protocol import open_warehouse
from tests.ui.live import Live, kill, start, until, visible

COMMITS = 12
PAUSES = (7.3, 11.9, 16.1, 4.7)
"""Seconds between commits, in turn: no multiple of any interval of ours."""

ORDER = """insert into public.orders values (%s, 'c-bench', 'PLACED', 4200, 'EUR', 'web', null, now(), now())"""


def run() -> Iterator[tuple[str, str, str]]:
    """Rows of (what, figure, beside)."""
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as folder:
        home = Path(folder) / "home"
        live = start(PROJECT_ROOT, home, "--source", "postgres", "--no-shop")
        try:
            found = _measured(live, Environment(PROJECT_ROOT, home, Target.DUCKDB, str(home / "landing")))
        finally:
            live.stop()
            kill(live)
    yield f"a commit to the consumer view, median of {found.changes}", _seconds(found.whole), "target: under 45 s"
    yield "  of it: commit to file (Debezium)", _seconds(found.to_file), "files of one second"
    yield "  of it: file to landed (sensor, run)", _seconds(found.to_landed), "a tick every 5 s, a run process"
    yield "  of it: landed to published (dbt, audit)", _seconds(found.to_published), ""


def _measured(live: Live, environment: Environment) -> LeadTime:
    began, orders = datetime.now(UTC), [f"bench-{n}" for n in range(COMMITS)]
    with running_database(environment).connect() as connection:
        for number, order in enumerate(orders):
            connection.execute(ORDER.encode(), [order])
            time.sleep(PAUSES[number % len(PAUSES)])
    until(lambda: visible(live, orders[-1]), 300, lambda: "".join(live.lines[-30:]))
    with open_warehouse(environment, read_only=True, wait=60) as warehouse:
        return lead_time(warehouse, gather(environment.root), since=began.isoformat())


def _seconds(figure: float | None) -> str:
    return "none" if figure is None else f"{figure:.1f} s"
