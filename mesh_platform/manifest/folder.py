"""The files of a mesh, read without ever leaving its root and without ever raising for what stands there."""

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mesh_platform.manifest.document import Place
from mesh_platform.manifest.plain_text import control_character, printable
from mesh_platform.manifest.tree import Problem

MAX_BYTES: Final = 1 << 19
"""Of one file: ten thousand lines that a person wrote are less."""
_DEEP: Final = 100
"""Folders in each other; whoever nests more pays more."""
LEGAL_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class Entry:
    """A file or folder found below the root."""

    name: str
    path: str
    """Relative to the root, with forward slashes, printable."""
    at: str
    """Where it lies; text, for a mesh has many files and `Path` is slow."""


@dataclass(frozen=True)
class Root:
    """The folder a mesh lives in; nothing outside it is ever read."""

    folder: Path
    real: str
    """The same without any symbolic link."""
    folders: dict[str, str] = field(default_factory=dict, compare=False)
    """Folders met so far → the same without any symbolic link: many files lie in one."""
    listed: dict[str, tuple[list[str], list[Problem]]] = field(default_factory=dict, compare=False)
    """Folders met so far → the names in them, and why they could not be listed."""


def root_at(folder: Path) -> Root:
    """The root at this folder."""
    return Root(folder, os.path.realpath(folder))


def entries(root: Root, folder: Entry) -> tuple[list[Entry], list[Problem]]:
    """What a folder holds, sorted by name, hidden names left out; and why it could not be listed."""
    if folder.at not in root.listed:
        root.listed[folder.at] = _listed(root, folder)
    names, problems = root.listed[folder.at]
    return [below(folder, name) for name in names], list(problems)


def _listed(root: Root, folder: Entry) -> tuple[list[str], list[Problem]]:
    if outside := _outside(root, folder.at):
        return [], [outside]
    try:
        return sorted(name for name in os.listdir(folder.at) if not name.startswith(".")), []
    except OSError as problem:
        return [], [_unreadable(f"the folder cannot be listed: {_reason(problem)}")]


def is_folder(entry: Entry) -> bool:
    """Whether it is a folder, or a link to one."""
    return os.path.isdir(entry.at)


def exists(entry: Entry) -> bool:
    """Whether anything stands there, a broken link included."""
    return os.path.lexists(entry.at)


def holds_files(folder: Entry) -> bool:
    """Whether there is any file at any depth; what only has empty folders is left over from something deleted."""
    return any(files for _, _, files in os.walk(folder.at))


def is_inside(root: Root, entry: Entry) -> bool:
    """Whether it lies in the mesh's own folder, links followed."""
    return _outside(root, entry.at) is None


def below(folder: Entry, name: str) -> Entry:
    """The entry of that name (or relative path) in a folder."""
    return Entry(name, f"{folder.path}/{printable(name)}".lstrip("/"), f"{folder.at}/{name}")


def read_text(root: Root, entry: Entry) -> str | Problem:
    """The text of a file, its byte-order mark removed; or why there is none."""
    try:
        if outside := _outside(root, entry.at):
            return outside
        about = os.stat(entry.at)
        if not stat.S_ISREG(about.st_mode):
            kind = "a folder" if stat.S_ISDIR(about.st_mode) else "no regular file"
            return _unreadable(f"`{entry.name}` is {kind}", "put a text file in its place")
        if about.st_size > MAX_BYTES:
            return _broken(
                Place(1, 1), f"the file has `{about.st_size}` bytes; at most `{MAX_BYTES}` are read", "make it smaller"
            )
        with open(entry.at, "rb") as file:
            return _text(file.read(MAX_BYTES + 1))
    except (OSError, ValueError) as problem:
        return _unreadable(f"the file cannot be read: {_reason(problem)}")


def _text(data: bytes) -> str | Problem:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        before = data[: problem.start]
        place = Place(before.count(b"\n") + 1, problem.start - before.rfind(b"\n"))
        return _broken(place, f"byte `0x{data[problem.start]:02x}` is not UTF-8", "save the file as UTF-8")
    if found := control_character(text):
        offset, character = found
        place = Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
        return _broken(place, f"the file holds the control character `{character}`", "remove it")
    return text


def _outside(root: Root, path: str) -> Problem | None:
    real = _real(root, path)
    if real == root.real or real.startswith(root.real.rstrip(os.sep) + os.sep):
        return None
    return _unreadable("the path leads out of the mesh's own folder", "replace the link with the file itself")


def _real(root: Root, path: str) -> str:
    """The path without any symbolic link; that of its folder is asked once."""
    folder, _, name = path.rpartition("/")
    if not folder or name in ("", ".", "..") or os.path.islink(path) or path.count("/") > _DEEP:
        return os.path.realpath(path)
    if folder not in root.folders:
        root.folders[folder] = _real(root, folder)
    return os.path.join(root.folders[folder], name)


def _reason(problem: Exception) -> str:
    return (getattr(problem, "strerror", None) or str(problem)).lower()


def _unreadable(message: str, fix: str = "check that the file exists and may be read") -> Problem:
    return Problem("MAN001", Place(1, 1), message, fix)


def _broken(place: Place, message: str, fix: str) -> Problem:
    return Problem("MAN002", place, message, fix)
