"""The programs that make a mesh live, each as it is started."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.serving.family import Command


def variables(environment: Environment, outer: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of everything that is started: this mesh from any folder, and nothing reported home."""
    return {
        **outer,
        names.ENV_ROOT: str(environment.root),
        names.ENV_HOME: str(environment.home),
        names.ENV_TARGET: str(environment.target),
        names.ENV_LANDING: environment.landing,
        "DAGSTER_HOME": str(environment.dagster_home),
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
    }


def log_file(environment: Environment, name: str) -> Path:
    """Where a program's words are kept."""
    return environment.home / "logs" / f"{name}.log"


def run_all(environment: Environment) -> Command:
    """The whole mesh once; its progress is read line by line."""
    return _module(environment, "run", ["mesh_platform.orchestration.run_all"], piped=True)


def recover(environment: Environment) -> Command:
    """What ends the runs that dead processes left behind."""
    return _module(environment, "recover", ["mesh_platform.orchestration.recover"])


def code_server(environment: Environment, socket: Path) -> Command:
    """Loads the mesh's definitions once, for the UI and the daemon both, and anew when asked to."""
    target = ["-m", "mesh_platform.definitions", "--location-name", names.LOCATION]
    where = ["--socket", str(socket), "--working-directory", str(environment.dagster_home)]
    own_python = ["--use-python-environment-entry-point"]
    return _module(environment, "definitions", ["dagster", "code-server", "start", *where, *target, *own_python])


def webserver(environment: Environment, workspace: Path, host: str, port: int) -> Command:
    """The UI."""
    return _module(environment, "ui", ["dagster_webserver", "-w", str(workspace), "-h", host, "-p", str(port)])


def daemon(environment: Environment, workspace: Path) -> Command:
    """What evaluates the sensors and schedules and starts the queued runs."""
    return _module(environment, "daemon", ["dagster._daemon", "run", "-w", str(workspace)])


def shop(environment: Environment, *, real: bool = False) -> Command:
    """The demo shop, trading; in a real database where there is one."""
    return _module(environment, "shop", ["mesh_platform", "shop", *(["--source", "postgres"] if real else [])])


def postgres(environment: Environment, folder: Path, port: int) -> Command:
    """The demo's real database."""
    return _module(environment, "postgres", ["mesh_platform.demo.postgres", str(folder), str(port)])


def capture(environment: Environment, connector: Path) -> Command:
    """Debezium, writing that database's changes to the landing zone."""
    return _module(environment, "debezium", ["mesh_platform.demo.capture", str(connector)])


def watcher(environment: Environment, url: str) -> Command:
    """What renews and reloads the mesh when a file is edited; speaks to the terminal itself."""
    return _module(environment, "watch", ["mesh_platform.serving.watch", url], log=False)


def mesh_command(environment: Environment, *arguments: str) -> Command:
    """A `mesh` command, speaking to the terminal itself."""
    return _module(environment, arguments[0], ["mesh_platform", *arguments], log=False)


def _module(
    environment: Environment, name: str, module: list[str], *, log: bool = True, piped: bool = False
) -> Command:
    """`-P`: a file named like a library in the current folder is not taken for it."""
    argv = [sys.executable, "-P", "-m", *module]
    return Command(name, argv, variables(environment, os.environ), log_file(environment, name) if log else None, piped)
