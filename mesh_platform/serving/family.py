"""Processes that end together, however the one that started them ends: by itself, by a signal, or killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mesh_platform.serving import keeper

INTERRUPT_SECONDS: Final = 6.0
"""How long a process may take to end decently; a run in progress marks itself as ended in that time."""
TERMINATE_SECONDS: Final = 4.0

WAYS: Final = (
    (signal.SIGINT, INTERRUPT_SECONDS),
    (signal.SIGTERM, TERMINATE_SECONDS),
    (signal.SIGKILL, TERMINATE_SECONDS),
)


@dataclass(frozen=True)
class Command:
    """A program to be started: what it is called, what it is, and where its words go."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path | None = None
    """Where standard output and error are appended; None: they are this process's own."""
    piped: bool = False
    """Standard output is read by the starter, and only the errors go to the log."""


@dataclass(frozen=True)
class Child:
    """A started program, the leader of a session of its own, so that a signal to its group reaches all it started."""

    command: Command
    process: subprocess.Popen[str]

    @property
    def group(self) -> int:
        return self.process.pid

    def ended(self) -> int | None:
        """Its exit code; None while it runs."""
        return self.process.poll()


@dataclass
class Family:
    """The processes started so far, and the keeper that ends them if this one is killed."""

    guard: subprocess.Popen[str]
    children: list[Child] = field(default_factory=list)

    def start(self, command: Command) -> Child:
        """Start a program. It reads nothing, and dies with this process."""
        child = Child(command, _spawn(command))
        self.children.append(child)
        self._tell(f"+{child.group}")
        return child

    def dismiss(self, child: Child) -> None:
        """End one of them, with all it started."""
        stop([child])
        self.children.remove(child)
        self._tell(f"-{child.group}")

    def dissolve(self) -> None:
        """End all of them, then the keeper."""
        stop(self.children)
        self._tell("done")
        with suppress(OSError):
            if self.guard.stdin:
                self.guard.stdin.close()
        self.guard.wait()

    def _tell(self, word: str) -> None:
        with suppress(OSError):
            if self.guard.stdin:
                self.guard.stdin.write(f"{word}\n")
                self.guard.stdin.flush()


@contextmanager
def family() -> Iterator[Family]:
    """A family that is dissolved at the end, whatever happens in between."""
    argv = [sys.executable, "-I", "-S", keeper.__file__]
    quiet = subprocess.DEVNULL
    guard = subprocess.Popen(  # noqa: S603 - our own program
        argv, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, text=True, start_new_session=True
    )
    members = Family(guard)
    try:
        yield members
    finally:
        members.dissolve()


def stop(children: Sequence[Child], ways: Sequence[tuple[int, float]] = WAYS) -> None:
    """Interrupt, then terminate, then kill; returns when nothing of their groups is left."""
    for number, patience in ways:
        left = [c for c in children if _alive(c)]
        for child in left:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.group, number)
        try:
            _wait(left, patience)
        except KeyboardInterrupt:  # a second Ctrl-C: no more waiting for decency
            continue
    for child in children:
        child.process.poll()


def _wait(children: Sequence[Child], patience: float) -> None:
    deadline = time.monotonic() + patience
    while any(_alive(c) for c in children) and time.monotonic() < deadline:
        time.sleep(0.05)


def _spawn(command: Command) -> "subprocess.Popen[str]":
    log = None
    if command.log:
        command.log.parent.mkdir(parents=True, exist_ok=True)
        log = command.log.open("ab")
    try:
        return subprocess.Popen(  # noqa: S603 - our own programs
            list(command.argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if command.piped else log,
            stderr=log,
            env=dict(command.env),
            text=True,
            start_new_session=True,
        )
    finally:
        if log:
            log.close()


def _alive(child: Child) -> bool:
    """Whether any process of its group still runs. A grandchild's zombie does not: nobody may be there to bury it.

    The child itself runs until it is buried: a leader whose other threads still end looks like a zombie before that.
    """
    if child.process.poll() is None:
        return True
    try:
        os.killpg(child.group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _running_in(child.group)


def _running_in(group: int) -> bool:
    proc = Path("/proc")
    if not proc.is_dir():
        return True
    for stat in proc.glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, pgrp = stat.read_text().rpartition(")")[2].split()[:3]
            if int(pgrp) == group and state not in "ZX":
                return True
    return False
