"""The table of docs/slo.md, which tools see which fault: what is SQL is asked of the planted fault itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mesh_platform.manifest.mesh import Mesh
from mesh_platform.slo.measurement import Measurement, Verdict
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from tests.slo.scene import MINUTE, Scene, evenly
from tests.slo.test_faults import promising, stream

PAGE = Path(__file__).resolve().parents[2] / "docs" / "slo.md"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ERROR_AFTER = 90 * MINUTE
TABLE: dict[str, tuple[str, str, str]] = {}
"""Fault → the cells of ours, of the newest row, and of dbt's tests, as the page has them."""

for line in PAGE.read_text().split("## Which tools see which fault")[1].split("\n## ")[0].splitlines():
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    if len(cells) == 5 and cells[1] in {"seen", "silent"}:
        TABLE[cells[0]] = (cells[1], cells[2], cells[3])


def six_in_a_thousand(scene: Scene, now: datetime) -> None:
    stream(scene, now - 20 * DAY, now - HOUR, 50, 0.006)
    scene.beat(now)


def four_in_a_thousand(scene: Scene, now: datetime) -> None:
    stream(scene, now - 20 * DAY, now - HOUR, 50, 0.004)
    scene.beat(now)


def a_fresh_maximum(scene: Scene, now: datetime) -> None:
    scene.pass_through(
        [*evenly("old", 999, now - 10 * DAY, now - 9 * DAY), ("new", now - 36 * MINUTE)], now - 20 * MINUTE
    )
    scene.beat(now)


def missing_keys(scene: Scene, now: datetime) -> None:
    events = evenly("e", 1000, now - 3 * HOUR, now - HOUR)
    scene.land(events, now - HOUR)
    scene.build([e for n, e in enumerate(events) if n % 20], now - HOUR)
    scene.publish(now - HOUR)
    scene.beat(now)


def duplicated_keys(scene: Scene, now: datetime) -> None:
    scene.land(evenly("e", 1000, now - 5 * HOUR, now - HOUR), now - HOUR)
    scene.build([*scene.landed, *scene.landed[:5]], now - HOUR)
    scene.publish(now - HOUR)
    scene.beat(now)


def a_quiet_night(scene: Scene, now: datetime) -> None:
    scene.seen(evenly("e", 1000, now - 10 * HOUR, now - 9 * HOUR), 5 * MINUTE)
    scene.beat(now)


def a_dead_connector(scene: Scene, now: datetime) -> None:
    scene.seen(evenly("e", 1000, now - 10 * HOUR, now - 3 * HOUR), 5 * MINUTE)
    scene.beat(now - 3 * HOUR)


def a_refresh_that_fails(scene: Scene, now: datetime) -> None:
    scene.seen(evenly("e", 1000, now - 10 * HOUR, now - 3 * HOUR), 5 * MINUTE)
    scene.land(evenly("f", 100, now - 3 * HOUR, now), now)


def a_clock_ahead(scene: Scene, now: datetime) -> None:
    scene.pass_through(evenly("ahead", 50, now - 2 * HOUR, now - HOUR), now - 3 * HOUR)
    scene.beat(now)


def a_backfill(scene: Scene, now: datetime) -> None:
    scene.seen(evenly("e", 1000, now - 5 * HOUR, now - HOUR), 5 * MINUTE)
    scene.pass_through(evenly("old", 1000, now - 60 * DAY, now - 59 * DAY), now - HOUR)
    scene.beat(now)


def rows_on_their_way(scene: Scene, now: datetime) -> None:
    scene.seen(evenly("e", 1000, now - 5 * HOUR, now - HOUR), 5 * MINUTE)
    scene.land(evenly("f", 10, now - 10 * MINUTE, now - 5 * MINUTE), now)
    scene.beat(now)


def a_wrong_day(scene: Scene, now: datetime) -> None:
    """One row of the source tells a time that is a month ahead, while the connector is dead."""
    scene.seen(evenly("e", 1000, now - 10 * HOUR, now - 5 * HOUR), 5 * MINUTE)
    scene.pass_through([("future", now + 30 * DAY)], now - 5 * HOUR)


FAULTS: dict[str, Callable[[Scene, datetime], None]] = {
    "6 of 1,000 events late, 5 are allowed": six_in_a_thousand,
    "4 of 1,000 events late, 5 are allowed": four_in_a_thousand,
    "999 of 1,000 rows ten days late, one row new": a_fresh_maximum,
    "5 % of the keys missing": missing_keys,
    "keys that are there twice": duplicated_keys,
    "a quiet night, the connector lives": a_quiet_night,
    "a dead connector": a_dead_connector,
    "a dead connector behind a row dated next month": a_wrong_day,
    "news has landed, the refresh fails": a_refresh_that_fails,
    "a source's clock runs ahead": a_clock_ahead,
    "a backfill of two months ago": a_backfill,
    "rows that landed a minute ago, not yet published": rows_on_their_way,
}
RIGHTLY_SILENT = {name for name, plant in FAULTS.items() if plant in {
    four_in_a_thousand, a_quiet_night, a_backfill, rows_on_their_way,
}}  # fmt: skip


def ours(found: dict[str, Measurement]) -> bool:
    told = any(m.verdict in {Verdict.WARN, Verdict.ERROR} for m in found.values())
    return told or bool(found["completeness"].details["duplicates"]) or bool(found["latency"].details["early_events"])


def newest_row_is_old(scene: Scene, now: datetime) -> bool:
    """dbt source freshness, soda's and datacontract's freshness: max(column) beside the clock."""
    newest = scene.warehouse.query("select max(event_timestamp) from orders_prod.order_events")[0][0]
    return bool(now - newest > ERROR_AFTER)


def a_dbt_test_fails(scene: Scene) -> bool:
    """unique and not_null of the key, and relationships from the expected keys to the product."""
    port, expected = "orders_prod.order_events", "orders_internal.expected_order_events"
    return any(
        scene.warehouse.query(f"select count(*) from ({sql})")[0][0]
        for sql in (
            f"select event_id from {port} where event_id is not null group by 1 having count(*) > 1",
            f"select * from {port} where event_id is null",
            f"select e.event_id from {expected} e left join {port} p using (event_id) where p.event_id is null",
        )
    )


def cell(fires: bool, silence_is_right: bool) -> str:
    if silence_is_right:
        return "false alarm" if fires else "silent"
    return "seen" if fires else "missed"


@pytest.mark.parametrize("fault", FAULTS)
def test_the_page_says_which_tools_see_which_fault(
    fault: str, warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime
) -> None:
    scene = Scene(warehouse, promising(shipped_mesh, 99.5))
    FAULTS[fault](scene, now)
    fires = (ours(scene.asked(now)), newest_row_is_old(scene, now), a_dbt_test_fails(scene))
    assert TABLE[fault] == tuple(cell(f, fault in RIGHTLY_SILENT) for f in fires)


def test_the_page_tells_of_no_fault_that_is_not_planted() -> None:
    assert TABLE.keys() == FAULTS.keys()
