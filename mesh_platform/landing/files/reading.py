"""Staged files as lines: the SQL by which the engine reads them, each by its own reader."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from mesh_platform.landing.files.avro_engine import selects
from mesh_platform.landing.files.lines import MARK
from mesh_platform.landing.files.staging import Staged
from mesh_platform.warehouse.sql import literal

_ROOM: Final = 2 << 20
"""Bytes of a line the engine's reader is prepared for at least; its own default."""


def lines(staged: Sequence[Staged], folder: Path) -> str:
    """SQL for `_mesh_file`, a file's number, and `_mesh_line`, its lines in order, of all that can be read.

    A blank line is a row too, so that rows can be counted to a line number.
    """
    plain = [s.path for s in staged if s.path and not s.container]
    parts = [*selects({s.path: s.container for s in staged if s.path and s.container})]
    if plain or not parts:
        parts.append(_plain(plain or [_nothing(folder)], max([_ROOM, *(s.longest + 1 for s in staged)])))
    return " union all ".join(parts)


def miscounted(staged: Sequence[Staged], counts: Collection[tuple[int, int]]) -> list[Staged]:
    """The containers of which the engine read another number of records than they hold; `counts` by file number."""
    read = dict(counts)
    return [s for s in staged if s.container and read.get(s.number, 0) != s.container.records]


def _plain(paths: Sequence[str], longest: int) -> str:
    listed = ", ".join(map(literal, paths))
    return (
        "select cast(parse_filename(filename, true) as integer) as _mesh_file, line as _mesh_line"
        f" from read_csv([{listed}], columns = {{'line': 'VARCHAR'}}, auto_detect = false, header = false,"
        f" delim = chr({ord(MARK)}), quote = '', escape = '', filename = true, max_line_size = {longest})"
    )


def _nothing(folder: Path) -> str:
    empty = folder / "-1.jsonl"
    empty.touch()
    return str(empty)
