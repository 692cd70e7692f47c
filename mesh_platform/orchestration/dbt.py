"""dbt as a subprocess on a prepared project."""

import sys
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagster_dbt import DbtCliResource
from packaging.version import Version

from mesh_platform.environment import Environment
from mesh_platform.transformation.prepared import Prepared

EXECUTABLE = str(Path(sys.executable).with_name("dbt"))


class Dbt(DbtCliResource):
    """dagster-dbt's client without two starts of dbt that it spends before each command.

    One asks for a version that the environment knows, the other makes an adapter for row counts and column metadata,
    which the platform takes from its own publication. Together they cost more than the command itself.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


def dbt_on(environment: Environment, prepared: Prepared) -> Dbt:
    """dbt for a domain; it is never on PATH, but beside the interpreter."""
    return Dbt(
        project_dir=str(prepared.project_dir),
        profiles_dir=str(prepared.project_dir),
        target=environment.target.value,
        dbt_executable=EXECUTABLE,
        global_config_flags=["--no-send-anonymous-usage-stats", "--no-use-colors"],
    )
