"""A verdict of the platform stands while a product is refreshed, and when that fails; no check is left without one."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.definitions.automation_tick_evaluation_context import build_run_requests
from dagster._core.loader import LoadingContextForTest
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionResolvedStatus as Shown

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.orchestration.build import build
from mesh_platform.orchestration.governance_sensor import governance_sensor
from mesh_platform.orchestration.left_behind import left_behind
from mesh_platform.orchestration.monitor import monitor
from mesh_platform.orchestration.schedules import check_job
from tests.orchestration.scene import ORDER_STEP, ORDERS, REVENUE, Scene, failure, materialised

AUDIT = "order_events_totals_are_not_negative"
FIVE = set(names.CHECKS) - {"governance"}


def requested(scene: Scene) -> dg.RunRequest:
    """What the landing sensor of the mesh asks for, as the daemon gets it."""
    repository = scene.definitions().get_repository_def()
    sensor = repository.get_sensor_def("orders_landing_sensor")
    with dg.build_sensor_context(instance=scene.instance, repository_def=repository) as context:
        [request] = sensor.evaluate_tick(context).run_requests or []
    return request


def run(scene: Scene, assets: Iterable[dg.AssetKey], checks: Collection[dg.AssetCheckKey]) -> dg.ExecuteInProcessResult:
    job = scene.definitions().resolve_implicit_global_asset_job_def()
    subset = job.get_subset(asset_selection=set(assets), asset_check_selection=set(checks))
    return subset.execute_in_process(instance=scene.instance, raise_on_error=False)


def by_the_sensor(scene: Scene) -> dg.ExecuteInProcessResult:
    request = requested(scene)
    return run(scene, request.asset_selection or [], request.asset_check_keys or [])


def by_hand(scene: Scene) -> dg.ExecuteInProcessResult:
    """The button: every check of what is materialised is selected."""
    graph = scene.definitions().resolve_asset_graph()
    return run(scene, ORDER_STEP, {k for k in graph.asset_check_keys if k.asset_key in ORDER_STEP})


def shown(scene: Scene, key: dg.AssetKey = ORDERS) -> Mapping[str, Shown | None]:
    """What the UI says of each of the platform's checks: its last word, if it is one of the last materialisation."""
    loading = LoadingContextForTest(scene.instance)
    keys = [dg.AssetCheckKey(key, name) for name in names.CHECKS]
    found = scene.instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)

    async def word(key: dg.AssetCheckKey) -> Shown | None:
        record = found.get(key)
        current = record and await record.targets_latest_materialization(loading)
        return await record.resolve_status(loading) if record and current else None

    return {key.name: asyncio.run(word(key)) for key in keys}


def verdicts(scene: Scene, key: dg.AssetKey = ORDERS) -> dict[str, str]:
    keys = [dg.AssetCheckKey(key, name) for name in sorted(FIVE)]
    found = scene.instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    told = {k.name: r.evaluation for k, r in found.items()}
    return {
        name: str(e.metadata["verdict"].value) for name, e in told.items() if isinstance(e, dg.AssetCheckEvaluation)
    }


def ticked(scene: Scene, sensor: dg.SensorDefinition, cursor: str | None) -> tuple[set[str], str | None]:
    """One tick, what it reported of the product as the daemon keeps it, and its cursor."""
    with dg.build_sensor_context(instance=scene.instance, cursor=cursor) as context:
        result = sensor(context)
    if not isinstance(result, dg.SensorResult):
        return set(), context.cursor
    events = [e for e in result.asset_events if isinstance(e, dg.AssetCheckEvaluation)]
    for event in events:
        scene.instance.report_runless_asset_event(event)
    return {e.check_name for e in events if e.asset_key == ORDERS}, result.cursor


def monitor_of(scene: Scene) -> dg.SensorDefinition:
    mesh = gather(scene.environment.root)
    job = check_job(mesh)
    assert job is not None
    return monitor(mesh, scene.environment, job)


@pytest.mark.slow
def test_a_verdict_stands_through_good_and_bad_batches(scene: Scene) -> None:
    """One story, because each refresh costs a dbt start: a good batch, a bad one by the sensor, a bad one by hand."""
    governance = governance_sensor(gather(scene.environment.root), scene.environment)
    watch = monitor_of(scene)

    scene.place("o1", "o2")
    good = by_the_sensor(scene)
    assert good.success, failure(good)
    assert ORDERS in materialised(good)
    assert AUDIT in {e.check_name for e in good.get_asset_check_evaluations()}, "dbt's tests are part of the run"
    first = shown(scene)
    assert set(first) == set(names.CHECKS)
    assert set(first.values()) <= {Shown.SUCCEEDED, Shown.FAILED}, "of the publication, and not of the one before"
    _, minute = ticked(scene, watch, None)
    _, ten = ticked(scene, governance, None)
    before = shown(scene)

    scene.place("bad", total=-5)
    assert AUDIT in failure(by_the_sensor(scene))
    [test] = scene.instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(ORDERS, AUDIT), limit=1
    )
    assert test.status.value == "FAILED", "dbt's own test says what is wrong"
    assert shown(scene) == before, "all as it was told, and nothing is without a verdict"
    _, minute = ticked(scene, watch, minute)
    assert verdicts(scene)["accuracy"] == "error"
    assert set(verdicts(scene)) == FIVE

    assert AUDIT in failure(by_hand(scene))
    assert set(shown(scene).values()) == {Shown.EXECUTION_FAILED}, "a person asked for them, and the step failed"
    told, minute = ticked(scene, watch, minute)
    assert told == FIVE
    told, ten = ticked(scene, governance, ten)
    assert told == {"governance"}
    assert set(shown(scene).values()) <= {Shown.SUCCEEDED, Shown.FAILED}
    assert verdicts(scene)["accuracy"] == "error"
    keys = [dg.AssetCheckKey(ORDERS, name) for name in names.CHECKS]
    assert left_behind(scene.instance, keys, datetime.now(UTC)) == set()
    assert ticked(scene, governance, ten)[0] == set(), "once"


def test_what_a_failed_run_left_behind_is_known_until_somebody_reports_it() -> None:
    key = dg.AssetCheckKey(ORDERS, "freshness")
    now = datetime.now(UTC)

    @dg.asset(key=ORDERS)
    def broken() -> None:
        raise ValueError("not today")

    @dg.asset_check(asset=ORDERS)
    def freshness() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    with dg.DagsterInstance.ephemeral() as instance:
        assert left_behind(instance, [key], now) == set()
        dg.materialize([broken, freshness], instance=instance, raise_on_error=False)
        assert left_behind(instance, [key], now) == {key}
        assert left_behind(instance, [dg.AssetCheckKey(REVENUE, "freshness")], now) == set()
        assert left_behind(instance, [key], now + timedelta(hours=2)) == set()
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(asset_key=ORDERS, check_name="freshness", passed=True, metadata={})
        )
        assert left_behind(instance, [key], now) == set(), "whoever reports it ends it"


def test_the_automation_takes_dbts_tests_along_and_no_check_of_the_platform(
    shipped_mesh: Mesh, prepared_environment: Environment
) -> None:
    definitions = build(shipped_mesh, prepared_environment)
    graph = definitions.resolve_asset_graph()
    with dg.DagsterInstance.ephemeral() as instance:
        for key in [ORDERS, *(k for k in graph.materializable_asset_keys if k.path[0] == "finance")]:
            instance.report_runless_asset_event(dg.AssetMaterialization(key))
        first = dg.evaluate_automation_conditions(definitions, instance=instance)
        instance.report_runless_asset_event(dg.AssetMaterialization(ORDERS))
        second = dg.evaluate_automation_conditions(definitions, instance=instance, cursor=first.cursor)
    wanted = [r.true_subset for r in second.results if not r.true_subset.is_empty]
    assert REVENUE in {subset.key for subset in wanted}
    requests = build_run_requests(wanted, asset_graph=graph, run_tags=None, emit_backfills=False)
    checks = {k.name for r in requests for k in r.asset_check_keys or []}
    assert "revenue_daily_amounts_are_not_negative" in checks
    assert not checks & set(names.CHECKS)


def test_a_scheduled_refresh_carries_dbts_tests_and_no_check_of_the_platform(scene: Scene) -> None:
    manifest = scene.environment.domains / "orders" / "order_events" / "data-product.yaml"
    text = manifest.read_text()
    manifest.write_text(text + '  refresh: {schedule: "*/15 * * * *"}\n')
    try:
        repository = scene.definitions().get_repository_def()
    finally:
        manifest.write_text(text)
    [schedule] = [s for s in repository.schedule_defs if s.name.startswith("orders_refresh")]
    job = repository.get_job(schedule.job_name)
    assert job.asset_layer.selected_asset_keys == {ORDERS}
    checks = {k.name for k in job.asset_layer.asset_graph.asset_check_keys}
    assert AUDIT in checks
    assert not checks & set(names.CHECKS)
