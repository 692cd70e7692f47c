"""What an edit got wrong is on the product's check at the next tick, once, and so is its mending."""

from pathlib import Path

import dagster as dg
import pytest

from mesh_platform.environment import Environment
from mesh_platform.manifest.gather import gather
from mesh_platform.orchestration.governance_sensor import governance_sensor

PRODUCT = "finance/revenue_daily"


@pytest.fixture
def manifest(environment: Environment) -> Path:
    return environment.domains / "finance" / "revenue_daily" / "data-product.yaml"


def tick(environment: Environment, instance: dg.DagsterInstance, cursor: str | None) -> dg.SensorResult | dg.SkipReason:
    sensor = governance_sensor(gather(environment.root), environment)
    with dg.build_sensor_context(instance=instance, cursor=cursor) as context:
        result = sensor(context)
    assert isinstance(result, dg.SensorResult | dg.SkipReason)
    return result


def told(result: dg.SensorResult | dg.SkipReason) -> dict[str, bool]:
    events = result.asset_events if isinstance(result, dg.SensorResult) else []
    return {e.asset_key.to_user_string(): e.passed for e in events if isinstance(e, dg.AssetCheckEvaluation)}


def after(result: dg.SensorResult | dg.SkipReason) -> str | None:
    assert isinstance(result, dg.SensorResult)
    return result.cursor


def test_a_broken_manifest_is_red_at_the_next_tick_and_green_once_it_is_mended(
    environment: Environment, instance: dg.DagsterInstance, manifest: Path
) -> None:
    first, text = tick(environment, instance, None), manifest.read_text()
    assert told(first) == {}
    manifest.write_text(text.replace("target_minutes: 60", "target_minutes: soon"))
    broken = tick(environment, instance, after(first))
    assert told(broken) == {PRODUCT: False}
    assert isinstance(tick(environment, instance, after(broken)), dg.SkipReason)
    manifest.write_text(text)
    assert told(tick(environment, instance, after(broken))) == {PRODUCT: True}


def test_an_edit_that_changes_no_finding_reports_nothing(
    environment: Environment, instance: dg.DagsterInstance, manifest: Path
) -> None:
    first = tick(environment, instance, None)
    manifest.write_text(manifest.read_text() + "# a comment\n")
    assert told(tick(environment, instance, after(first))) == {}


def test_where_findings_lead_to_is_part_of_what_was_told(
    environment: Environment, instance: dg.DagsterInstance, manifest: Path
) -> None:
    manifest.write_text(manifest.read_text().replace("owner: finance-insights", "owner: somebody"))
    policy = environment.domains / "policy.yaml"
    first = tick(environment, instance, None)
    policy.write_text(policy.read_text() + "# a comment\n")
    second = tick(environment, instance, after(first))
    assert observed(second) == []
    policy.write_text(policy.read_text() + "links: {files: https://git.example.com/mesh/blob/main}\n")
    third = tick(environment, instance, after(second))
    (event,) = observed(third)
    assert "https://git.example.com/mesh/blob/main/domains/finance" in str(event.metadata["findings"].value)
    assert told(third) == {PRODUCT: False}


def test_what_leads_elsewhere_is_told_again_where_nothing_is_wrong(
    environment: Environment, instance: dg.DagsterInstance
) -> None:
    policy = environment.domains / "policy.yaml"
    first = tick(environment, instance, None)
    policy.write_text(policy.read_text() + "links: {files: https://git.example.com/mesh/blob/main}\n")
    assert len(observed(tick(environment, instance, after(first)))) == 1


def observed(result: dg.SensorResult | dg.SkipReason) -> list[dg.AssetObservation]:
    events = result.asset_events if isinstance(result, dg.SensorResult) else []
    return [e for e in events if isinstance(e, dg.AssetObservation)]


def test_a_cursor_that_is_none_of_ours_is_begun_anew(environment: Environment, instance: dg.DagsterInstance) -> None:
    for cursor in ("nonsense", "[1]", '{"seen": 1, "findings": 3}'):
        assert after(tick(environment, instance, cursor))
