"""What one file says, before anyone knows what it should say."""

from dataclasses import dataclass, field
from typing import Any, Final

from mesh_platform.manifest.document import FIRST_LINE, Place


@dataclass(frozen=True)
class Problem:
    """One mistake in a file, before it is known which product or domain the file belongs to."""

    code: str
    place: Place
    message: str
    fix: str
    key: str = ""


MOST: Final = 1000
"""Mistakes told of one file; whoever mends so many does not miss the next."""


class TooMany(Exception):
    """A file with more mistakes than anybody reads: reading it further helps nobody."""


@dataclass
class Tree:
    """Plain values, where every key stands, which keys have no value, and what was refused."""

    value: Any = None
    places: dict[str, Place] = field(default_factory=dict)
    """Dotted key → its place; items of a list are `key.0`, `key.1` …"""
    empty: set[str] = field(default_factory=set)
    """Keys that are written without a value; empty is missing."""
    problems: list[Problem] = field(default_factory=list)
    has_gaps: bool = False
    """Whether what an alias stands for was refused: what nobody sees may be there."""
    typed: dict[type, tuple[Any, tuple[Problem, ...]]] = field(default_factory=dict)
    """What it was typed as, and with which problems, so that nobody types it twice."""

    def wrong(self, code: str, mark: Any, key: str, message: str, fix: str) -> None:
        """Note a problem at the parser's mark; None is the top of the file. Raises TooMany."""
        self.problems.append(Problem(code, place_of(mark), message, fix, key))
        if len(self.problems) >= MOST:
            self.problems[-1] = unfinished(self.problems[-1])
            raise TooMany


def unfinished(problem: Problem) -> Problem:
    """In place of the last problem that is told: there may be more."""
    return Problem(
        problem.code, problem.place, f"the file has more than `{MOST}` mistakes; reading ends here", problem.fix, ""
    )


def place_of(mark: Any) -> Place:
    """The parser counts from 0, people from 1."""
    return Place(mark.line + 1, mark.column + 1) if mark else FIRST_LINE
