"""What on-call sees of a verdict, and what a broken manifest looks like in the UI."""

import re
from datetime import UTC, datetime

import dagster as dg
import pytest

from mesh_platform.environment import Environment
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.orchestration.build import build
from mesh_platform.orchestration.checks import result
from mesh_platform.slo.measurement import Measurement, Verdict

ORDERS = "orders.order_events"


@pytest.mark.parametrize(
    ("verdict", "passed", "severity"),
    [
        (Verdict.PASS, True, dg.AssetCheckSeverity.WARN),
        (Verdict.WARN, False, dg.AssetCheckSeverity.WARN),
        (Verdict.ERROR, False, dg.AssetCheckSeverity.ERROR),
        (Verdict.UNKNOWN, False, dg.AssetCheckSeverity.WARN),
    ],
)
def test_a_verdict_is_a_check_result_of_its_severity(
    shipped_mesh: Mesh, verdict: Verdict, passed: bool, severity: dg.AssetCheckSeverity
) -> None:
    shown = result(Measurement(ORDERS, "freshness", verdict, "why", value=12.5), shipped_mesh.products[ORDERS])
    assert (shown.passed, shown.severity) == (passed, severity)


def test_on_call_is_told_the_numbers_the_people_and_the_place(shipped_mesh: Mesh) -> None:
    details = {"warn_minutes": 45.0, "error_minutes": 90.0, "proven_until": datetime(2026, 11, 23, tzinfo=UTC)}
    measurement = Measurement(ORDERS, "freshness", Verdict.WARN, "late", value=50.0, target=30.0, details=details)
    shown = result(measurement, shipped_mesh.products[ORDERS]).metadata
    floats = {name: shown[name].value for name in ("value", "target", "warn", "error")}
    assert floats == {"value": 50.0, "target": 30.0, "warn": 45.0, "error": 90.0}
    assert all(isinstance(shown[name], dg.FloatMetadataValue) for name in floats)
    assert shown["on-call"].value == "@orders-oncall"
    assert shown["Slack channel"].value == "#data-orders"
    assert str(shown["manifest"].value).startswith("domains/orders/order_events/data-product.yaml:")
    assert shown["runbook"].value == "docs/on-call.md#freshness"


@pytest.mark.parametrize(
    "key", ["`a`", "a\n# b", "<img src=x>", "![x](http://evil.example.com/p.png)", "\x1b[2J", "a|b"]
)
def test_a_key_is_shown_as_the_text_that_it_is(shipped_mesh: Mesh, key: str) -> None:
    details = {"missing_keys": [key], "stages": [(key, 3)]}
    measurement = Measurement(ORDERS, "completeness", Verdict.ERROR, "lost", details=details)
    shown = result(measurement, shipped_mesh.products[ORDERS]).metadata
    for name, rest in (("missing_keys", ""), ("stages", " · 3")):
        text = str(shown[name].value)
        assert text.startswith("- ")
        assert text.endswith(rest)
        unescaped = re.sub(r"\\([\\`*_\[\]<>|#!])", "", text)
        assert not set(unescaped) & set("\n\x1b`*_[]<>|#!\\"), "all that Markdown would obey is escaped"
        assert re.sub(r"\\([\\`*_\[\]<>|#!])", r"\1", text) == f"- {one_line(key)}{rest}"


def break_manifest(environment: Environment) -> None:
    manifest = environment.root / "domains" / "finance" / "revenue_daily" / "data-product.yaml"
    manifest.write_text(manifest.read_text().replace("target_minutes: 60", "target_minutes: soon"))


def test_a_quarantined_product_is_an_asset_with_its_findings_and_a_failing_governance_check(
    environment: Environment,
) -> None:
    break_manifest(environment)
    definitions = build(gather(environment.root), environment)
    key = dg.AssetKey(["finance", "revenue_daily"])
    node = definitions.resolve_asset_graph().get(key)
    assert not node.is_executable
    assert "Quarantined" in (node.description or "")
    assert {c.name for c in node.check_keys} == {"governance"}
    checked = run_checks(definitions, "governance")
    assert not checked["finance/revenue_daily"].passed
    assert checked["finance/revenue_daily"].severity is dg.AssetCheckSeverity.ERROR
    assert "soon" in (checked["finance/revenue_daily"].description or "")


def test_without_a_warehouse_every_promise_is_unknown_and_no_check_breaks(environment: Environment) -> None:
    definitions = build(gather(environment.root), environment)
    for name in ("freshness", "completeness", "accuracy", "contract"):
        found = run_checks(definitions, name)
        assert {str(e.metadata["verdict"].value) for e in found.values()} == {"unknown"}
        assert {e.severity for e in found.values()} == {dg.AssetCheckSeverity.WARN}


def run_checks(definitions: dg.Definitions, name: str) -> dict[str, dg.AssetCheckEvaluation]:
    job = definitions.resolve_implicit_global_asset_job_def()
    keys = {k for k in job.asset_layer.asset_graph.asset_check_keys if k.name == name}
    done = job.get_subset(asset_selection=set(), asset_check_selection=keys).execute_in_process()
    return {e.asset_key.to_user_string(): e for e in done.get_asset_check_evaluations()}


def test_one_check_of_one_product_runs_alone(environment: Environment) -> None:
    definitions = build(gather(environment.root), environment)
    job = definitions.resolve_implicit_global_asset_job_def()
    one = dg.AssetCheckKey(dg.AssetKey(["orders", "order_events"]), "freshness")
    done = job.get_subset(asset_selection=set(), asset_check_selection={one}).execute_in_process()
    assert [e.asset_check_key for e in done.get_asset_check_evaluations()] == [one]


def test_the_governance_job_passes_on_the_shipped_mesh_and_fails_with_a_table_on_a_broken_one(
    environment: Environment,
) -> None:
    job = build(gather(environment.root), environment).resolve_job_def("governance")
    assert job.execute_in_process().success
    break_manifest(environment)
    failed = job.execute_in_process(raise_on_error=False)
    assert not failed.success
    told = next(e for e in failed.all_events if e.is_step_failure).step_failure_data.user_failure_data
    assert told
    assert "domains/finance/revenue_daily/data-product.yaml" in (told.description or "")
    assert "| level | product | where | code | what | fix |" in str(told.metadata["findings"].value)
