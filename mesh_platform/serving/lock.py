"""One `mesh up` or `mesh demo` a MESH_HOME: the lock dies with its process, so a stale one cannot be."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mesh_platform.environment import EnvironmentProblem

try:
    import fcntl
except ImportError:  # a system without file locks runs unguarded
    fcntl = None  # type: ignore[assignment]


@contextmanager
def sole(home: Path, command: str) -> Iterator[None]:
    """Be the only one at work in this MESH_HOME; raises EnvironmentProblem naming the other's process."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / "mesh.lock").open("a+")
    except OSError as problem:
        raise EnvironmentProblem(f"cannot write to MESH_HOME `{home}`: {problem.strerror}") from problem
    with file:
        if fcntl and not _taken(file.fileno()):
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise EnvironmentProblem(f"{holder} is at work in `{home}`; stop it, or set another MESH_HOME")
        file.truncate(0)
        file.write(f"{command} (process {os.getpid()})\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
