"""A landing zone: the folder where one source table's files arrive, and what lies in it at this moment."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Final

from mesh_platform.environment import Environment, EnvironmentProblem

_NOT_FILES: Final = (".", "_")
_TEMPORARY: Final = ".tmp"


class ZoneUnreachable(Exception):
    """A zone that cannot be listed; it skips itself and nothing else."""

    def __init__(self, zone: str, reason: str) -> None:
        super().__init__(f"`{zone}`: {reason}")
        self.zone = zone
        self.reason = reason


@dataclass(frozen=True, order=True)
class FileGeneration:
    """One state of one file: a file that is rewritten, or grows, is another generation of the same path."""

    path: str
    """Relative to the landing root, with forward slashes, printable."""
    generation: str
    """Size, modification and change time as the file system tells them: cheap to look at, different after any write."""
    size: int
    """Bytes."""
    modified_ns: int
    """Since 1970."""
    system: str
    source_table: str
    """The folder below the system's: `public.orders`; empty for a file that lies in the system's folder itself."""
    location: str = field(compare=False)
    """Where the bytes are."""

    @property
    def zone(self) -> str:
        return zone_name(self.system, self.source_table)


def zone_name(system: str, source_table: str) -> str:
    """`<system>.<schema.table>`, or the system alone for what lies in its folder itself."""
    return f"{system}.{source_table}" if source_table else system


def list_zone(environment: Environment, system: str, table: str) -> list[FileGeneration]:
    """The files anywhere below a table's folder, by path; none where there is no such folder (yet).

    An empty `table` is the system's own folder, without the folders in it. Raises ZoneUnreachable.
    """
    root = landing_root(environment)
    try:
        files = _below(root / system / table, deep=bool(table))
        found = (_generation(root, system, table, location, told) for location, told in files)
        return sorted(found, key=attrgetter("path"))
    except OSError as problem:
        raise ZoneUnreachable(zone_name(system, table), problem.strerror or str(problem)) from problem


def list_folders(environment: Environment, system: str) -> list[str]:
    """The folders below a system's that may hold files; none where the system has no folder (yet)."""
    try:
        with os.scandir(landing_root(environment) / system) as entries:
            return sorted(e.name for e in entries if _counts(e.name) and e.is_dir())
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise ZoneUnreachable(system, problem.strerror or str(problem)) from problem


def landing_root(environment: Environment) -> Path:
    """The folder of all landing zones; raises EnvironmentProblem for a place this version cannot list."""
    if "://" in environment.landing:
        raise EnvironmentProblem(
            f"MESH_LANDING is `{environment.landing}`, and this version reads landing zones from folders only;"
            " point it at a folder"
        )
    return Path(environment.landing)


def _below(top: Path, deep: bool) -> Iterator[tuple[str, os.stat_result]]:
    """Regular files with what the file system tells of them; links are followed as long as they stay in the zone."""
    stack, seen, inside = [str(top)], set[tuple[int, int]](), f"{os.path.realpath(top)}{os.sep}"
    while stack:
        for entry in _entries(stack.pop()):
            told = _told(entry, inside)
            if told and S_ISREG(told.st_mode):
                yield entry.path, told
            elif told and deep and S_ISDIR(told.st_mode) and (told.st_dev, told.st_ino) not in seen:
                seen.add((told.st_dev, told.st_ino))
                stack.append(entry.path)


def _told(entry: os.DirEntry[str], inside: str) -> os.stat_result | None:
    """None for what is gone since it was listed, and for a link that leads outside, nowhere or round and round."""
    if entry.is_symlink() and not os.path.realpath(entry.path).startswith(inside):
        return None
    try:
        return entry.stat()
    except FileNotFoundError:
        return None
    except OSError:
        if entry.is_symlink():
            return None
        raise


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [e for e in entries if _counts(e.name)]
    except FileNotFoundError:
        return []


def _counts(name: str) -> bool:
    return not name.startswith(_NOT_FILES) and not name.endswith(_TEMPORARY)


def _generation(root: Path, system: str, table: str, location: str, told: os.stat_result) -> FileGeneration:
    return FileGeneration(
        path=printable(location[len(str(root)) + 1 :].replace(os.sep, "/")),
        generation=f"{told.st_size}-{told.st_mtime_ns}-{told.st_ctime_ns}",
        size=told.st_size,
        modified_ns=told.st_mtime_ns,
        system=system,
        source_table=printable(table),
        location=location,
    )


def printable(path: str) -> str:
    """A name that is no UTF-8 keeps its bytes as `\\xff`."""
    return path if path.isascii() else path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
