"""`mesh slo --at`: any moment an event can have is judged; any other is refused in a sentence."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from mesh_platform.cli.slo import slo
from mesh_platform.environment import Environment
from mesh_platform.landing.records.heartbeat import remember_heartbeat
from mesh_platform.landing.records.ledger import ensure_landing
from mesh_platform.manifest.gather import gather
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.warehouse.duckdb import open_duckdb
from tests.landing.old_heartbeats import as_before

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


@pytest.mark.parametrize("arguments", [(), ("--at", "2001-01-01")], ids=["now", "a past moment"])
def test_of_any_other_moment_nothing_is_said_beside_the_verdicts(
    environment: Environment, arguments: tuple[str, ...]
) -> None:
    assert said(environment, *arguments).stderr == ""
