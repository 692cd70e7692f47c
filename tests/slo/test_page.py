"""What docs/slo.md says a person may paste runs, and its columns are those of the tables."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mesh_platform.incidents.store import recent, whole
from mesh_platform.incidents.tables import ensure_incidents
from mesh_platform.incidents.told import acknowledge, tell_conditions
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.monitor.tick import tick_in
from mesh_platform.slo.burn import BURN_SPANS, FEWEST, said_span
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from tests.incidents.scenario import minute, says
from tests.slo.scene import MINUTE, Scene, evenly

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "slo.md").read_text()
EXAMPLES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
HOUR = timedelta(hours=1)


@pytest.fixture
def watched(warehouse: DuckDbWarehouse, shipped_mesh: Mesh) -> DuckDbWarehouse:
    """A warehouse in which something has happened: late events, an incident, a failed test, a notice that waits."""
    today = datetime.now(UTC)  # the examples ask for the last days
    scene = Scene(warehouse, shipped_mesh)
    ensure_incidents(warehouse)
    scene.seen(evenly("e", 1000, today - 9 * HOUR, today - HOUR), 2 * HOUR)
    warehouse.execute(
        "insert into mesh_slo.audits by name select 'orders.order_events' as product, 'unique' as test,"
        " 'error' as severity, 'fail' as status, 3 as failures, now() as audited_at"
    )
    for n in range(3):
        tick_in(warehouse, scene.mesh, today + (60 + n) * MINUTE, 0)
    return warehouse


@pytest.mark.parametrize("sql", EXAMPLES, ids=[e.split("from ")[1].split()[0] for e in EXAMPLES])
def test_an_example_runs_and_tells_something(sql: str, watched: DuckDbWarehouse) -> None:
    assert watched.query(sql)


def test_the_page_names_every_column_of_every_table(watched: DuckDbWarehouse) -> None:
    rows = re.findall(r"^\| `(\w+)` \| .*? \| (`.*) \|$", PAGE, re.MULTILINE)
    tables = "select table_name from information_schema.tables where table_schema = 'mesh_slo'"
    assert {table for table, _ in rows} == {table for (table,) in watched.query(tables)}
    for table, told in rows:
        columns = re.findall(r"\w+", re.sub(r"\(.*?\)", "", told))
        assert columns == [name for name, _ in watched.columns("mesh_slo", table)], table


def test_the_page_says_when_somebody_is_called() -> None:
    told = re.findall(r"^\| (page|ticket) \| (\d+) % \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
    hour = {"60 minutes": "1 hour"}
    spans = [[said_span(s) for s in (b.long, b.short)] for b in BURN_SPANS]
    assert [t[:2] for t in told] == [(str(b.severity), f"{100 * b.share:.0f}") for b in BURN_SPANS]
    assert [list(t[2:]) for t in told] == [[hour.get(s, s) for s in pair] for pair in spans]
    assert f"at least {FEWEST} bad events" in PAGE


def test_the_times_of_incidents_mean_there_what_they_mean_everywhere(warehouse: DuckDbWarehouse) -> None:
    """Acknowledged, reopened, acknowledged again: what counts is the last call; one that is open is not restored."""
    ensure_incidents(warehouse)
    words = ["page", "page", "page", "good", "good", "good", "page", "page", "page", *["good"] * 7]
    for at, word in enumerate(words):
        one = says("a.one", word, began=minute(-9) if word == "page" else None)
        two = [says("b.two", "page"), says("b.two", "page" if at < 8 else "good", "accuracy")]
        tell_conditions(warehouse, [one, *two], minute(at))
        for incident in recent(warehouse, minute(at)).open:
            if at in (2, 8):
                acknowledge(warehouse, incident.id, "a person", None, minute(at + 0.5))
    [sql] = [example for example in EXAMPLES if "to_acknowledge" in example]
    found = whole(warehouse).incidents.values()
    assert {(i.cause, i.reopened, i.open) for i in found} == {("a.one", 1, False), ("b.two", 0, True)}
    assert {row[0]: tuple(row[1:]) for row in warehouse.query(sql)} == {
        i.cause: (1, i.time_to_detect, i.time_to_acknowledge, i.time_to_restore) for i in found
    }
