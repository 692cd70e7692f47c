"""The folder below MESH_HOME in which a batch is made ready; it does not outlive its process for long."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from mesh_platform.environment import EnvironmentProblem

try:
    import fcntl
except ImportError:  # a system without file locks clears nothing away that it did not make
    fcntl = None  # type: ignore[assignment]


@contextmanager
def staging_folder(home: Path) -> Iterator[Path]:
    """A folder of this batch alone; what a killed process left is cleared away. Raises EnvironmentProblem.

    A folder is locked as long as its process lives: a process number may be another's by now, or of another machine.
    """
    top = home / "staging"
    with ExitStack() as held:
        try:
            top.mkdir(parents=True, exist_ok=True)
            with _locked(top, wait=True):
                _clear(top)
                folder = Path(mkdtemp(prefix=f"{os.getpid()}-", dir=top))
                held.enter_context(_locked(folder))
        except OSError as problem:
            raise EnvironmentProblem(f"cannot stage files in `{top}`: {problem.strerror or problem}") from problem
        held.callback(shutil.rmtree, folder, ignore_errors=True)
        yield folder


def _clear(top: Path) -> None:
    for left in top.iterdir():
        with suppress(OSError), _locked(left):
            if fcntl:
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _locked(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Raises OSError where another process has the lock, and `wait` is false."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if fcntl:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
