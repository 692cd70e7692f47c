"""The SLO report from its button: a page in its place, and its summary on the asset."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from mesh_platform.environment import Environment
from mesh_platform.manifest.gather import gather
from mesh_platform.orchestration.build import build
from mesh_platform.orchestration.report import KEY
from mesh_platform.reporting.file import report_file
from mesh_platform.warehouse.duckdb import open_duckdb
from tests.reporting.scene import troubled


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


def materialised(environment: Environment, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    job = build(gather(environment.root), environment).resolve_implicit_global_asset_job_def()
    return job.get_subset(asset_selection={KEY}, asset_check_selection=set()).execute_in_process(
        instance=instance, raise_on_error=False
    )


def test_the_button_writes_the_page_and_shows_its_summary(
    environment: Environment, instance: dg.DagsterInstance
) -> None:
    done = materialised(environment, instance)
    assert done.success
    page = report_file(environment)
    assert page.read_text().startswith("<!doctype html>")
    assert [p.name for p in page.parent.iterdir()] == ["slo.html"]
    (event,) = done.get_asset_materialization_events()
    metadata = event.materialization.metadata
    assert metadata["page"].value == str(page)
    assert metadata["products"].value == 2.0
    assert str(metadata["summary"].value).startswith("**none of 2 products can be judged")


def test_a_product_that_cannot_be_read_is_on_the_summary(
    environment: Environment, instance: dg.DagsterInstance
) -> None:
    manifest = environment.root / "domains/finance/revenue_daily/data-product.yaml"
    manifest.write_text(manifest.read_text().replace("target_minutes: 60", "target_minutes: soon"))
    (event,) = materialised(environment, instance).get_asset_materialization_events()
    summary = str(event.materialization.metadata["summary"].value)
    assert "[finance.revenue\\_daily](/assets/finance/revenue_daily) | its manifest cannot be read" in summary


def test_a_broken_warehouse_leaves_the_page_as_it_was(environment: Environment, instance: dg.DagsterInstance) -> None:
    assert materialised(environment, instance).success
    before = report_file(environment).read_bytes()
    environment.warehouse_file.write_bytes(b"this is no database" * 500)
    done = materialised(environment, instance)
    assert not done.success
    assert report_file(environment).read_bytes() == before


def test_an_empty_mesh_has_no_report(environment: Environment) -> None:
    for manifest in environment.root.glob("domains/*/*/data-product.yaml"):
        shutil.rmtree(manifest.parent)
    definitions = build(gather(environment.root), environment)
    assert KEY not in definitions.resolve_asset_graph().get_all_asset_keys()
    assert "slo_report_hourly" not in {s.name for s in definitions.get_repository_def().schedule_defs}


def test_in_a_run_of_the_whole_mesh_it_comes_last(prepared_environment: Environment) -> None:
    definitions = build(gather(prepared_environment.root), prepared_environment)
    job = definitions.resolve_implicit_global_asset_job_def()
    priorities = {node.name: node.definition.tags.get("dagster/priority", "0") for node in job.graph.nodes}
    assert min(priorities, key=lambda name: int(priorities[name])) == "slo_report"


def test_the_summary_says_what_is_broken_and_who_is_on_it(
    environment: Environment, instance: dg.DagsterInstance
) -> None:
    with open_duckdb(environment.warehouse_file) as warehouse:
        troubled(warehouse, gather(environment.root), datetime.now(UTC) - timedelta(seconds=30))
    (event,) = materialised(environment, instance).get_asset_materialization_events()
    metadata = event.materialization.metadata
    row = next(line for line in str(metadata["summary"].value).splitlines() if "orders.order" in line)
    assert re.search(r"freshness error 1\d\d\.\d min \| 7 % \| @orders-oncall", row)
    assert "orders-oncall is on it" in row
    assert (metadata["open incidents"].value, metadata["broken products"].value) == (1.0, 1.0)
    assert metadata["incidents of 28 days"].value == 2.0
