"""Landing zones in folders of a file system."""

import os
import re
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Final

from mesh_platform.landing.zones.zone import FileGeneration, ZoneUnreachable, counts, zone_name

_LIKE_A_BYTE: Final = re.compile(r"\\x[0-9a-f]{2}")


class FolderRoot:
    """A folder that holds the landing zones; nothing is copied to be read."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def files(self, system: str, folder: str) -> list[FileGeneration]:
        try:
            found = _below(self.root / system / folder, deep=bool(folder))
            files = (_generation(self.root, system, folder, location, told) for location, told in found)
            return sorted(files, key=attrgetter("path"))
        except OSError as problem:
            raise ZoneUnreachable(zone_name(system, folder), problem.strerror or str(problem)) from problem

    def folders(self, system: str) -> list[str]:
        try:
            with os.scandir(self.root / system) as entries:
                return sorted(e.name for e in entries if counts(e.name) and e.is_dir())
        except FileNotFoundError:
            return []
        except OSError as problem:
            raise ZoneUnreachable(system, problem.strerror or str(problem)) from problem

    def bring(self, file: FileGeneration, target: Path) -> Path:
        return Path(file.location)


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
            return [e for e in entries if counts(e.name)]
    except FileNotFoundError:
        return []


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
    """A name that is no UTF-8 keeps its bytes as `\\xff`; one that would look like it has its backslashes doubled."""
    if path.isascii() and "\\" not in path:
        return path
    name = path.encode("utf-8", "surrogateescape")
    told = name.decode("utf-8", "backslashreplace")
    if not _LIKE_A_BYTE.search(told):
        return told
    return name.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
