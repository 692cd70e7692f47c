"""dbt's own parse of a prepared project, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mesh_platform.transformation.refusal import Refusal, refusal

TIMEOUT_SECONDS: Final = 600
_COMMAND: Final = (
    sys.executable,
    "-c",
    "from dbt.cli.main import cli; cli()",
    "--log-format=json",
    "--log-level=error",
    "--log-level-file=debug",
    "parse",
)
_SILENT: Final = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}


def parse_project(folder: Path, variables: Mapping[str, str] = os.environ) -> Refusal | None:
    """Parse the project in place, leaving `target/manifest.json`; None when dbt is content."""
    try:
        ended = subprocess.run(  # noqa: S603  our own interpreter, no shell, no text of a user's
            _COMMAND,
            cwd=folder,
            env=dbt_variables(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Refusal(f"dbt did not end within `{TIMEOUT_SECONDS}` seconds")
    if ended.returncode == 0 and (folder / "target" / "manifest.json").is_file():
        return None
    return refusal(ended.stdout + ended.stderr, folder)


def dbt_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment dbt runs in: nobody's own dbt settings reach a prepared project, and nothing is reported home."""
    kept = {k: v for k, v in variables.items() if not k.startswith("DBT_") or k.startswith("DBT_ENV_")}
    return {**kept, **_SILENT, "DBT_PROFILES_DIR": ".", "DBT_TARGET_PATH": "target", "DBT_LOG_PATH": "logs"}
