"""The files of a dbt project in git; nothing outside its folder is ever read."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

PROJECT_FILE: Final = "dbt_project.yml"
PLATFORM: Final = "platform"
"""The folder and the dbt name of the macro package every domain uses."""
MADE_BY_DBT: Final = frozenset({"target", "logs", "dbt_packages", "__pycache__"})


class ProjectRefused(Exception):
    """A file that may not be part of a project; `path` is relative to the project."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


def is_project(folder: Path) -> bool:
    """Whether the folder holds a dbt project."""
    return (folder / PROJECT_FILE).is_file()


def project_files(folder: Path, wanted: Callable[[str], bool] = lambda path: True) -> dict[str, bytes]:
    """Relative path → content of every wanted file a person wrote; raises ProjectRefused."""
    return {path: _read(folder, path) for path in sorted(_paths(folder)) if wanted(path)}


def _paths(folder: Path) -> Iterator[str]:
    for parent, folders, files in os.walk(folder, onerror=_unlisted(folder)):
        folders[:] = sorted(f for f in folders if f not in MADE_BY_DBT and not f.startswith("."))
        for name in (*folders, *files):
            path = Path(parent, name)
            if path.is_symlink():
                _refuse_link(folder, path)
        yield from (Path(parent, f).relative_to(folder).as_posix() for f in files if not f.startswith("."))


def _refuse_link(folder: Path, link: Path) -> None:
    shown = link.relative_to(folder).as_posix()
    if not Path(os.path.realpath(link)).is_relative_to(
        os.path.realpath(folder)
    ):  # a loop of links is told by its reader
        raise ProjectRefused(shown, f"the link `{shown}` leads out of the project")
    if link.is_dir():
        raise ProjectRefused(shown, f"the link `{shown}` stands for a folder")


def _read(folder: Path, path: str) -> bytes:
    try:
        return (folder / path).read_bytes()
    except OSError as problem:
        raise ProjectRefused(path, f"`{path}` cannot be read: {_reason(problem)}") from problem


def _unlisted(folder: Path) -> Callable[[OSError], None]:
    def refuse(problem: OSError) -> None:
        path = Path(problem.filename or folder)
        shown = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else "."
        raise ProjectRefused(shown, f"`{shown}` cannot be listed: {_reason(problem)}")

    return refuse


def _reason(problem: OSError) -> str:
    return (problem.strerror or str(problem)).lower()
