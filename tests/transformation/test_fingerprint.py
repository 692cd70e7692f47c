"""The hash of a prepared project: what it is made from, and nothing else."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.gather import gather
from mesh_platform.transformation.fingerprint import sources


def test_times_of_files_do_not_count_and_contents_do(environment: Environment, finance: Path) -> None:
    def now() -> str:
        return sources(gather(environment.root), environment, "finance").hash

    before = now()
    model = finance / "models/products/revenue_daily.sql"
    os.utime(model, (0, 0))
    assert now() == before
    text = model.read_text()
    model.write_text(text + "\n")
    assert now() != before
    model.write_text(text)
    assert now() == before


def test_what_dbt_and_editors_leave_behind_does_not_count(environment: Environment, finance: Path) -> None:
    mesh = gather(environment.root)
    before = sources(mesh, environment, "finance").hash
    for path in ("target/manifest.json", "logs/dbt.log", "dbt_packages/x/y.sql", "models/.swp", ".user.yml"):
        (finance / path).parent.mkdir(parents=True, exist_ok=True)
        (finance / path).write_text("x")
    assert sources(mesh, environment, "finance").hash == before


def test_a_macro_of_the_platform_concerns_every_domain(environment: Environment) -> None:
    mesh = gather(environment.root)
    before = {d: sources(mesh, environment, d).hash for d in ("orders", "finance")}
    macro = environment.dbt_projects / "platform/macros/time.sql"
    macro.write_text(macro.read_text() + "\n")
    assert all(sources(mesh, environment, d).hash != before[d] for d in before)


@pytest.mark.parametrize(
    ("file", "old", "new", "concerned"),
    [
        ("orders/order_events/schema/2.1.0.avsc", "Who ordered", "Who bought", True),
        ("orders/order_events/schema/2.0.0.avsc", "Who ordered", "Who bought", False),
        ("orders/order_events/data-product.yaml", "target_minutes: 30", "target_minutes: 31", False),
        ("orders/order_events/data-product.yaml", "[customer_id]", "[customer_id, channel]", True),
    ],
)
def test_of_a_manifest_only_the_contract_counts(
    environment: Environment, file: str, old: str, new: str, concerned: bool
) -> None:
    before = sources(gather(environment.root), environment, "orders").hash
    at = environment.domains / file
    assert old in at.read_text()
    at.write_text(at.read_text().replace(old, new))
    mesh = gather(environment.root)
    assert mesh.findings == ()
    assert (sources(mesh, environment, "orders").hash != before) is concerned


def test_the_target_and_the_warehouse_count(environment: Environment, tmp_path: Path) -> None:
    mesh = gather(environment.root)
    elsewhere = replace(environment, home=tmp_path / "elsewhere")
    other = replace(environment, target=Target.BIGQUERY)
    assert len({sources(mesh, e, "orders").hash for e in (environment, elsewhere, other)}) == 3


def test_a_file_moved_is_not_the_same_project(environment: Environment, finance: Path) -> None:
    mesh = gather(environment.root)
    before = sources(mesh, environment, "finance").hash
    (finance / "models/slo/expected_revenue_daily.sql").rename(finance / "models/expected_revenue_daily.sql")
    assert sources(mesh, environment, "finance").hash != before
