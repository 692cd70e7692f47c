"""The monitor as Dagster ticks it: evaluations without runs, on change and as a heartbeat; an outage is one unknown."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.incidents.store import recent
from mesh_platform.incidents.told import acknowledge
from mesh_platform.landing.records.heartbeat import remember_heartbeat
from mesh_platform.manifest.gather import gather
from mesh_platform.orchestration.build import build
from mesh_platform.orchestration.monitor import MOST_PRODUCTS, chosen, monitor, read_cursor
from mesh_platform.orchestration.schedules import check_job
from mesh_platform.reporting.file import report_file
from mesh_platform.warehouse.duckdb import open_duckdb
from tests.notifying.receiver import Receiver, receiving
from tests.slo.scene import MINUTE, Scene, evenly

ORDERS = "orders/order_events"
HOUR = timedelta(hours=1)


class Clock(datetime):
    """A clock that only the test moves."""

    at = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return cls.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    monkeypatch.setattr("mesh_platform.orchestration.monitor.datetime", Clock)
    Clock.at = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    return Clock


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def receiver(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A real server that everything is told to."""
    with receiving() as state:
        monkeypatch.setenv("MESH_WEBHOOK", f"{state.url}/webhook")
        file = environment.domains / names.NOTIFICATIONS_FILE
        file.write_text('routes:\n  - {to: "*", kind: webhook, url_from: MESH_WEBHOOK}\n')
        yield state


def healthy(environment: Environment, now: datetime) -> None:
    with open_duckdb(environment.warehouse_file) as warehouse:
        scene = Scene(warehouse, gather(environment.root))
        scene.seen(evenly("e", 100, now - 5 * HOUR, now - HOUR), 5 * MINUTE)
        scene.beat(now)
        warehouse.execute(
            f"insert into {names.PUBLICATIONS} by name select 'finance.revenue_daily' as product, '1.0.0' as"
            " schema_version, 'replace' as mode, ?::timestamptz as published_at, 1 as rows, 1 as new_rows,"
            " 999 as revision, 999 as through_revision",
            [now],
        )


def beat(environment: Environment, now: datetime) -> None:
    with open_duckdb(environment.warehouse_file) as warehouse:
        remember_heartbeat(warehouse, "orders_service_postgres", now, now)


def tick(environment: Environment, instance: dg.DagsterInstance, cursor: str | None) -> tuple[object, str | None]:
    mesh = gather(environment.root)
    job = check_job(mesh)
    assert job is not None
    sensor = monitor(mesh, environment, job)
    with dg.build_sensor_context(instance=instance, cursor=cursor) as context:
        result = sensor(context)
        return result, result.cursor if isinstance(result, dg.SensorResult) else context.cursor


def told(result: object) -> dict[tuple[str, str], str]:
    """(asset, check) → the verdict that is reported."""
    events = result.asset_events if isinstance(result, dg.SensorResult) else []
    evaluations = [e for e in events if isinstance(e, dg.AssetCheckEvaluation)]
    return {(e.asset_key.to_user_string(), e.check_name): str(e.metadata["verdict"].value) for e in evaluations}


def test_the_first_tick_reports_every_promise_and_the_next_nothing_but_its_turn(
    environment: Environment, instance: dg.DagsterInstance, clock: type[Clock]
) -> None:
    healthy(environment, clock.at)
    first, cursor = tick(environment, instance, None)
    found = told(first)
    assert {check for asset, check in found if asset == ORDERS} == {*names.CHECKS} - {"governance"}
    assert found[ORDERS, "freshness"] == found[ORDERS, "latency"] == found[ORDERS, "completeness"] == "pass"
    turns = []
    for _ in range(10):
        clock.at += MINUTE
        result, cursor = tick(environment, instance, cursor)
        turns.append({asset for asset, _ in told(result)})
    assert sum(ORDERS in turn for turn in turns) == 1, "as a heartbeat, once in ten minutes"


def test_a_breach_is_on_the_check_at_the_next_tick_and_people_hear_of_it_at_the_second(
    environment: Environment, instance: dg.DagsterInstance, clock: type[Clock], receiver: Receiver
) -> None:
    healthy(environment, clock.at)
    _, cursor = tick(environment, instance, None)
    clock.at += 91 * MINUTE
    result, cursor = tick(environment, instance, cursor)
    assert told(result)[ORDERS, "freshness"] == "error"
    assert receiver.got == []
    clock.at += MINUTE
    result, cursor = tick(environment, instance, cursor)
    assert [body["kind"] for body in receiver.bodies] == ["opened"]
    shown = next(
        e for e in result.asset_events if isinstance(e, dg.AssetCheckEvaluation) and e.check_name == "freshness"
    )  # type: ignore[attr-defined]
    assert "cause system:orders_service_postgres; not acknowledged" in str(shown.metadata["incident"].value)
    assert str(shown.metadata["acknowledge"].value).startswith("mesh incidents ack ")
    for _ in range(3):
        clock.at += MINUTE
        beat(environment, clock.at)
        result, cursor = tick(environment, instance, cursor)
    assert [body["kind"] for body in receiver.bodies] == ["opened", "closed"]


def test_checks_are_reported_though_incidents_cannot_be_told_and_every_tick_says_so(
    environment: Environment,
    instance: dg.DagsterInstance,
    clock: type[Clock],
    receiver: Receiver,
    capfd: pytest.CaptureFixture[str],
) -> None:
    healthy(environment, clock.at)
    _, cursor = tick(environment, instance, None)
    with open_duckdb(environment.warehouse_file) as warehouse:
        warehouse.execute("alter table mesh_slo.notifications rename to aside")
        warehouse.execute("create view mesh_slo.notifications as select 1 as other")
    clock.at += 91 * MINUTE
    verdicts = []
    for _ in range(3):
        result, cursor = tick(environment, instance, cursor)
        verdicts.append(told(result).get((ORDERS, "freshness")))
        warning, summary = [line for line in capfd.readouterr().err.splitlines() if "people hear of none" in line]
        assert "WARNING - incidents cannot be told" in warning
        assert "INFO - 2 products: " in summary
        clock.at += MINUTE
    assert verdicts[0] == "error"
    with open_duckdb(environment.warehouse_file) as warehouse:
        warehouse.execute("drop view mesh_slo.notifications")
    tick(environment, instance, cursor)
    assert [body["kind"] for body in receiver.bodies] == ["opened"]


def pages(result: object) -> list[str]:
    """The headline of each report that the tick wrote."""
    events = result.asset_events if isinstance(result, dg.SensorResult) else []
    return [str(e.metadata["summary"].value).split("\n")[0] for e in events if isinstance(e, dg.AssetMaterialization)]


def test_the_report_is_written_anew_when_an_incident_changes_and_not_otherwise(
    environment: Environment, instance: dg.DagsterInstance, clock: type[Clock]
) -> None:
    healthy(environment, clock.at)
    cursor: str | None = None
    written = []
    for minutes in (0, 1, 91, 1, 1, 1):
        clock.at += minutes * MINUTE
        result, cursor = tick(environment, instance, cursor)
        written.append(pages(result))
    nothing = "**1 of 2 products breaks a promise; no incident open**"
    assert written == [[], [], [nothing], ["**1 of 2 products breaks a promise; 1 incident open**"], [], []]
    assert "orders_service_postgres" in report_file(environment).read_text()
    with open_duckdb(environment.warehouse_file) as warehouse:
        [incident] = recent(warehouse, clock.at).open
        acknowledge(warehouse, incident.id, "orders-oncall", None, clock.at)
    clock.at += MINUTE
    result, cursor = tick(environment, instance, cursor)
    assert len(pages(result)) == 1
    assert "orders-oncall" in report_file(environment).read_text()


def test_a_report_that_cannot_be_written_costs_no_verdict(
    environment: Environment, instance: dg.DagsterInstance, clock: type[Clock]
) -> None:
    healthy(environment, clock.at)
    report_file(environment).parent.parent.mkdir(parents=True, exist_ok=True)
    report_file(environment).parent.write_text("a file where the folder should be")
    _, cursor = tick(environment, instance, None)
    clock.at += 91 * MINUTE
    result, cursor = tick(environment, instance, cursor)
    assert (told(result)[ORDERS, "freshness"], pages(result)) == ("error", [])


def test_a_check_that_a_run_makes_names_the_incident_too(
    environment: Environment, instance: dg.DagsterInstance, clock: type[Clock]
) -> None:
    healthy(environment, clock.at)
    cursor: str | None = None
    for minutes in (91, 1, 1):
        clock.at += minutes * MINUTE
        _, cursor = tick(environment, instance, cursor)
    job = build(gather(environment.root), environment).resolve_job_def("slo_checks")
    key = dg.AssetCheckKey(dg.AssetKey(ORDERS.split("/")), "freshness")
    run = job.get_subset(asset_check_selection={key}).execute_in_process(instance=instance)
    found = run.get_asset_check_evaluations()
    assert [str(e.metadata["incident"].value).split("cause ")[1] for e in found] == [
        "system:orders_service_postgres; not acknowledged"
    ]


def test_an_outage_is_one_unknown_after_three_ticks_and_opens_nothing(
    environment: Environment, instance: dg.DagsterInstance, clock: type[Clock], receiver: Receiver
) -> None:
    healthy(environment, clock.at)
    _, cursor = tick(environment, instance, None)
    kept = environment.warehouse_file.read_bytes()
    environment.warehouse_file.write_bytes(b"this is no database" * 500)
    said = []
    for _ in range(6):
        clock.at += MINUTE
        result, cursor = tick(environment, instance, cursor)
        said.append(set(told(result).values()))
    assert said == [set(), set(), set(), {"unknown"}, set(), set()]
    environment.warehouse_file.write_bytes(kept)
    clock.at += MINUTE
    result, cursor = tick(environment, instance, cursor)
    assert told(result)[ORDERS, "freshness"] == "pass"
    assert (read_cursor(cursor).unanswered, receiver.got) == (0, [])


def test_without_a_warehouse_nothing_is_said(environment: Environment, instance: dg.DagsterInstance) -> None:
    result, _ = tick(environment, instance, None)
    assert isinstance(result, dg.SkipReason)
    assert "there is no warehouse yet" in str(result.skip_message)
    assert not environment.warehouse_file.exists()


def test_dbt_tests_that_are_due_are_run_once_not_at_every_tick(
    environment: Environment, instance: dg.DagsterInstance, clock: type[Clock]
) -> None:
    healthy(environment, clock.at)
    result, _ = tick(environment, instance, None)
    requests = result.run_requests or []  # type: ignore[attr-defined]
    assert [{key.name for key in r.asset_check_keys or []} for r in requests] == [{"accuracy"}]
    with dg.DagsterInstance.ephemeral() as busy:

        @dg.job(tags={names.TAG_RETEST: "true"})
        def retest() -> None:
            """Stands for the run that was asked for."""

        retest.execute_in_process(instance=busy)
        clock.at = datetime.now(UTC)
        result, _ = tick(environment, busy, None)
        assert not result.run_requests  # type: ignore[attr-defined]


def test_a_storm_is_reported_in_portions_the_broken_first() -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    standing = {f"d.p{n}": "ppppp" if n % 10 else "epppp" for n in range(1000)}
    told: dict[str, str] = {}
    first = chosen(standing, told, now)
    assert len(first) == MOST_PRODUCTS
    assert {standing[p] for p in first} == {"epppp"}
    for n in range(60):
        told |= {p: standing[p] for p in chosen(standing, told, now + n * MINUTE)}
    assert told == standing


def test_in_an_hour_every_product_of_a_calm_mesh_has_its_turn_and_no_tick_has_many() -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    standing = {f"d.p{n}": "ppppp" for n in range(1000)}
    turns = [chosen(standing, standing, now + n * MINUTE) for n in range(60)]
    assert frozenset().union(*turns) == standing.keys()
    assert max(map(len, turns)) <= MOST_PRODUCTS


@pytest.mark.parametrize("cursor", ["", "no json", "[]", '{"standing": 3}', '{"standing": {}, "unanswered": "x"}'])
def test_a_cursor_that_cannot_be_read_is_a_fresh_start(cursor: str) -> None:
    assert read_cursor(cursor).standing == {}
