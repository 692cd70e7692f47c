"""A product that reads another is asked for again when its refresh failed, after the automation had its turn."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.manifest.gather import gather
from mesh_platform.orchestration.behind import FIRST_TURN_SECONDS
from mesh_platform.orchestration.build import build
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.warehouse.duckdb import open_duckdb
from tests.orchestration import ticks
from tests.orchestration.scene import REVENUE, Scene
from tests.orchestration.ticks import refresh, requests, said

UPSTREAM, PRODUCT = "orders.order_events", "finance.revenue_daily"
LATE = timedelta(seconds=FIRST_TURN_SECONDS + 1)


@dg.asset(key=REVENUE)
def stand_in() -> None:
    """Stands for the product in the instance's records."""


def tick(scene: Scene, cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    return ticks.tick(scene, cursor, domain="finance", keys=[REVENUE], built=frozenset({PRODUCT}))


def published(scene: Scene, product: str, revision: int, through: int = 0, ago: timedelta = LATE) -> None:
    at = datetime.now(UTC) - ago
    with open_duckdb(scene.environment.warehouse_file) as warehouse:
        ensure_publishing(warehouse)
        warehouse.execute(
            f"insert into {names.PUBLICATIONS} values (?, '1.0.0', 'append', ?, ?, 1, 1, ?, ?, ?, null)",
            [product, at, at, at, through, revision],
        )


def test_what_an_input_published_and_nobody_took_in_is_one_run(fresh: Scene) -> None:
    published(fresh, UPSTREAM, 5)
    result = tick(fresh)
    assert isinstance(result, dg.SensorResult)
    assert [r.asset_selection for r in result.run_requests or []] == [[REVENUE]]
    assert (result.run_requests or [])[0].tags[names.TAG_LANDING] == "finance"


def test_a_fresh_publication_is_the_automations_first_and_is_not_forgotten(fresh: Scene) -> None:
    published(fresh, UPSTREAM, 5, ago=timedelta(seconds=3))
    result = tick(fresh)
    assert "can be refreshed by the automation for another" in said(result)
    assert requests(result) == 0
    assert isinstance(result, dg.SkipReason)  # and so the cursor stays where it was


def test_while_a_run_of_it_is_under_way_no_other_is_requested(fresh: Scene) -> None:
    published(fresh, UPSTREAM, 5)
    job = dg.Definitions([stand_in]).resolve_implicit_global_asset_job_def()
    fresh.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, asset_selection=frozenset({REVENUE}))
    assert "may refresh finance.revenue_daily" in said(tick(fresh))


def test_a_run_that_failed_again_waits_longer(fresh: Scene) -> None:
    published(fresh, UPSTREAM, 5)
    fresh.instance.create_run_for_job(refresh, status=dg.DagsterRunStatus.FAILURE, tags={names.TAG_LANDING: "finance"})
    assert "publications not yet in finance.revenue_daily; the last run failed, trying again in" in said(tick(fresh))


def test_what_was_taken_in_is_remembered_until_the_input_publishes_again(fresh: Scene) -> None:
    published(fresh, UPSTREAM, 5)
    published(fresh, PRODUCT, 6, through=5)
    quiet = tick(fresh)
    assert isinstance(quiet, dg.SensorResult)
    assert requests(quiet) == 0
    assert "as they were" in said(tick(fresh, quiet.cursor))
    published(fresh, UPSTREAM, 7)
    assert requests(tick(fresh, quiet.cursor)) == 1


def test_a_domain_that_lands_nothing_has_the_sensor_when_its_products_read_others(
    prepared_environment: Environment,
) -> None:
    found = build(gather(prepared_environment.root), prepared_environment).get_repository_def().sensor_defs
    assert {"orders_landing_sensor", "finance_landing_sensor"} <= {s.name for s in found}
