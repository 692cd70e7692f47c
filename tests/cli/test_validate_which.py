"""Which mesh is judged, and which part of it is shown."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from mesh_platform.cli.main import run
from tests.edited_file import edit

MODEL = "dbt_projects/orders/models/products/order_events.sql"
FINANCE = "domains/finance/revenue_daily/data-product.yaml"


@pytest.fixture
def other(mesh: Path) -> Path:
    """Another mesh beside the one that MESH_ROOT names."""
    folder = mesh.parent / "other"
    copytree(mesh / "domains", folder / "domains")
    return folder


def shown(capsys: pytest.CaptureFixture[str], *paths: str) -> set[str]:
    run(["validate", "--format", "json", *paths])
    return {f["code"] for f in json.loads(capsys.readouterr().out)["findings"]}


@pytest.mark.parametrize("below", ["", "domains", "domains/orders", "notes"])
def test_whoever_stands_in_another_mesh_is_told(
    below: str, mesh: Path, other: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (other / "notes").mkdir()
    (other / ".git").mkdir()
    monkeypatch.chdir(other / below)
    assert run(["validate", "--format", "json"]) == 0
    printed = capsys.readouterr()
    to = "." if not below else other
    assert printed.err == (
        f"mesh: this folder has a mesh of its own; MESH_ROOT is `{mesh}`: set MESH_ROOT={to} to judge this one\n"
    )
    assert json.loads(printed.out)["products"] == 2


def test_the_mesh_around_the_repository_is_not_this_folders(
    mesh: Path, other: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (other / "apart/.git").mkdir(parents=True)
    monkeypatch.chdir(other / "apart")
    assert run(["validate"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("below", ["", "domains/orders", "dbt_projects"])
def test_whoever_stands_in_the_mesh_is_told_nothing(
    below: str, mesh: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(mesh / below)
    assert run(["validate"]) == 0
    printed = capsys.readouterr()
    assert printed.err == "" and str(mesh) not in printed.out


def test_whoever_stands_in_the_mesh_by_a_link_is_told_nothing(
    mesh: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (mesh.parent / "link").symlink_to(mesh)
    monkeypatch.chdir(mesh.parent / "link")
    assert run(["validate"]) == 0
    assert capsys.readouterr().err == ""


def test_the_summary_names_the_root_where_the_current_directory_does_not(
    mesh: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["validate"]) == 0
    assert capsys.readouterr().out.rstrip().endswith(f" s); the mesh at {mesh}")


@pytest.mark.parametrize("path", [".", "domains", "domains/orders", "domains/orders/order_events/data-product.yaml"])
def test_a_path_of_another_mesh_is_not_taken_for_the_same_path_of_the_root(
    path: str, mesh: Path, other: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(other)
    assert run(["validate", path]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"mesh: `{path}` is not part of the mesh at `{mesh}`; MESH_ROOT is `{mesh}`: ")
    assert printed.err.endswith(f"set MESH_ROOT={other} to judge this one\n")


def test_a_path_is_meant_from_here_then_from_the_root(
    mesh: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(mesh / FINANCE, "product: orders.order_events", "product: orders.events")
    monkeypatch.chdir(mesh / "domains")
    assert shown(capsys, "finance") == shown(capsys, "domains/finance") == {"LIN003"}
    assert shown(capsys, "orders") == {"CON002"}


@pytest.mark.parametrize("path", ["orders", "orders.order_events", "domains/orders", "domains/orders/order_events/"])
def test_a_domain_or_product_is_shown_with_its_models(
    path: str, mesh: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(mesh / FINANCE, "product: orders.order_events", "product: orders.events")
    (mesh / MODEL).write_text("select from")
    codes = shown(capsys, path)
    assert "DBT027" in codes and "LIN003" not in codes
    assert "DBT027" not in shown(capsys, "domains/finance") | shown(capsys, "finance.revenue_daily")


def test_the_summary_says_how_many_are_not_shown(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(mesh / FINANCE, "product: orders.order_events", "product: orders.events")
    assert run(["validate", "orders"]) == 0
    last = capsys.readouterr().out.rstrip().split("\n")[-1]
    assert last.startswith("0 errors, 1 warning in ") and "; 1 finding elsewhere not shown" in last
    run(["validate"])
    assert "not shown" not in capsys.readouterr().out


def test_a_name_of_nothing_is_a_usage_error(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "orders.order_event"]) == 2
    assert capsys.readouterr().err == "mesh: `orders.order_event` does not exist\n"
