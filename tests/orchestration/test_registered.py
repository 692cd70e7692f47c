"""A refresh publishes whatever the registry does, and shows what the registry knows."""

from typing import Any

import dagster as dg
import pytest

from tests.orchestration.scene import ORDERS, Scene, failure, materialised
from tests.schema.registry.stand_in import StandIn, failing

pytestmark = pytest.mark.slow


def shown(result: dg.ExecuteInProcessResult) -> Any:
    (event,) = [e for e in result.get_asset_materialization_events() if e.asset_key == ORDERS]
    return event.materialization.metadata["registered schema"].value


def test_an_outage_loses_no_publication_and_the_next_one_registers(
    scene: Scene, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = scene.environment.root / "domains" / "orders" / "order_events" / "data-product.yaml"
    manifest.write_text(manifest.read_text().replace("https://schema-registry.example.com", stand_in.url))
    monkeypatch.setenv("MESH_REGISTRY_URL", stand_in.url)
    stand_in.plan = [failing(401)]
    scene.place("o1")
    first = scene.refresh()
    assert first.success, failure(first)
    assert ORDERS in materialised(first)
    assert scene.visible() == ["o1"]
    assert "not registered, tried again next time; the credentials are not accepted" in shown(first)

    scene.place("o2")
    assert (second := scene.refresh()).success
    assert shown(second) == "2.1.0 of `orders.order_events`: version 2, id 2; learnt 2.0.0, 2.1.0"
    assert [number for number, _ in stand_in.subjects["orders.order_events"]] == [1, 2]
