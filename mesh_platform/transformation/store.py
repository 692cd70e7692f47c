"""Where prepared projects are kept: built aside, renamed into place, pointed at; the last few stay."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mesh_platform.environment import EnvironmentProblem
from mesh_platform.transformation.prepared import POINTER

try:
    import fcntl
except ImportError:  # a system without file locks runs unguarded
    fcntl = None  # type: ignore[assignment]

KEPT: Final = 3
"""Prepared projects a domain keeps: a dbt run that is under way goes on in the one it began with."""
_LOCK: Final = ".lock"
_ASIDE: Final = ".new-"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the only one that prepares this domain; waits for another to end. The lock dies with its process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / _LOCK).open("w")
    except OSError as problem:
        raise EnvironmentProblem(f"cannot write to `{folder}`: {problem.strerror}") from problem
    with file:
        if fcntl:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        yield


@contextmanager
def aside(folder: Path) -> Iterator[Path]:
    """A folder to build in, beside the finished ones; gone at the end unless it was put in place."""
    for left in folder.glob(f"{_ASIDE}*"):
        shutil.rmtree(left, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=folder))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write each file below the folder."""
    for path, content in files.items():
        at = folder / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_bytes(content)


def put_in_place(made: Path, folder: Path, name: str) -> None:
    """Give what was built its name. A folder of that name without a manifest is a torn one, and goes."""
    target = folder / name
    if target.exists():
        shutil.rmtree(target)
    made.replace(target)


def point_at(folder: Path, name: str) -> None:
    """Make it the current one, at once for every reader."""
    pointer = folder / f"{_ASIDE}{POINTER}"
    pointer.write_text(name + "\n")
    pointer.replace(folder / POINTER)


def prune(folder: Path, current: str) -> None:
    """Remove all but the current one and the latest others."""
    others = [f for f in folder.iterdir() if f.is_dir() and f.name != current and not f.name.startswith(".")]
    for old in sorted(others, key=lambda f: f.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
