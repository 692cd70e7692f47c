"""What a program wrote to its log: the last lines when it failed, the telling ones while it runs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LAST_LINES: Final = 20
_MOST_BYTES: Final = 64_000
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Follower:
    """Reads what is appended to a log file, from a place in it on."""

    path: Path
    place: int = 0

    def lines(self) -> Iterator[str]:
        """The whole lines that were appended since the last call."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self.place)
            text = file.read()
        end = text.rfind(b"\n") + 1
        self.place += end
        for line in text[:end].splitlines():
            yield plain(line.decode(errors="replace"))


def last_lines(path: Path | None, since: int = 0) -> list[str]:
    """The last lines of a log, from a place in it on."""
    if path is None or not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(since, path.stat().st_size - _MOST_BYTES))
        text = file.read().decode(errors="replace")
    return [plain(line) for line in text.splitlines() if line.strip()][-LAST_LINES:]


def size(path: Path | None) -> int:
    """Where the log ends now, in bytes."""
    return path.stat().st_size if path and path.exists() else 0


def plain(line: str) -> str:
    """The line without colours."""
    return _COLOUR.sub("", line.rstrip())
