"""The workflow and the hook for domain repositories, run as they stand, on a violation of every rule."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import util
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from mesh_platform.cli import validate
from mesh_platform.cli.main import run
from mesh_platform.environment import PROJECT_ROOT
from tests.cli.git_repository import commit, git
from tests.edited_file import edit
from tests.schema.registry.stand_in import StandIn

WORKFLOW = PROJECT_ROOT / "mesh_platform/templates/github/data-product-governance.yml"
HOOKS = PROJECT_ROOT / ".pre-commit-hooks.yaml"
FIXTURES = PROJECT_ROOT / "tests/policies"
ASK = "Ask the registry"
MANIFEST = "domains/orders/order_events/data-product.yaml"
FINANCE = "domains/finance/revenue_daily/data-product.yaml"


def _fixtures() -> Any:
    """How fixtures are laid over their base and marked, from the tests of the policies."""
    spec = util.spec_from_file_location("policy_fixtures", FIXTURES / "test_fixtures.py")
    assert spec and spec.loader
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LAID = _fixtures()


class Noon(datetime):
    """The day the fixtures were written for."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return datetime(LAID.TODAY.year, LAID.TODAY.month, LAID.TODAY.day, 12, tzinfo=UTC)


def steps() -> dict[str, str]:
    """Name → shell text of every step that runs something."""
    job = yaml.safe_load(WORKFLOW.read_text())["jobs"]["governance"]
    return {step["name"]: step["run"] for step in job["steps"] if "run" in step}


def shell(text: str, root: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """As GitHub runs a step, with the platform's commands on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "GITHUB_WORKSPACE": str(root), **variables}
    command = ["bash", "-e", "-o", "pipefail", "-c", text]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(root: Path) -> Path:
    git(root, "init", "-q", "-b", "main")
    commit(root, "work", "-f")
    return root


def arguments_of(step: str) -> list[str]:
    """What the step gives to `mesh`, its variables filled in."""
    words = shlex.split(steps()[step].replace("$MESH_BASE", "main"))
    assert words[0] == "mesh"
    return words[1:]


@pytest.mark.parametrize("code", LAID.CODES)
def test_the_workflow_tells_every_rule_at_its_line(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / code / "nothing").mkdir(parents=True)
    before = FIXTURES / code / "before"
    root = LAID.laid_over_base(before if before.exists() else tmp_path / code / "nothing", tmp_path / "root")
    git(root, "init", "-q", "-b", "main")
    commit(root, "work", "-f")
    bad = LAID.laid_over_base(FIXTURES / code / "bad", tmp_path / "bad")
    shutil.rmtree(root / "domains")
    shutil.rmtree(root / "dbt_projects")
    shutil.copytree(bad, root, dirs_exist_ok=True, symlinks=True)
    monkeypatch.setattr(validate, "datetime", Noon)
    monkeypatch.setenv("MESH_ROOT", str(root))
    monkeypatch.setenv("MESH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(root))
    run(arguments_of("Judge the change"))
    notes = capsys.readouterr().out.split("\n")
    for path, line in LAID.marks(bad, code):
        assert any(f" file={path},line={line},col=" in note and f",title={code}::" in note for note in notes), notes


def broken(root: Path) -> Iterator[str]:
    """Violations of several rooms at once, and the note each of them makes."""
    edit(root / MANIFEST, "target_minutes: 30", "target_minutes: 300")
    yield f"::error file={MANIFEST},line=26,col=7,title=SLO001::"
    yield f"::error file={MANIFEST},line=26,col=7,title=SLO015::"
    yield f"::error file={FINANCE},line=21,col=7,title=SLO009::"
    edit(root / "domains/finance/domain.yaml", "team_size: 5", "team_size: five")
    yield "::error file=domains/finance/domain.yaml,line=9,col=3,title=MAN008::"
    edit(root / "domains/orders/order_events/schema/2.1.0.avsc", '"type": "record"', '"type": "recrd"')
    yield "::error file=domains/orders/order_events/schema/2.1.0.avsc,line="
    (root / "domains/exemptions.yaml").write_text(
        "exemptions:\n  - {policy: SLO001, product: a.b, until: 2020-01-01, granted_by: council, reason: why}\n"
    )
    yield "::error file=domains/exemptions.yaml,line=2,col=36,title=EXM001::"
    edit(root / "dbt_projects/orders/models/products/order_events.yml", "- name: event_id", "- name: evnt_id")


def test_the_workflows_steps_run_as_they_stand(repository: Path) -> None:
    git(repository, "update-ref", "refs/remotes/origin/main", "HEAD")
    wanted = list(broken(repository))
    variables = {"MESH_ROOT": str(repository), "MESH_BASE": "origin/main", "MESH_HOME": str(repository.parent / "home")}
    judged = shell(steps()["Judge the change"], repository, **variables)
    assert judged.returncode == 1, judged.stderr
    assert [note for note in wanted if note not in judged.stdout] == [], judged.stdout
    reported = shell(steps()["Report"], repository, **variables)
    assert reported.returncode == 0, reported.stderr
    suite = ElementTree.parse(repository / "governance.xml").getroot()
    assert int(suite.get("failures", "0")) >= len(wanted)


def test_the_workflow_installs_nothing_that_nobody_named(tmp_path: Path) -> None:
    (tmp_path / "python").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "python").chmod(0o755)
    install = f"PATH={shlex.quote(str(tmp_path))}:$PATH; {steps()['Install the platform']}"
    refused = shell(install, tmp_path, MESH_PLATFORM="")
    assert refused.returncode == 1
    assert refused.stdout.startswith("::error::set the repository's variable MESH_PLATFORM to what pip installs")
    named = shell(install, tmp_path, MESH_PLATFORM="git+https://git.example.com/mesh-platform@1a2b3c")
    assert named.stdout == "-m pip install git+https://git.example.com/mesh-platform@1a2b3c\n"
    job = yaml.safe_load(WORKFLOW.read_text())["jobs"]["governance"]
    assert job["env"]["MESH_PLATFORM"] == "${{ vars.MESH_PLATFORM }}"


def test_the_workflows_steps_are_green_where_nothing_is_wrong(repository: Path) -> None:
    variables = {"MESH_ROOT": str(repository), "MESH_BASE": "main", "MESH_HOME": str(repository.parent / "home")}
    for name in ("Judge the change", "Report"):
        done = shell(steps()[name], repository, **variables)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_report_that_could_not_be_written_fails_its_step(repository: Path) -> None:
    variables = {"MESH_ROOT": str(repository), "MESH_BASE": "nowhere"}
    assert shell(steps()["Report"], repository, **variables).returncode != 0


def test_the_workflow_asks_for_no_more_than_it_needs() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    used = [step["uses"] for step in workflow["jobs"]["governance"]["steps"] if "uses" in step]
    assert all("@v" in action for action in used)
    assert list(steps()) == ["Install the platform", "Judge the change", "Report", "Ask the registry"]


def test_the_registry_is_asked_where_there_is_one_and_never_told() -> None:
    (step,) = (s for s in yaml.safe_load(WORKFLOW.read_text())["jobs"]["governance"]["steps"] if s.get("name") == ASK)
    assert step["run"] == "mesh schema check"
    assert "env.MESH_REGISTRY_URL != ''" in step["if"]
    assert "head.repo.full_name == github.repository" in step["if"]
    assert set(step["env"]) == {"MESH_REGISTRY_USER", "MESH_REGISTRY_PASSWORD", "MESH_REGISTRY_TOKEN"}


def test_the_registrys_step_says_what_the_registry_says(repository: Path, stand_in: StandIn) -> None:
    stand_in.authorization = "Bearer t0ken"
    edit(repository / MANIFEST, "https://schema-registry.example.com", stand_in.url)
    given = {"MESH_REGISTRY_URL": stand_in.url, "MESH_REGISTRY_TOKEN": "t0ken"}
    none = {"MESH_REGISTRY_USER": "", "MESH_REGISTRY_PASSWORD": ""}  # as GitHub gives a secret that there is not
    asked = shell(steps()[ASK], repository, MESH_ROOT=str(repository), **given, **none)
    assert (asked.returncode, "compatible" in asked.stdout) == (0, True), asked.stdout + asked.stderr
    assert stand_in.subjects == {}


def test_the_hook_judges_the_repository_it_is_run_in(repository: Path) -> None:
    (hook,) = yaml.safe_load(HOOKS.read_text())
    assert (hook["id"], hook["pass_filenames"]) == ("mesh-validate", False)
    elsewhere = {"MESH_ROOT": "/nowhere", "MESH_HOME": str(repository.parent / "home")}
    assert shell(hook["entry"], repository, **elsewhere).returncode == 0
    list(broken(repository))
    refused = shell(hook["entry"], repository, **elsewhere)
    assert refused.returncode == 1
    assert f"{MANIFEST}:26: SLO001" in refused.stdout
    again = shell(f"{hook['entry']} --changed-since HEAD", repository, **elsewhere)
    assert "SLO015" in again.stdout
