"""A landing zone: the place where one source table's files arrive, and what lies in it at this moment."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

_NOT_FILES: Final = (".", "_")
_TEMPORARY: Final = ".tmp"


class ZoneUnreachable(Exception):
    """A zone that cannot be listed or read; it skips itself and nothing else."""

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
    """What is different after any write and cheap to look at.

    Of a file: size, modification and change time as the file system tells them; of an object: its generation number.
    """
    size: int
    """Bytes."""
    modified_ns: int
    """Since 1970."""
    system: str
    source_table: str
    """The folder below the system's: `public.orders`; empty for a file that lies in the system's folder itself."""
    location: str = field(compare=False)
    """Where the bytes are: a path or a `gs://` URL."""

    @property
    def zone(self) -> str:
        return zone_name(self.system, self.source_table)


class LandingRoot(Protocol):
    """Where all landing zones are: `<root>/<system>/<source table>/` is a zone."""

    def files(self, system: str, folder: str) -> list[FileGeneration]:
        """The files anywhere below a folder of the system, by path; none where there is no such folder (yet).

        An empty `folder` is the system's own, without the folders in it. Raises ZoneUnreachable.
        """

    def folders(self, system: str) -> list[str]:
        """The folders below a system's that may hold files; none where the system has no folder (yet).

        An empty `system` is the root's own.
        """

    def bring(self, file: FileGeneration, target: Path) -> Path:
        """Where this generation can be read: in its place, or at `target`, to which it is copied.

        Raises FileNotFoundError for one that is there no longer, ZoneUnreachable for one that cannot be had now.
        """


def zone_name(system: str, source_table: str) -> str:
    """`<system>.<schema.table>`, or the system alone for what lies in its folder itself."""
    return f"{system}.{source_table}" if source_table else system


def counts(name: str) -> bool:
    """Whether a name below a zone is one of a file or folder to be read: not hidden, no marker, not unfinished."""
    return bool(name) and not name.startswith(_NOT_FILES) and not name.endswith(_TEMPORARY)
