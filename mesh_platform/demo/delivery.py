"""Change records as files in a landing zone: by the hour, by table, in three formats, never half written."""

import gzip
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import fastavro

from mesh_platform.demo.change import COLUMNS, SYSTEM, Change, Window, moment
from mesh_platform.demo.envelope import SCHEMA, avro_schema, envelope, heartbeat, lines
from mesh_platform.demo.life import HOUR

HEARTBEAT_TABLE: Final = "orders"
"""Whose files carry the heartbeats; they vouch for the whole system wherever they lie."""

Encode = Callable[[str, Sequence[Change], list[str]], bytes]


def deliver(zone: Path, window: Window, changes: Iterable[Change], *, heartbeats: bool = True) -> list[Path]:
    """Write what arrived in the window, one file an hour (or part of one) and table; returns the files.

    A file is named after the end of its stretch of time, so that no window ever writes over another's file. Where a
    stretch had no change of any table, its heartbeat is all that is written.
    """
    written = []
    for stretch, batch in _by_hour(window, sorted(changes, key=lambda c: c.arrives)):
        for table in COLUMNS:
            rows = [c for c in batch if c.table == table]
            beats = [heartbeat(stretch.until - 1)] if heartbeats and table == HEARTBEAT_TABLE else []
            if rows or beats:
                written.append(_write(zone, table, stretch, rows, beats))
    return written


def _by_hour(window: Window, changes: Sequence[Change]) -> Iterator[tuple[Window, list[Change]]]:
    since, taken = window.since, 0
    while since < window.until:
        until = min(since // HOUR * HOUR + HOUR, window.until)
        end = next((n for n in range(taken, len(changes)) if changes[n].arrives >= until), len(changes))
        yield Window(since, until), list(changes[taken:end])
        since, taken = until, end


def _write(zone: Path, table: str, stretch: Window, changes: Sequence[Change], beats: list[str]) -> Path:
    suffix, encode = _format(stretch, changes)
    ended = moment(stretch.until)
    milli = f"{ended:%f}"[:3]
    folder = zone / SYSTEM / f"{SCHEMA}.{table}" / f"{moment(stretch.until - 1):%Y/%m/%d}"
    path = folder / f"{ended:%Y%m%dT%H%M%S}.{milli}Z{suffix}"
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f".{path.name}.tmp"
    half.write_bytes(encode(table, changes, beats))
    return half.replace(path)


def _format(stretch: Window, changes: Sequence[Change]) -> tuple[str, Encode]:
    """A full hour's file is JSON, gzipped JSON or Avro in turn; Avro holds no tombstone and no heartbeat."""
    whole = stretch.until % HOUR == 0 and changes
    turn = stretch.until // HOUR % 3 if whole else 0
    if turn == 2 and all(c.op != "d" for c in changes):
        return ".avro", _avro
    return (".jsonl.gz", _gzip) if turn else (".jsonl", _json)


def _json(table: str, changes: Sequence[Change], beats: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in (*(text for c in changes for text in lines(c)), *beats)).encode()


def _gzip(table: str, changes: Sequence[Change], beats: list[str]) -> bytes:
    return gzip.compress(_json(table, changes, beats), mtime=0)


def _avro(table: str, changes: Sequence[Change], beats: list[str]) -> bytes:
    records = [envelope(c) for c in changes]
    mark = hashlib.md5(repr(records).encode(), usedforsecurity=False).digest()
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema(avro_schema(table)), records, codec="deflate", sync_marker=mark)
    return out.getvalue()
