"""Preparing: what changed is renewed, what did not is not, and what cannot be leaves everything else alone."""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from mesh_platform.environment import Environment
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.transformation.parse import dbt_variables, parse_project
from mesh_platform.transformation.prepare import (
    Prepared,
    PrepareProblem,
    Progress,
    is_stale,
    prepare,
    prepared,
    projects,
)
from mesh_platform.transformation.refusal import Refusal
from mesh_platform.transformation.store import KEPT

MODEL = "models/products/revenue_daily.sql"


def edit(file: Path, more: str = "\n-- edited\n") -> None:
    file.write_text(file.read_text() + more)


def states(environment: Environment, domains: list[str] | None = None) -> dict[str, str]:
    told: list[Progress] = []
    prepare(gather(environment.root), environment, domains, told.append)
    return {p.domain: p.state for p in told}


def test_every_folder_with_a_project_is_a_domain_of_its_own_but_the_platforms(environment: Environment) -> None:
    assert projects(environment) == ["finance", "orders"]


def test_the_first_time_everything_is_renewed_and_then_nothing(environment: Environment, parses: list[Path]) -> None:
    assert states(environment) == {"finance": "renewed", "orders": "renewed"}
    os.utime(environment.dbt_projects / "finance" / MODEL, (0, 0))
    assert states(environment) == {"finance": "unchanged", "orders": "unchanged"}
    assert len(parses) == 2


def test_an_edit_renews_its_own_domain_only(environment: Environment, finance: Path, parses: list[Path]) -> None:
    states(environment)
    edit(finance / MODEL)
    assert states(environment) == {"finance": "renewed", "orders": "unchanged"}


def test_what_is_prepared_and_whether_it_is_stale_is_told_without_preparing(
    environment: Environment, mesh: Mesh, finance: Path, parses: list[Path]
) -> None:
    assert prepared(environment, "finance") is None
    assert is_stale(mesh, environment, "finance")
    made = prepare(mesh, environment, ["finance"])["finance"]
    assert prepared(environment, "finance") == made
    assert not is_stale(mesh, environment, "finance")
    edit(finance / MODEL)
    assert is_stale(mesh, environment, "finance")
    assert prepared(environment, "finance") == made
    assert not is_stale(mesh, environment, "a_domain_without_dbt")


def test_going_back_to_what_was_prepared_before_parses_nothing(
    environment: Environment, mesh: Mesh, finance: Path, parses: list[Path]
) -> None:
    text = (finance / MODEL).read_text()
    first = prepare(mesh, environment, ["finance"])
    edit(finance / MODEL)
    assert prepare(mesh, environment, ["finance"]) != first
    (finance / MODEL).write_text(text)
    assert prepare(mesh, environment, ["finance"]) == first
    assert len(parses) == 2


def test_the_last_few_are_kept_and_nothing_half_made_stays(
    environment: Environment, mesh: Mesh, finance: Path, parses: list[Path]
) -> None:
    for n in range(KEPT + 2):
        edit(finance / MODEL, f"\n-- {n}\n")
        made = prepare(mesh, environment, ["finance"])["finance"]
    assert isinstance(made, Prepared)
    kept = [f.name for f in (environment.dbt_home / "finance").iterdir() if f.is_dir()]
    assert len(kept) == KEPT
    assert made.hash in kept


def test_what_a_killed_process_left_half_made_is_cleared_away(
    environment: Environment, mesh: Mesh, parses: list[Path]
) -> None:
    folder = environment.dbt_home / "finance"
    (folder / ".new-left").mkdir(parents=True)
    made = prepare(mesh, environment, ["finance"])["finance"]
    assert isinstance(made, Prepared)
    made.manifest_path.unlink()
    assert prepared(environment, "finance") is None
    assert prepare(mesh, environment, ["finance"])["finance"] == made == prepared(environment, "finance")
    assert not (folder / ".new-left").exists()


def test_a_pointer_that_is_no_hash_points_nowhere(environment: Environment) -> None:
    folder = environment.dbt_home / "finance"
    folder.mkdir(parents=True)
    for pointed in (b"../../etc", b"\xff\xfe", b"", b"0123456789abcdef"):
        (folder / "current").write_bytes(pointed)
        assert prepared(environment, "finance") is None


def test_two_at_once_prepare_once(environment: Environment, mesh: Mesh, parses: list[Path]) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: prepare(mesh, environment, ["finance"])["finance"], range(4)))
    assert len(set(map(str, made))) == 1
    assert len(parses) == 1


def test_a_refused_project_keeps_what_was_prepared_before_and_says_what_changed(
    environment: Environment, mesh: Mesh, finance: Path, parses: list[Path], refusing: Callable[[Refusal], None]
) -> None:
    before = prepare(mesh, environment)
    edit(finance / MODEL)
    edit(environment.dbt_projects / "platform/macros/time.sql")
    refusing(Refusal("Compilation Error: something", None, 3))
    after = prepare(mesh, environment, ["finance"])["finance"]
    assert isinstance(after, PrepareProblem)
    assert str(after).startswith(
        "dbt_projects/platform/macros/time.sql:3: DBT100 Compilation Error: something (changed"
    )
    assert f"dbt_projects/finance/{MODEL}" in str(after)
    assert "\n  fix: " in str(after)
    assert prepared(environment, "finance") == before["finance"]


def test_a_link_that_leads_out_costs_its_own_domain_only(
    environment: Environment, mesh: Mesh, finance: Path, parses: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("x")
    (finance / "models/stolen.sql").symlink_to(tmp_path / "secret")
    outcome = prepare(mesh, environment)
    assert isinstance(outcome["orders"], Prepared)
    assert str(outcome["finance"]).startswith("dbt_projects/finance/models/stolen.sql:1: DBT100 ")


def test_a_domain_without_a_project_is_told_so(environment: Environment, mesh: Mesh) -> None:
    problem = prepare(mesh, environment, ["nowhere"])["nowhere"]
    assert isinstance(problem, PrepareProblem)
    assert "no dbt project" in str(problem)


def test_a_product_whose_manifest_broke_has_no_contract_and_the_rest_of_the_domain_is_prepared(
    environment: Environment, parses: list[Path]
) -> None:
    (environment.domains / "orders/order_events/data-product.yaml").write_text("kind: [")
    made = prepare(gather(environment.root), environment)["orders"]
    assert isinstance(made, Prepared)
    assert "enforced" not in (made.project_dir / "models/products/order_events.yml").read_text()


def test_nobodys_own_dbt_settings_reach_a_prepared_project() -> None:
    given = {"DBT_TARGET": "prod", "DBT_PROFILES_DIR": "/x", "DBT_ENV_SECRET_X": "s", "PATH": "/bin"}
    told = dbt_variables(given)
    assert told["DO_NOT_TRACK"] == "1"
    assert told["DBT_PROFILES_DIR"] == "."
    assert (told["DBT_ENV_SECRET_X"], told["PATH"]) == ("s", "/bin")
    assert "DBT_TARGET" not in told


def test_dbt_itself_goes_on_from_its_last_parse_and_a_broken_project_keeps_what_was_prepared(
    environment: Environment, mesh: Mesh, finance: Path
) -> None:
    assert isinstance(prepare(mesh, environment, ["finance"])["finance"], Prepared)
    edit(finance / "models/slo/expected_revenue_daily.yml", "\n  - {name: stg_more, description: more}\n")
    (finance / "models/staging/stg_more.sql").write_text("select 1 as one")
    renewed = prepare(mesh, environment, ["finance"])["finance"]
    assert isinstance(renewed, Prepared)
    assert (
        "Partial parsing enabled: 0 files deleted, 1 files added" in (renewed.project_dir / "logs/dbt.log").read_text()
    )
    partial = _understood(renewed)
    (renewed.project_dir / "target/partial_parse.msgpack").unlink()
    assert parse_project(renewed.project_dir) is None
    assert _understood(renewed) == partial
    edit(finance / "models/staging/stg_more.sql", "\n\n{% if %}\n")
    broken = prepare(mesh, environment, ["finance"])["finance"]
    assert str(broken).startswith("dbt_projects/finance/models/staging/stg_more.sql:3: DBT100 Compilation Error")
    assert prepared(environment, "finance") == renewed


def _understood(made: Prepared) -> dict[str, Any]:
    """What dbt knows of a project, without the times at which it learned it."""
    nodes = json.loads(made.manifest_path.read_text())["nodes"]
    return {
        uid: {k: v for k, v in node.items() if k not in ("created_at", "build_path")} for uid, node in nodes.items()
    }
