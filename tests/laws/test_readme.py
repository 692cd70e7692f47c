"""Law 7: docs cannot lie. What the README tells a person to run, runs; what it points at is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mesh_platform.manifest.product import DataProduct
from tests.ui.live import variables

PROJECT = Path(__file__).resolve().parents[2]
README = (PROJECT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
COMMANDS = [line.split("#")[0].split() for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
QUICK = [c for c in COMMANDS if c[:1] == ["mesh"] and c[1] not in {"demo", "up", "shop"}]
"""`mesh demo`, and `mesh up` with its shop, are run for real by the tests of the UI and of the command line."""


@pytest.mark.parametrize("command", QUICK, ids=" ".join)
def test_a_command_of_the_readme_runs(command: list[str], tmp_path: Path) -> None:
    mesh = Path(sys.executable).with_name("mesh")
    done = subprocess.run(
        [mesh, *command[1:]], env=variables(PROJECT, tmp_path / "home"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("command", [c for c in COMMANDS if c[:1] == ["make"]], ids=" ".join)
def test_a_make_target_of_the_readme_exists(command: list[str]) -> None:
    done = subprocess.run(["make", "-n", command[1]], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_link_of_the_docs_leads_somewhere() -> None:
    for page in [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_manifest_on_the_first_screen_uses_the_manifest_s_own_keys() -> None:
    shown = yaml.safe_load(next(text for kind, text in BLOCKS if kind == "yaml"))
    schema = DataProduct.model_json_schema()
    spec = schema["$defs"]["ProductSpec"]["properties"]
    assert set(shown["metadata"]) <= set(schema["$defs"]["ProductMetadata"]["properties"])
    assert set(shown["spec"]) <= set(spec)
    assert set(shown["spec"]["slo"]) <= set(schema["$defs"]["Slo"]["properties"])


def test_the_runbook_has_a_section_for_every_check() -> None:
    from mesh_platform.names import CHECKS

    runbook = (PROJECT / "docs" / "on-call.md").read_text()
    assert all(f"\n## {check}\n" in runbook for check in CHECKS)
