"""One thing that is being done, as the person who waits is told of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Final

from mesh_platform.serving.family import Command, Family
from mesh_platform.serving.log import last_lines, size

LOADING: Final = "definitions"
"""The first step: the program starts and loads the mesh."""


class State(StrEnum):
    """How far it is."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Step:
    """A step of the work and how it stands."""

    name: str
    state: State
    message: str = ""
    seconds: float | None = None

    def as_json(self) -> dict[str, object]:
        """As the closing JSON shows it."""
        return {"name": self.name, "status": str(self.state), "message": self.message, "seconds": self.seconds}


@dataclass(frozen=True)
class RunEnded:
    """The end of a run of the whole mesh."""

    success: bool
    run_id: str | None = None
    log: tuple[str, ...] = ()
    """The last lines of the log, where it did not end well."""


def run_mesh(members: Family, command: Command) -> Iterator[Step | RunEnded]:
    """Run the whole mesh once (`commands.run_all`), and tell its steps as they go."""
    began = size(command.log)
    child = members.start(command)
    ended, started = None, monotonic()
    yield Step(LOADING, State.STARTED)
    for line in child.process.stdout or ():
        event = _event(line, monotonic() - started)
        if isinstance(event, RunEnded):
            ended = event
        elif event:
            yield event
    code = child.process.wait()
    members.dismiss(child)
    if ended and ended.success and code == 0:
        yield ended
    else:
        yield RunEnded(False, ended.run_id if ended else None, tuple(last_lines(command.log, began)))


def _event(line: str, seconds: float) -> Step | RunEnded | None:
    """What a line of progress says, so many seconds after the start; None for a line that is none."""
    try:
        event = json.loads(line)
        if event["event"] == "start":
            return Step(LOADING, State.SUCCEEDED, f"{int(event['steps'])} steps", round(seconds, 2))
        if event["event"] == "end":
            return RunEnded(event["status"] == "success", event.get("run_id"))
        if event["event"] == "step":
            return Step(event["name"], State(event["status"]), event.get("message") or "", event.get("seconds"))
    except (ValueError, KeyError, TypeError):
        pass
    return None
