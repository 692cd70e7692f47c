"""The files of a dbt project in git; nothing outside its folder is ever read."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

PROJECT_FILE: Final = "dbt_project.yml"
PLATFORM: Final = "platform"
"""The folder and the dbt name of the macro package every domain uses."""
MAX_BYTES: Final = 64 << 20
"""Of one file; what is larger belongs into a source system and not into git."""
_FILES: Final = (".yml", ".yaml", ".sql")
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
    files, refused = read_project(folder, wanted)
    if refused:
        raise refused[0]
    return files


def read_project(folder: Path, wanted: Callable[[str], bool]) -> tuple[dict[str, bytes], list[ProjectRefused]]:
    """The wanted files that can be read, by path; and every file, wanted or not, that may not be part of a project."""
    files: dict[str, bytes] = {}
    refused: list[ProjectRefused] = []
    for path in sorted(_paths(folder, refused)):
        try:
            _check(folder, path)
            if wanted(path):
                with open(f"{folder}/{path}", "rb") as file:
                    files[path] = file.read()
        except OSError as problem:
            refused.append(ProjectRefused(path, f"`{path}` cannot be read: {_reason(problem)}"))
        except ProjectRefused as problem:
            refused.append(problem)
    return files, refused


def _paths(folder: Path, refused: list[ProjectRefused]) -> Iterator[str]:
    unlisted: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=unlisted.append):
        folders[:] = sorted(f for f in folders if f not in MADE_BY_DBT and not f.startswith("."))
        inside = parent.removeprefix(str(folder)).lstrip("/")
        here = f"{inside}/" if inside else ""
        links = [f"{here}{name}" for name in folders if os.path.islink(f"{parent}/{name}")]
        refused += [_refused_link(folder, link) for link in links]
        misplaced = [f"{here}{name}" for name in folders if name.endswith(_FILES)]
        refused += [ProjectRefused(path, f"`{path}` is a folder") for path in misplaced if path not in links]
        yield from (f"{here}{name}" for name in files if not name.startswith("."))
    refused += [_unlisted(folder, problem) for problem in unlisted]


def _shown(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _refused_link(folder: Path, link: str) -> ProjectRefused:
    """A link to a folder, wherever it leads: what lies behind it would be passed over."""
    out = ProjectRefused(link, f"the link `{link}` leads out of the project")
    return ProjectRefused(link, f"the link `{link}` stands for a folder") if _is_inside(folder, link) else out


def _check(folder: Path, path: str) -> None:
    """Raises ProjectRefused for what is no file of the project's own, or too large to be one; never waits for it."""
    about = os.lstat(f"{folder}/{path}")
    if stat.S_ISLNK(about.st_mode):
        if not _is_inside(folder, path):
            raise ProjectRefused(path, f"the link `{path}` leads out of the project")
        about = (folder / path).stat()
    if not stat.S_ISREG(about.st_mode):
        raise ProjectRefused(path, f"`{path}` is no regular file")
    if about.st_size > MAX_BYTES:
        raise ProjectRefused(path, f"`{path}` has `{about.st_size}` bytes; at most `{MAX_BYTES}` are read")


def _is_inside(folder: Path, path: str) -> bool:
    # realpath, which ends at a link to itself where Path.resolve raises
    return Path(os.path.realpath(folder / path)).is_relative_to(os.path.realpath(folder))


def _unlisted(folder: Path, problem: OSError) -> ProjectRefused:
    path = Path(problem.filename or folder)
    shown = _shown(folder, path) if path.is_relative_to(folder) else "."
    return ProjectRefused(shown, f"`{shown}` cannot be listed: {_reason(problem)}")


def _reason(problem: OSError) -> str:
    return (problem.strerror or str(problem)).lower()
