"""Law 1, of what runs: a project that does not parse and a zone that cannot be listed cost only what is theirs."""

from pathlib import Path

import dagster as dg
import pytest

from mesh_platform.environment import Environment
from mesh_platform.landing.survey import survey
from mesh_platform.manifest.gather import gather
from mesh_platform.orchestration.build import build
from mesh_platform.transformation.prepare import PrepareProblem, prepare
from mesh_platform.transformation.prepared import Prepared
from tests.orchestration.scene import ORDERS, REVENUE, SYSTEM


@pytest.mark.slow
def test_a_project_that_does_not_parse_costs_its_own_domain_its_executables(environment: Environment) -> None:
    broken = environment.dbt_projects / "finance/models/products/revenue_daily.sql"
    broken.write_text(broken.read_text() + "\n{% if %}\n")
    mesh = gather(environment.root)
    outcomes = prepare(mesh, environment)
    assert isinstance(outcomes["orders"], Prepared)
    assert isinstance(outcomes["finance"], PrepareProblem)
    graph = build(mesh, environment).resolve_asset_graph()
    assert graph.get(ORDERS).is_executable
    assert not graph.get(REVENUE).is_executable
    checks = {key.name for key in graph.asset_check_keys if key.asset_key == REVENUE}
    assert checks >= {"freshness", "completeness", "accuracy", "contract", "governance"}


def test_a_zone_that_cannot_be_listed_skips_only_itself(environment: Environment) -> None:
    """A file where the folder should be: nobody, root included, can list it."""
    zones = Path(environment.landing) / SYSTEM
    (zones / "public.returns").mkdir(parents=True)
    (zones / "public.returns" / "a.jsonl").write_text("null\n")
    (zones / "public.orders").write_text("no folder")
    found = survey(gather(environment.root), environment, "orders")
    assert set(found.unreachable) == {f"{SYSTEM}.public.orders"}
    assert [f.path for files in found.files.values() for f in files if f.source_table] == [
        f"{SYSTEM}/public.returns/a.jsonl"
    ]
    assert isinstance(build(gather(environment.root), environment), dg.Definitions)
