"""An edit shows by itself: its findings are said, its domain is prepared, the UI loads it anew."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.environment import read_environment
from mesh_platform.serving.edits import domains_of, is_edit, watched
from mesh_platform.serving.family import Command
from mesh_platform.serving.watch import renew
from tests.serving.stand_ins import graphql, wait_for

LOADED = {"__typename": "WorkspaceLocationEntry", "name": "mesh", "loadStatus": "LOADED", "locationOrLoadError": {}}


@pytest.mark.parametrize(
    ("path", "edit"),
    [
        ("domains/orders/order_events/data-product.yaml", True),
        ("domains/orders/sedu6Xi6g", False),
        ("dbt_projects/orders/models/products/order_events.sql", True),
        ("domains/orders/sources/public.orders.avsc", True),
        ("dbt_projects/orders/target/manifest.json", False),
        ("dbt_projects/orders/target/compiled/x.sql", False),
        ("dbt_projects/orders/logs/dbt.log", False),
        ("domains/orders/.domain.yaml.swp", False),
        ("domains/orders/domain.yaml~", False),
        ("domains/orders/#domain.yaml#", False),
    ],
)
def test_what_an_editor_and_dbt_leave_behind_is_no_edit(path: str, edit: bool, tmp_path: Path) -> None:
    assert is_edit(tmp_path, tmp_path / path) is edit


@pytest.mark.parametrize(
    ("paths", "domains"),
    [
        (["domains/orders/order_events/data-product.yaml"], ["orders"]),
        (["dbt_projects/finance/models/x.sql", "domains/orders/domain.yaml"], ["finance", "orders"]),
        (["dbt_projects/platform/macros/x.sql"], ["finance", "orders"]),
        (["domains/policy.yaml"], []),
        (["domains/unknown/domain.yaml"], []),
    ],
)
def test_an_edit_is_about_the_domain_it_lies_in(paths: list[str], domains: list[str], tmp_path: Path) -> None:
    assert domains_of(tmp_path, [tmp_path / p for p in paths], ["orders", "finance"]) == domains


def test_a_folder_that_comes_is_an_edit(tmp_path: Path) -> None:
    assert is_edit(tmp_path, tmp_path / "domains" / "new") is False
    (tmp_path / "domains" / "new").mkdir(parents=True)
    assert is_edit(tmp_path, tmp_path / "domains" / "new") is True


def test_only_the_folders_that_are_there_are_watched(tmp_path: Path) -> None:
    assert watched(tmp_path) == []
    (tmp_path / "domains").mkdir()
    assert watched(tmp_path) == [tmp_path / "domains"]


def mesh_at(root: Path) -> dict[str, str]:
    (root / "domains" / "orders").mkdir(parents=True)
    (root / "domains" / "orders" / "domain.yaml").write_text("kind: Domain\n")
    return {"MESH_ROOT": str(root), "MESH_HOME": str(root / ".mesh")}


def test_an_edit_is_validated_prepared_and_loaded(tmp_path: Path) -> None:
    environment = read_environment(mesh_at(tmp_path))
    edited = tmp_path / "domains" / "orders" / "domain.yaml"
    ran: list[Command] = []
    said: list[str] = []
    with graphql(lambda asked: {"data": {"reloadRepositoryLocation": LOADED}}) as url:
        renew(
            environment,
            url,
            [edited, tmp_path / "domains" / "orders" / "gone.yaml"],
            lambda c: not ran.append(c),
            said.append,
        )
    assert [c.argv[4:] for c in ran] == [["validate", str(edited)], ["prepare", "orders"]]
    assert said == ["edited: domains/orders/domain.yaml, domains/orders/gone.yaml", "loaded anew"]


def test_a_broken_edit_and_a_silent_ui_are_said_and_survived(tmp_path: Path) -> None:
    environment = read_environment(mesh_at(tmp_path))
    edited = [tmp_path / "domains" / "orders" / "domain.yaml"]
    said: list[str] = []
    error = {**LOADED, "locationOrLoadError": {"__typename": "PythonError", "message": "it is broken"}}
    with graphql(lambda asked: {"data": {"reloadRepositoryLocation": error}}) as url:
        renew(environment, url, edited, lambda c: 1, said.append)
    renew(environment, url, edited, lambda c: 1, said.append)
    assert said[1] == "not loaded: it is broken"
    assert said[3].startswith("the UI could not be asked")


def test_the_watcher_sees_a_real_edit_and_ends_when_told(tmp_path: Path) -> None:
    variables = mesh_at(tmp_path)
    asked: list[dict[str, Any]] = []

    def answer(question: dict[str, Any]) -> dict[str, Any]:
        asked.append(question)
        return {"data": {"reloadRepositoryLocation": LOADED}}

    with graphql(answer) as url:
        watcher = subprocess.Popen(
            [sys.executable, "-m", "mesh_platform.serving.watch", url],
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        file = tmp_path / "domains" / "policy.yaml"

        def edited() -> bool:
            if watcher.poll() is None and not asked:
                file.write_text("levels: {}\n" if not file.exists() else file.read_text() + "#\n")
            return bool(asked)

        wait_for(edited, "the edit being seen")
        watcher.send_signal(signal.SIGINT)
        out, _ = watcher.communicate(timeout=60)
    assert watcher.returncode == 0
    assert "edited: domains/policy.yaml" in out
    assert "Traceback" not in out
