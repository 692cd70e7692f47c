"""Which mesh is judged, said where somebody may take it for another."""

from pathlib import Path

from mesh_platform import names
from mesh_platform.environment import Environment


def current_directory() -> Path | None:
    """Where the command was given; None for a folder that is gone."""
    try:
        return Path.cwd()
    except OSError:
        return None


def in_mesh(environment: Environment, path: Path) -> str | None:
    """The path relative to MESH_ROOT, however it is spelled, `.` for a folder around it; None for one elsewhere."""
    inside = [p for p in (path, _resolved(path)) if p.is_relative_to(environment.root)]
    if inside:
        return inside[0].relative_to(environment.root).as_posix()
    around = environment.root.is_relative_to(_resolved(path)) and another_mesh(environment, path) is None
    return "." if around else None


def another_mesh(environment: Environment, here: Path) -> Path | None:
    """The folder with a mesh of its own that `here` is in, up to the repository's, unless it is the one judged."""
    here = _resolved(here)
    for folder in (here, *here.parents):
        if (folder / names.DOMAINS_FOLDER).is_dir():
            same = _resolved(folder / names.DOMAINS_FOLDER) == _resolved(environment.domains)
            return None if same else folder
        if (folder / ".git").exists():
            return None
    return None


def note_of_another_mesh(environment: Environment, here: Path | None) -> str | None:
    """What whoever stands in another mesh is told, for all that follows is not about theirs."""
    other = another_mesh(environment, here) if here else None
    return f"this folder has a mesh of its own; {_set(environment, here, other)}" if other else None


def judge_this_one(environment: Environment, path: Path) -> str:
    """What to do where the path is of another mesh, or of none."""
    other = another_mesh(environment, path)
    return _set(environment, None, other) if other else f"{names.ENV_ROOT} says which mesh is read"


def judged_root(environment: Environment, here: Path | None) -> str:
    """`; the mesh at <root>`, where the current directory does not tell; else nothing."""
    return "" if here and _resolved(here).is_relative_to(environment.root) else f"; the mesh at {environment.root}"


def _set(environment: Environment, here: Path | None, other: Path | None) -> str:
    to = "." if other is None or (here and other == _resolved(here)) else other
    return f"{names.ENV_ROOT} is `{environment.root}`: set {names.ENV_ROOT}={to} to judge this one"


def _resolved(path: Path) -> Path:
    """The real path; the path itself where links go round in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path
