"""The landing sensor: the ledger is the truth, the cursor saves work, and every tick says what it saw."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from mesh_platform import names
from mesh_platform.environment import EnvironmentProblem
from mesh_platform.manifest.gather import gather
from mesh_platform.orchestration.build import build
from mesh_platform.orchestration.sensors import back_off
from tests.orchestration.scene import ORDER_STEP, Scene
from tests.orchestration.ticks import landed, published, refresh, requests, said, tick


def quiet(scene: Scene) -> dg.SensorResult:
    """A tick after which nothing waits: what arrived has landed and is published."""
    scene.place("o1")
    landed(scene)
    published(scene)
    result = tick(scene)
    assert isinstance(result, dg.SensorResult)
    return result


def test_a_file_that_arrived_is_one_run_of_everything_downstream(fresh: Scene) -> None:
    fresh.place("o1")
    result = tick(fresh)
    assert isinstance(result, dg.SensorResult)
    assert [r.asset_selection for r in result.run_requests or []] == [ORDER_STEP]
    assert (result.run_requests or [])[0].tags[names.TAG_LANDING] == "orders"


def test_an_empty_zone_is_a_tick_that_says_so(fresh: Scene) -> None:
    result = tick(fresh)
    assert requests(result) == 0
    assert "everything that arrived has landed" in said(result)


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
def test_while_a_landing_run_is_under_way_no_other_is_requested(fresh: Scene, status: dg.DagsterRunStatus) -> None:
    fresh.place("o1")
    fresh.instance.create_run_for_job(refresh, status=status, tags={names.TAG_LANDING: "orders"})
    assert "queued or running" in said(tick(fresh))


def test_what_landed_and_was_not_published_is_requested_too(fresh: Scene) -> None:
    fresh.place("o1")
    landed(fresh)
    assert requests(tick(fresh)) == 1


def test_what_is_published_is_remembered_by_the_cursor_and_only_news_wakes_it(fresh: Scene) -> None:
    before = quiet(fresh)
    assert requests(before) == 0
    assert "as they were" in said(tick(fresh, before.cursor))
    fresh.place("o2")
    assert requests(tick(fresh, before.cursor)) == 1


def test_a_cursor_never_outlives_the_ledger_it_was_true_of(fresh: Scene) -> None:
    before = quiet(fresh)
    fresh.environment.warehouse_file.unlink()
    assert requests(tick(fresh, before.cursor)) == 1


def test_a_busy_warehouse_is_said_and_nothing_is_requested(fresh: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh.place("o1")
    landed(fresh)
    fresh.place("o2")
    monkeypatch.setattr("mesh_platform.orchestration.sensors.BUSY_SECONDS", 0.1)
    with held(fresh):
        assert "warehouse busy" in said(tick(fresh))


def held(scene: Scene) -> "Held":
    return Held(str(scene.environment.warehouse_file))


class Held:
    """Another process that keeps the warehouse open."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> None:
        import subprocess
        import sys

        code = f"import duckdb; c = duckdb.connect({self.path!r}); print('open', flush=True); input()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == "open\n"

    def __exit__(self, *_: object) -> None:
        self.process.communicate("\n")


def test_failures_double_the_pause_and_a_success_ends_it(fresh: Scene) -> None:
    now = datetime.now(UTC)

    def run(status: dg.DagsterRunStatus) -> None:
        fresh.instance.create_run_for_job(refresh, status=status, tags={names.TAG_LANDING: "orders"})

    assert back_off(fresh.instance, "orders", now) == 0
    run(dg.DagsterRunStatus.FAILURE)
    assert 25 < back_off(fresh.instance, "orders", now) <= 31
    run(dg.DagsterRunStatus.FAILURE)
    assert 55 < back_off(fresh.instance, "orders", now) <= 61
    assert back_off(fresh.instance, "orders", now + timedelta(minutes=2)) < 0
    for _ in range(10):
        run(dg.DagsterRunStatus.FAILURE)
    assert 1700 < back_off(fresh.instance, "orders", now) <= 1801
    run(dg.DagsterRunStatus.SUCCESS)
    assert back_off(fresh.instance, "orders", now) == 0


def test_a_failed_batch_waits_and_is_requested_again(fresh: Scene) -> None:
    fresh.place("o1")
    fresh.instance.create_run_for_job(refresh, status=dg.DagsterRunStatus.FAILURE, tags={names.TAG_LANDING: "orders"})
    assert "trying again in" in said(tick(fresh))


def test_a_manifest_with_a_refresh_schedule_gets_one_per_domain_and_cron(scene: Scene) -> None:
    manifest = scene.environment.root / "domains" / "orders" / "order_events" / "data-product.yaml"
    manifest.write_text(manifest.read_text() + '  refresh: {schedule: "*/15 * * * *"}\n')
    definitions = build(gather(scene.environment.root), scene.environment)
    found = {s.name: s.cron_schedule for s in definitions.get_repository_def().schedule_defs}
    assert found["orders_refresh_every15_x_x_x_x"] == "*/15 * * * *"


def test_a_tick_says_what_it_saw_and_which_zone_skipped_itself(fresh: Scene) -> None:
    fresh.place("o1")
    (fresh.environment.root / "domains" / "orders" / "sources" / "public.returns.avsc").write_text("{}")
    landed(fresh)
    published(fresh)
    words = said(tick(fresh))
    assert words.startswith("1 file in 1 zone; `orders_service_postgres.public.returns` skipped: its row schema")
    assert words.endswith("; everything that arrived has landed and is published")


def run_keys(result: dg.SensorResult | dg.SkipReason) -> list[str | None]:
    return [r.run_key for r in result.run_requests or []] if isinstance(result, dg.SensorResult) else []


def test_a_tick_made_twice_is_one_run_and_a_batch_that_failed_is_another(fresh: Scene) -> None:
    fresh.place("o1")
    first = run_keys(tick(fresh))
    assert first == run_keys(tick(fresh))
    assert first[0]
    ended = fresh.instance.create_run_for_job(
        refresh, status=dg.DagsterRunStatus.SUCCESS, tags={names.TAG_LANDING: "orders"}
    )
    again = run_keys(tick(fresh))
    assert again != first
    fresh.place("o2")
    assert len({*first, *again, *run_keys(tick(fresh))}) == 3
    assert ended.run_id


def test_what_somebody_else_landed_wakes_the_sensor_although_the_zone_is_as_it_was(fresh: Scene) -> None:
    """As `mesh land --replay` does."""
    before = quiet(fresh)
    fresh.query("update mesh_landing.ledger set revision = 99")
    assert requests(tick(fresh, before.cursor)) == 1


def test_a_product_that_is_new_wakes_the_sensor_although_the_zone_is_as_it_was(fresh: Scene) -> None:
    before = quiet(fresh)
    assert "as they were" not in said(tick(fresh, before.cursor, built=frozenset({"orders.new"})))


def test_a_landing_root_that_is_no_place_is_a_sentence(fresh: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object) -> None:
        raise EnvironmentProblem("MESH_LANDING is `s3://x`; point it at a folder")

    monkeypatch.setattr("mesh_platform.orchestration.sensors.survey", nowhere)
    assert said(tick(fresh)) == "MESH_LANDING is `s3://x`; point it at a folder"
