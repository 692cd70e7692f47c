"""`mesh slo`: products and domains, at any moment an event can have; any other is refused in a sentence."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from mesh_platform.cli.slo import slo
from mesh_platform.cli.status import status
from mesh_platform.environment import Environment
from mesh_platform.landing.records.heartbeat import remember_heartbeat
from mesh_platform.landing.records.ledger import ensure_landing
from mesh_platform.manifest.gather import gather
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.slo.measurement import Measurement, Verdict
from mesh_platform.warehouse.duckdb import open_duckdb
from tests.landing.old_heartbeats import as_before

ORDERS, REVENUE = "orders.order_events", "finance.revenue_daily"
BEAT = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def environment(environment: Environment) -> Environment:
    with open_duckdb(environment.warehouse_file) as warehouse:
        ensure_landing(warehouse, gather(environment.root))
        ensure_publishing(warehouse)
        remember_heartbeat(warehouse, "orders_service_postgres", BEAT, BEAT)
    return environment


def said(environment: Environment, *arguments: str) -> Result:
    env = {"MESH_ROOT": str(environment.root), "MESH_HOME": str(environment.home)}
    return CliRunner().invoke(slo, list(arguments), env=env)


@pytest.mark.parametrize(
    "moment", ["0001-01-01", "0001-01-01T00:00:00+14:00", "1969-12-31", "9999-12-31T23:59:59-12:00", "10000-01-01", "x"]
)
def test_a_moment_outside_of_the_years_of_events_is_a_usage_error(environment: Environment, moment: str) -> None:
    result = said(environment, "--at", moment)
    assert result.exit_code == 2
    assert f"`{moment}`" in result.output


@pytest.mark.parametrize("moment", ["1971-01-01", "2026-11-23T14:05:00+02:00", "9998-12-31"])
def test_a_moment_of_an_event_has_an_answer_for_every_promise(environment: Environment, moment: str) -> None:
    result = said(environment, "--at", moment, "--format", "json")
    found = json.loads(result.output)["measurements"]
    assert {(m["product"], m["sli"]) for m in found} == {
        (p, s)
        for p in ("orders.order_events", "finance.revenue_daily")
        for s in ("freshness", "latency", "completeness", "accuracy")
    }
    assert not any("could not be judged" in m["reason"] for m in found)


def test_a_zone_is_understood(environment: Environment) -> None:
    at = datetime.fromisoformat("2026-11-23T14:05:00+02:00")
    found = json.loads(said(environment, "--at", at.isoformat(), "--format", "json").output)["measurements"]
    fresh = next(m for m in found if (m["product"], m["sli"]) == ("orders.order_events", "freshness"))
    assert timedelta(minutes=fresh["value"]) == timedelta(minutes=5)


def test_a_warehouse_of_the_version_before_is_read_as_it_is(environment: Environment) -> None:
    with open_duckdb(environment.warehouse_file) as warehouse:
        as_before(warehouse, {"orders_service_postgres": BEAT})
    result = said(environment, "--at", "2026-11-23T12:05:00Z", "--format", "json")
    fresh = {m["product"]: m for m in json.loads(result.stdout)["measurements"] if m["sli"] == "freshness"}
    assert fresh["orders.order_events"]["value"] == 5.0


def test_a_moment_that_is_still_to_come_is_judged_and_said_to_be(environment: Environment) -> None:
    result = said(environment, "--at", "9998-12-31T10:00:00+02:00")
    told = "9998-12-31 08:00 UTC is still to come; it is judged as if nothing more came until then\n"
    assert result.stderr == told
    assert "orders.order_events" in result.stdout
    assert said(environment, "--at", "9998-12-31", "--format", "json").stderr == ""


def test_of_a_past_moment_it_is_said_what_is_todays(environment: Environment) -> None:
    told = (
        "2001-01-01 00:00 UTC is judged by what was visible then; which events must exist, and the thresholds, are"
        " today's\n"
    )
    assert said(environment, "--at", "2001-01-01").stderr == told
    asked = said(environment, "--at", "2001-01-01", "--format", "json")
    assert asked.stderr == ""
    json.loads(asked.stdout)


def test_of_now_nothing_is_said_beside_the_verdicts(environment: Environment) -> None:
    assert said(environment).stderr == ""


def products(result: Result) -> set[str]:
    return {m["product"] for m in json.loads(result.stdout)["measurements"]}


def test_a_domain_is_all_of_its_products(environment: Environment) -> None:
    assert products(said(environment, "orders", "--format", "json")) == {ORDERS}
    assert products(said(environment, "finance", ORDERS, "--format", "json")) == {ORDERS, REVENUE}


def test_an_unknown_name_is_refused_as_by_mesh_status(environment: Environment) -> None:
    env = {"MESH_ROOT": str(environment.root), "MESH_HOME": str(environment.home)}
    refused = [CliRunner().invoke(command, ["nope\x1b"], env=env) for command in (slo, status)]
    assert [r.exit_code for r in refused] == [2, 2]
    first, second = (r.stderr.partition("Error: ")[2] for r in refused)
    assert first == second
    assert first.startswith("there is no product or domain `nope\\x1b`; there are: finance, finance.revenue_daily")


def test_a_manifest_that_cannot_be_read_is_missed_by_name_and_costs_its_domain_nothing(
    environment: Environment,
) -> None:
    manifest = environment.root / "domains/finance/revenue_daily/data-product.yaml"
    manifest.write_text(manifest.read_text().replace("target_minutes: 60", "target_minutes: soon"))
    assert said(environment, REVENUE).exit_code == 2
    assert "cannot be read" in said(environment, REVENUE).stderr
    asked = said(environment, "finance")
    assert (asked.exit_code, asked.stdout) == (0, "no product lies in what you named\n")
    assert products(said(environment, "finance", "orders", "--format", "json")) == {ORDERS}


def answered(monkeypatch: pytest.MonkeyPatch, *found: Measurement) -> None:
    monkeypatch.setattr("mesh_platform.cli.slo.measure_environment", lambda *_: list(found))


def test_a_reason_is_one_line_that_a_terminal_does_not_obey(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = "no column `a\n\x1b[2Jb`"
    answered(monkeypatch, Measurement(ORDERS, "latency", Verdict.PASS, evil))
    (line,) = said(environment).stdout.splitlines()
    assert line.endswith("no column `a \\x1b[2Jb`")
    shared = [Measurement(ORDERS, sli, Verdict.UNKNOWN, evil) for sli in ("latency", "completeness")]
    answered(monkeypatch, *shared)
    assert said(environment).stdout.splitlines()[-1] == "no column `a \\x1b[2Jb`"
    told = json.loads(said(environment, "--format", "json").stdout)["measurements"]
    assert told[0]["reason"] == evil


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (0.257, "26% of the error budget of the events so far is left"),
        (-0.3, "the error budget of the events so far is spent"),
    ],
)
def test_the_budget_that_is_left_is_that_of_the_events_so_far(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, left: float, told: str
) -> None:
    reason = "page: 80 of 85 events, 14.0 % of the 28-day budget; at this rate the rest of it is gone in 6 hours"
    answered(monkeypatch, Measurement(ORDERS, "latency", Verdict.ERROR, reason, budget_remaining=left))
    assert said(environment).stdout.rstrip().endswith(f"{reason}; {told}")
