"""A product is materialised when built, audited and published; a bad batch is never visible, and the next heals."""

import pytest

from tests.orchestration.scene import ORDER_STEP, ORDERS, REVENUE, Scene, failure, materialised

pytestmark = pytest.mark.slow
AUDIT = "order_events_totals_are_not_negative"


def forget(scene: Scene, number: str) -> None:
    """The source's owner took a change back: it is gone from what has landed."""
    scene.query(f"delete from orders_cdc.orders__changes where id = '{number}'")
    scene.query(f"delete from orders_cdc.orders where id = '{number}'")


def test_the_life_of_a_product(scene: Scene) -> None:
    """One story, because each refresh costs a dbt start: good, more, bad, healed, bad rebuild, healed again."""
    scene.place("o1", "o2")
    first = scene.refresh()
    assert first.success, failure(first)
    assert ORDERS in materialised(first)
    assert scene.visible() == ["o1", "o2"]

    scene.place("o3")
    assert scene.refresh().success
    assert scene.visible() == ["o1", "o2", "o3"]
    assert scene.query("select mode, new_rows from mesh_slo.publications order by revision") == [
        ("replace", 2),
        ("append", 1),
    ]
    told = "(select count(*) from orders_internal.order_events__published r where r._mesh_revision < p.revision)"
    assert scene.query(f"select rows, {told} from mesh_slo.publications p order by revision") == [(2, 2), (3, 3)]

    scene.place("bad", total=-5)
    broken = scene.refresh()
    assert not broken.success
    assert AUDIT in failure(broken)
    assert ORDERS not in materialised(broken)
    assert scene.visible() == ["o1", "o2", "o3"]
    red = [e for e in broken.get_asset_check_evaluations() if e.check_name == AUDIT]
    assert [e.passed for e in red] == [False]

    forget(scene, "bad")
    scene.place("o4")
    healed = scene.refresh()
    assert healed.success, failure(healed)
    assert scene.visible() == ["o1", "o2", "o3", "o4"]
    assert scene.query("select count(*) from orders_internal.order_events where order_id = 'bad'") == [(0,)]

    scene.place("worse", total=-7)
    rebuilt = scene.refresh(config={"full_refresh": True})
    assert not rebuilt.success
    assert AUDIT in failure(rebuilt)
    assert scene.visible() == ["o1", "o2", "o3", "o4"]

    forget(scene, "worse")
    last = scene.refresh()
    assert last.success, failure(last)
    assert scene.visible() == ["o1", "o2", "o3", "o4"]
    assert scene.query("select count(*), count(distinct event_id) from orders_prod.order_events") == [(4, 4)]


def test_without_its_audits_a_product_is_built_and_not_published_and_the_step_says_so(scene: Scene) -> None:
    scene.place("unaudited")
    job = scene.definitions().resolve_implicit_global_asset_job_def()
    subset = job.get_subset(asset_selection=set(ORDER_STEP), asset_check_selection=set())
    result = subset.execute_in_process(instance=scene.instance, raise_on_error=False)
    assert not result.success
    assert "not run" in failure(result)
    assert "unaudited" not in scene.visible()
    healed = scene.refresh()
    assert healed.success, failure(healed)
    assert "unaudited" in scene.visible()


def test_materialising_a_product_alone_rebuilds_the_views_it_reads(scene: Scene) -> None:
    scene.query("drop view orders_internal.stg_orders__order_changes cascade")
    result = scene.refresh([ORDERS])
    assert result.success, failure(result)
    assert materialised(result) == {ORDERS}


def test_the_other_domain_takes_in_what_was_published(scene: Scene) -> None:
    result = scene.refresh([REVENUE], checks=True)
    assert result.success, failure(result)
    placed = scene.query("select sum(orders_placed) from finance_prod.revenue_daily")
    assert placed == scene.query("select count(*) from orders_prod.order_events where event_type = 'ORDER_PLACED'")
    five = {e.check_name: e.passed for e in result.get_asset_check_evaluations()}
    assert five["contract"]
    assert five["accuracy"]
