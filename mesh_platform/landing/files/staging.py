"""From a file in a zone to lines the engine can read: a link where the file is fine as it is, a copy where not."""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EAGAIN, EBUSY, EDQUOT, EINTR, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC, ESTALE, ETIMEDOUT
from pathlib import Path
from typing import Final

from mesh_platform.landing.files.avro_engine import Container
from mesh_platform.landing.files.avro_file import look_at_avro, write_avro_lines
from mesh_platform.landing.files.lines import Expansion, Stream, Unreadable, clean, look
from mesh_platform.landing.zones.root import bring
from mesh_platform.landing.zones.zone import FileGeneration, ZoneUnreachable

_NO_ROOM: Final = (ENOSPC, EDQUOT)
_PASSING: Final = (EAGAIN, EBUSY, EINTR, EIO, EMFILE, ENFILE, ENOMEM, ESTALE, ETIMEDOUT)
"""What says nothing about the file: it may be read the next time."""
_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True)
class Staged:
    """A file that is ready to be parsed, or the reason why it never will be as it is."""

    number: int
    """Its place in the batch, by path; the name of its lines in the staging folder."""
    file: FileGeneration
    checksum: str | None
    """SHA-256 of the file's bytes; None where they could not be read."""
    path: str | None = None
    """Lines of JSON, or a container; None for a file that cannot be read."""
    size: int = 0
    """Bytes of the lines."""
    longest: int = 0
    """No line is longer than this, in bytes."""
    problem: str | None = None
    container: Container | None = None
    """Of Avro that the engine reads as it is."""


class Vanished(Exception):
    """The file was deleted after it had been listed: there is nothing to land, and nothing was lost by us."""


def stage(number: int, file: FileGeneration, folder: Path, *, as_lines: bool = False) -> Staged:
    """Make `<folder>/<number>.jsonl` the lines of this file; raises Vanished, and ZoneUnreachable in an outage.

    Of a container that the engine can read make `<number>.avro` the container itself, unless it has to be `as_lines`.
    """
    target = folder / f"{number}.jsonl"
    formats = _FORMATS | {".avro": _avro_lines} if as_lines else _FORMATS
    read = next((r for suffix, r in formats.items() if file.path.lower().endswith(suffix)), None)
    if read is None:
        known = ", ".join(f"`{suffix}`" for suffix in _FORMATS)
        return Staged(number, file, None, problem=f"unknown format; files that end in {known} are read")
    try:
        source = bring(file, folder / f"{number}.arrived")
        return _read(number, file, source, target, _gzip if read is _text and _is_compressed(source) else read)
    except FileNotFoundError as gone:
        raise Vanished(file.path) from gone
    except MemoryError as problem:
        raise ZoneUnreachable(file.zone, f"no memory to read `{file.path}`") from problem
    except OSError as problem:
        outage = outage_of(problem, folder)
        if outage:
            raise ZoneUnreachable(file.zone, outage) from problem
        return Staged(number, file, None, problem=f"cannot be read: {problem.strerror or problem}")


def outage_of(problem: OSError, folder: Path) -> str | None:
    """What there is to say of an error that passes; None for one that is the file's own."""
    if problem.errno in _NO_ROOM:
        return f"no room for temporary files in `{folder.parent}`"
    return f"cannot be read now: {problem.strerror}" if problem.errno in _PASSING else None


def _read(number: int, file: FileGeneration, source: Path, target: Path, read: "Read") -> Staged:
    try:
        return read(number, file, source, target)
    except Unreadable as problem:
        return Staged(number, file, _checksum(source), problem=str(problem))


def _is_compressed(source: Path) -> bool:
    """A bucket may hold `a.jsonl` with the content encoding gzip."""
    with source.open("rb") as stream:
        return stream.read(len(_GZIP)) == _GZIP


def _text(number: int, file: FileGeneration, source: Path, target: Path) -> Staged:
    with source.open("rb") as stream:
        found = look(stream)
    if found.is_plain:
        target.symlink_to(source)
        return Staged(number, file, found.checksum, str(target), found.size, found.longest)
    with source.open("rb") as stream:
        return _cleaned(number, file, target, stream, found.checksum)


def _gzip(number: int, file: FileGeneration, source: Path, target: Path) -> Staged:
    with _expanded(source) as stream, target.open("wb") as copy:
        found = look(stream, copy.write)
    checksum = _checksum(source)
    if found.is_plain:
        return Staged(number, file, checksum, str(target), found.size, found.longest)
    target.unlink()
    with _expanded(source) as stream:
        return _cleaned(number, file, target, stream, checksum)


def _avro(number: int, file: FileGeneration, source: Path, target: Path) -> Staged:
    found = look_at_avro(source)
    if found is None:
        return _avro_lines(number, file, source, target)
    link = target.with_suffix(".avro")
    link.symlink_to(source)
    return Staged(number, file, _checksum(source), str(link), source.stat().st_size, container=found)


def _avro_lines(number: int, file: FileGeneration, source: Path, target: Path) -> Staged:
    longest = write_avro_lines(source, target)
    return Staged(number, file, _checksum(source), str(target), target.stat().st_size, longest)


def _cleaned(number: int, file: FileGeneration, target: Path, stream: Stream, checksum: str | None) -> Staged:
    with target.open("wb") as copy:
        longest = clean(stream, copy.write)
        return Staged(number, file, checksum, str(target), copy.tell(), longest)


@contextmanager
def _expanded(source: Path) -> Iterator[Stream]:
    """What is in a gzip file, as long as it is in proportion to it."""
    try:
        with gzip.open(source, "rb") as stream:
            yield Expansion(stream, source.stat().st_size)
    except (gzip.BadGzipFile, EOFError, zlib.error) as problem:
        raise Unreadable(f"broken or cut gzip: {problem}") from problem


def _checksum(source: Path) -> str | None:
    """None where the file is there and its bytes are not to be had."""
    try:
        with source.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as problem:
        if problem.errno in _PASSING:
            raise
        return None


Read = Callable[[int, FileGeneration, Path, Path], Staged]
_FORMATS: Final[dict[str, Read]] = {
    ".jsonl": _text,
    ".jsonl.gz": _gzip,
    ".avro": _avro,
}
