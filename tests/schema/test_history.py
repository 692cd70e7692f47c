from pathlib import Path

import pytest

from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.schema.history import current, event_time, history, row_schema

PRODUCT = "domains/orders/order_events"


def order_events(root: Path) -> Product:
    return gather(root).products["orders.order_events"]


def with_event_time(root: Path, column: str) -> Product:
    file = root / PRODUCT / "data-product.yaml"
    file.write_text(file.read_text().replace("    freshness:\n", f"    freshness:\n      event_time: {column}\n", 1))
    return order_events(root)


def with_a_second_timestamp(root: Path) -> None:
    file = root / PRODUCT / "schema/2.1.0.avsc"
    second = '{"name": "seen_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},'
    file.write_text(file.read_text().replace('"fields": [', f'"fields": [{second}', 1))


def test_the_shipped_products_have_their_schemas(shipped_mesh: Mesh) -> None:
    product = shipped_mesh.products["orders.order_events"]
    assert set(history(product)) == {"2.0.0", "2.1.0"}
    assert current(product) == history(product)["2.1.0"]
    assert event_time(product) == "event_timestamp"
    assert event_time(shipped_mesh.products["finance.revenue_daily"]) == "last_event_at"


def test_an_invalid_version_is_left_out(root: Path) -> None:
    (root / PRODUCT / "schema/2.0.0.avsc").write_text("{")
    assert set(history(order_events(root))) == {"2.1.0"}


@pytest.mark.parametrize("text", ["{", '"string"'])
def test_an_invalid_current_version_is_none(root: Path, text: str) -> None:
    (root / PRODUCT / "schema/2.1.0.avsc").write_text(text)
    assert current(order_events(root)) is None
    assert event_time(order_events(root)) is None


def test_of_several_timestamps_the_usual_name_wins(root: Path) -> None:
    with_a_second_timestamp(root)
    assert event_time(order_events(root)) == "event_timestamp"


def test_a_declared_event_time_beats_the_usual_name(root: Path) -> None:
    with_a_second_timestamp(root)
    assert event_time(with_event_time(root, "seen_at")) == "seen_at"


@pytest.mark.parametrize("column", ["order_id", "nowhere", "EVENT_TIMESTAMP"])
def test_a_declared_column_that_is_no_timestamp_is_none(root: Path, column: str) -> None:
    assert event_time(with_event_time(root, column)) is None


def test_row_schemas_are_found_by_the_name_of_the_table(shipped_mesh: Mesh) -> None:
    schema = row_schema(shipped_mesh.domains["orders"], "public.orders")
    assert schema is not None
    assert schema.column("id") is not None
    assert row_schema(shipped_mesh.domains["orders"], "orders") is None
