"""Findings as people read them: the place, what is wrong, the line itself, and what to do."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.discreet import without_written_out
from mesh_platform.manifest.finding import Finding, Level
from mesh_platform.manifest.folder import Entry, read_text, root_at

Lines = Callable[[str], Sequence[str]]
"""Path relative to MESH_ROOT → the lines of that file; none for one that cannot be shown."""
Paint = Callable[[str, str], str]
"""(text, colour) → text."""

_USERS: Final = re.compile(r"(?<=://)[^/\s\"'?]*(?=@)")
_WORD: Final = re.compile(r"\S+")
_LONGEST: Final = 160
_BEFORE: Final = 40
"""Characters of a long line that are shown before the place."""


def plain(text: str, colour: str) -> str:
    """No colour at all."""
    return text


def source_lines(root: Path) -> Lines:
    """The lines of the mesh's own files, each file read once."""
    home = root_at(root)

    @cache
    def lines(path: str) -> Sequence[str]:
        text = read_text(home, Entry(path, path, str(home.folder / path)))
        return text.split("\n") if isinstance(text, str) else ()

    return lines


def report(findings: Iterable[Finding], lines: Lines = lambda path: (), paint: Paint = plain) -> Iterator[str]:
    """Each finding as one block of text."""
    for finding in findings:
        yield "\n".join(_block(finding, lines(finding.path), paint))


def summary(findings: Sequence[Finding]) -> str:
    """How many errors, warnings and exempted findings there are: `2 errors, 1 warning`."""
    errors = sum(f.counts for f in findings)
    warnings = sum(f.level is Level.WARNING and not f.exempted for f in findings)
    exempted = sum(f.exempted for f in findings)
    counted = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((errors, "error"), (warnings, "warning"))]
    return ", ".join([*counted, *([f"{exempted} exempted"] if exempted else [])])


def _block(finding: Finding, lines: Sequence[str], paint: Paint) -> Iterator[str]:
    note = " (exempted)" if finding.exempted else " (warning)" if finding.level is Level.WARNING else ""
    colour = "red" if finding.counts else "yellow"
    yield f"{paint(f'{finding.path}:{finding.line}:', 'bold')} {paint(finding.code, colour)} {finding.message}{note}"
    if 0 < finding.line <= len(lines) and lines[finding.line - 1].strip():
        yield from _source(finding, lines[finding.line - 1].rstrip("\r"), paint, colour)
    yield f"  {paint('fix:', 'green')} {finding.fix}"


def _source(finding: Finding, line: str, paint: Paint, colour: str) -> Iterator[str]:
    line, start = _discreet(finding.path, line), min(finding.column - 1, len(line))
    if start > _LONGEST - _BEFORE:
        line, start = f"…{line[start - _BEFORE :]}", _BEFORE + 1
    line = line[:_LONGEST]
    covered = line[start : start + _width(finding, line[start:])]
    # a tab is kept, so that the caret stands below its place however wide tabs are shown
    indent = "".join("\t" if c == "\t" else " " * columns(c) for c in line[:start])
    yield f"{finding.line:>5} | {line}"
    yield f"{' ' * 5} | {indent}{paint('^' * (sum(map(columns, covered)) or 1), colour)}"


def _discreet(path: str, line: str) -> str:
    return without_written_out(line) if path.endswith(f"/{names.NOTIFICATIONS_FILE}") else without_secrets(line)


def without_secrets(line: str) -> str:
    """The line as it may stand in a log: of an address, who asks and what is asked for are hidden, letter by letter."""
    if "://" not in line:
        return line
    nobody = _USERS.sub(lambda found: "*" * len(found[0]), line)
    return _WORD.sub(lambda found: _without_question(found[0]), nobody)


def _without_question(word: str) -> str:
    scheme, after, rest = word.partition("://")
    place, mark, question = rest.partition("?")
    return f"{scheme}{after}{place}{mark}{'*' * len(question)}"


def columns(character: str) -> int:
    """The columns of a terminal that a character takes: none, one or two."""
    if character.isascii():
        return 1
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _width(finding: Finding, rest: str) -> int:
    """As much as the key takes, where the line shows it; else the place alone."""
    name = finding.key.rpartition(".")[2]
    quoted = rest[:1] in "\"'" and rest[1:].startswith(name)
    return len(name) + 2 * quoted if name and (rest.startswith(name) or quoted) else 1
