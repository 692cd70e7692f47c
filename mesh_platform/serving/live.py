"""The mesh, live: the UI and everything behind it started in order, and watched until one of them ends."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from mesh_platform.environment import Environment
from mesh_platform.serving import commands
from mesh_platform.serving.family import Child, Command, Family
from mesh_platform.serving.instance import write_workspace
from mesh_platform.serving.log import Follower, last_lines, size
from mesh_platform.serving.news import Runs, trouble
from mesh_platform.serving.served import Flapping, Served
from mesh_platform.serving.ui import Location, NoAnswer, locations

START_SECONDS: Final = 180.0
LOOK_SECONDS: Final = 0.5
ASK_SECONDS: Final = 5.0

Say = Callable[[str], None]
T = TypeVar("T")


class Died(Exception):
    """A process that has to live has ended, or never came to life."""

    def __init__(self, name: str, reason: str, last: Sequence[str], log: Path | None) -> None:
        super().__init__(f"{name} {reason}")
        self.name, self.reason, self.last, self.log = name, reason, last, log


@dataclass(frozen=True)
class Running:
    """A started program, and how much its log held before it wrote to it."""

    child: Child
    log_began: int = 0


@dataclass(frozen=True)
class Ui:
    """The UI once it answers."""

    url: str
    locations: tuple[Location, ...]


def start(members: Family, command: Command) -> Running:
    """Start one of the programs that have to live."""
    began = size(command.log)
    return Running(members.start(command), began)


def start_ui(members: Family, environment: Environment, socket: Path, host: str, port: int) -> tuple[Ui, list[Running]]:
    """The code server, then the UI and the daemon, until the UI answers and the mesh has loaded. Raises Died."""
    workspace = environment.dagster_home / "workspace.yaml"
    write_workspace(workspace, socket)
    running = [start(members, commands.code_server(environment, socket))]
    _until(socket.exists, running)
    running.append(start(members, commands.webserver(environment, workspace, host, port)))
    running.append(start(members, commands.daemon(environment, workspace)))
    url = f"http://{_reachable(host)}:{port}"
    return Ui(url, tuple(_until(lambda: _answer(url), running))), running


def supervise(running: Sequence[Running], runs: Runs, say: Say) -> None:
    """Say how runs end and what goes wrong, until a program ends: raises Died, or KeyboardInterrupt for a signal.

    The first of them is the code server, whose own process is started anew when that alone has ended.
    """
    served = Served(runs.url)
    followers = [Follower(r.child.command.log, r.log_began) for r in running if r.child.command.log]
    asked = time.monotonic()
    while True:
        for told in (trouble(line) for follower in followers for line in follower.lines()):
            if told:
                say(told)
        if time.monotonic() - asked > ASK_SECONDS:
            with suppress(NoAnswer):
                for sentence in _news(running, runs, served):
                    say(sentence)
            asked = time.monotonic()
        require_alive(running)
        time.sleep(LOOK_SECONDS)


def _news(running: Sequence[Running], runs: Runs, served: Served) -> Iterator[str]:
    try:
        if lost := served.look():
            yield lost
    except Flapping as problem:
        raise _died(running[0], str(problem)) from problem
    yield from runs.ended()


def require_alive(running: Sequence[Running]) -> None:
    """Raises Died for the first that has ended."""
    for one in running:
        code = one.child.ended()
        if code is not None:
            raise _died(one, f"ended with exit code {code}" if code >= 0 else f"was ended by signal {-code}")


def _died(one: Running, reason: str) -> Died:
    command = one.child.command
    return Died(command.name, reason, last_lines(command.log, one.log_began), command.log)


@contextmanager
def socket_file() -> Iterator[Path]:
    """A socket with a short name: the path of one may have 107 characters, and MESH_HOME may have more."""
    with tempfile.TemporaryDirectory(prefix="mesh-") as folder:
        yield Path(folder) / "definitions.sock"


def _until(look: Callable[[], T], running: Sequence[Running]) -> T:
    """The first answer that is more than nothing."""
    deadline = time.monotonic() + START_SECONDS
    while not (seen := look()):
        require_alive(running)
        if time.monotonic() > deadline:
            raise _died(running[-1], f"did not come up within {START_SECONDS:.0f} s")
        time.sleep(0.1)
    return seen


def _answer(url: str) -> list[Location]:
    try:
        return locations(url)
    except NoAnswer:
        return []


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
