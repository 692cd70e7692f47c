"""A product whose end is announced says so wherever the UI shows it."""

from pathlib import Path

import dagster as dg
import pytest

from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.gather import gather
from mesh_platform.orchestration.specs import product_spec

FINANCE = "domains/finance/revenue_daily/data-product.yaml"


def spec(root: Path, lifecycle: str) -> dg.AssetSpec:
    manifest = root / FINANCE
    manifest.write_text(manifest.read_text().rstrip() + f"\n{lifecycle}")
    environment = Environment(root, root.parent / "home", Target.DUCKDB, str(root.parent / "landing"))
    return product_spec(gather(root).products["finance.revenue_daily"], environment)


def test_the_first_line_the_tags_and_the_metadata_say_when_and_where_to_go(root: Path) -> None:
    days = "deprecated_on: 2026-12-01, retires_on: 2027-06-30"
    shown = spec(root, f"  lifecycle: {{{days}, successor: orders.order_events}}\n")
    first = "**Deprecated on 2026-12-01**, last day 2027-06-30; read [orders.order_events](/assets/orders/order_events)"
    assert shown.description is not None
    assert shown.description.split("\n")[0] == f"{first} instead."
    assert shown.tags.items() >= {
        ("mesh/deprecated_on", "2026-12-01"),
        ("mesh/retires_on", "2027-06-30"),
        ("mesh/successor", "orders.order_events"),
    }
    assert (shown.metadata["deprecated on"], shown.metadata["last day"]) == ("2026-12-01", "2027-06-30")
    assert shown.metadata["successor"] == dg.MetadataValue.asset(dg.AssetKey(["orders", "order_events"]))


def test_what_is_not_known_yet_is_said_to_be_so(root: Path) -> None:
    shown = spec(root, "  lifecycle: {deprecated_on: 2026-12-01}\n")
    assert (shown.description or "").startswith("**Deprecated on 2026-12-01**, no last day yet; no successor.\n\n")
    assert not {"last day", "successor"} & set(shown.metadata)


@pytest.mark.parametrize("lifecycle", ["", "  # lifecycle: none\n"])
def test_a_product_that_stays_says_nothing_of_an_end(root: Path, lifecycle: str) -> None:
    shown = spec(root, lifecycle)
    assert "eprecated" not in f"{shown.description}{shown.tags}{sorted(shown.metadata)}"
