"""`mesh prepare`: what it says, and its exit codes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mesh_platform.cli.prepare import prepare
from mesh_platform.environment import Environment
from mesh_platform.transformation.refusal import Refusal


@pytest.fixture
def mesh_prepare(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("MESH_ROOT", str(environment.root))
    monkeypatch.setenv("MESH_HOME", str(environment.home))
    return lambda *arguments: CliRunner().invoke(prepare, arguments)


def test_it_says_what_was_renewed_and_what_was_unchanged(mesh_prepare: Any, parses: list[Path]) -> None:
    first = mesh_prepare()
    assert first.exit_code == 0
    assert [line.split()[:2] for line in first.stdout.splitlines()] == [["renewed", "finance"], ["renewed", "orders"]]
    assert [line.split()[0] for line in mesh_prepare("orders").stdout.splitlines()] == ["unchanged"]


def test_json_is_all_there_is_on_stdout(mesh_prepare: Any, parses: list[Path]) -> None:
    told = json.loads(mesh_prepare("--format", "json").stdout)
    assert [(d["domain"], d["state"], d["problem"]) for d in told["domains"]] == [
        ("finance", "renewed", None),
        ("orders", "renewed", None),
    ]
    assert all(len(d["hash"]) == 16 and d["seconds"] >= 0 for d in told["domains"])


def test_a_refused_project_is_told_with_its_place_and_exits_with_1(
    mesh_prepare: Any, parses: list[Path], refusing: Callable[[Refusal], None]
) -> None:
    refusing(Refusal("Compilation Error", "models/x.sql", 4))
    text = mesh_prepare()
    assert text.exit_code == 1
    assert "\ndbt_projects/finance/models/x.sql:4: DBT100 Compilation Error\n  fix: " in text.stdout
    told = json.loads(mesh_prepare("--format", "json").stdout)
    assert {d["state"] for d in told["domains"]} == {"failed"}
    assert told["domains"][0]["problem"]["line"] == 4


def test_an_unknown_domain_is_a_matter_of_usage(mesh_prepare: Any) -> None:
    result = mesh_prepare("marketing")
    assert result.exit_code == 2
    assert "there are: finance, orders" in result.output


def test_a_mesh_without_dbt_projects_has_nothing_to_prepare(mesh_prepare: Any, environment: Environment) -> None:
    environment.dbt_projects.rename(environment.root / "elsewhere")
    result = mesh_prepare()
    assert result.exit_code == 0
    assert "no dbt project yet" in result.stdout
