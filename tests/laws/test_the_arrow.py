"""Law 4: the arrow holds, and light commands never load the orchestrator."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def test_every_import_points_to_the_left() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command", ["validate", "impact", "explain", "slo", "notifications", "land", "prepare", "demo", "up"]
)
def test_a_command_does_not_import_dagster_or_dbt(command: str) -> None:
    code = f"""
import sys
from mesh_platform.cli.main import run
run([{command!r}, "--help"])
heavy = sorted(m for m in sys.modules if m.split(".")[0] in {{"dagster", "dbt", "dagster_dbt"}})
assert not heavy, heavy[:5]
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
