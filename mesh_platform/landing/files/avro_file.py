"""An Avro container of envelopes as lines of JSON, after a check that it is whole and what it says it is.

The check is ours because a reader that trusts a header can be made to stop early, or to ask for all memory there is.
"""

import base64
import bz2
import json
import lzma
import os
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

import fastavro

from mesh_platform.landing.files import avro_engine
from mesh_platform.landing.files.datastream_avro import telling
from mesh_platform.landing.files.lines import KEPT, LONGEST_LINE, Expansion, Unreadable, bad_line, longest_line

_MAGIC: Final = b"Obj\x01"
_SYNC: Final = 16
_LARGEST_BLOCK: Final = 128 << 20
"""Bytes of a block when expanded; writers start a new block after 16 KB to a few MB."""


def write_avro_lines(source: Path, target: Path) -> int:
    """One line a record, in Debezium's JSON encodings; returns the length of the longest. Raises Unreadable."""
    with source.open("rb") as stream:
        records = _check(stream, os.fstat(stream.fileno()).st_size)
        stream.seek(0)
        if avro_engine.write_lines(source, target, _schema(stream), records):
            with target.open("rb") as written:
                longest = longest_line(written)
            if longest <= LONGEST_LINE:
                return longest
        stream.seek(0)
        with target.open("wb") as copy:
            return max((copy.write(line) for line in avro_lines(stream)), default=0)


def avro_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Record by record. Raises Unreadable."""
    try:
        records = fastavro.reader(stream)
        told = telling(records.writer_schema)
        for record in records:
            yield _line(told(record))
    except Exception as problem:
        raise Unreadable(f"Avro that cannot be decoded: {type(problem).__name__}: {problem}") from problem


def _schema(stream: BinaryIO) -> Any:
    """As it was written, with its names as they are; None for one that is none."""
    try:
        return json.loads(fastavro.reader(stream).metadata["avro.schema"])
    except Exception:  # noqa: BLE001  # the other reader says what is wrong
        return None


def _line(record: Any) -> bytes:
    line = json.dumps(record, default=_plain, separators=(",", ":")).encode()
    if len(line) > LONGEST_LINE:
        line = bad_line(f"a record of {len(line)} bytes; at most {LONGEST_LINE} are read", line[:KEPT])
    return line + b"\n"


def _plain(value: Any) -> Any:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case Decimal() | UUID():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            raise TypeError(f"{type(value).__name__} has no place in an envelope")


def _check(stream: BinaryIO, size: int) -> int:
    """How many records the blocks claim, all of which are whole."""
    records = 0
    container = _Container(stream, size)
    codec = container.header()
    expand = _CODECS.get(codec)
    if expand is None:
        raise Unreadable(f"Avro codec `{codec}`; {', '.join(f'`{c}`' for c in _CODECS)} are read")
    expansion = Expansion(stream, size)
    while container.left:
        count, data = container.block()
        length = _expanded(expand, data)
        expansion.count_in(length)
        if count > length:
            raise Unreadable(f"an Avro block that claims {count} records in {length} bytes")
        records += count
    return records


def _expanded(expand: Callable[[bytes], int], data: bytes) -> int:
    try:
        length = expand(data)
    except (zlib.error, OSError, lzma.LZMAError, EOFError) as problem:
        raise Unreadable(f"an Avro block that cannot be expanded: {problem}") from problem
    if length > _LARGEST_BLOCK:
        raise Unreadable(f"an Avro block of more than {_LARGEST_BLOCK} bytes")
    return length


_CODECS: Final[dict[str, Callable[[bytes], int]]] = {
    "null": len,
    "deflate": lambda data: len(zlib.decompressobj(-15).decompress(data, _LARGEST_BLOCK + 1)),
    "bzip2": lambda data: len(bz2.BZ2Decompressor().decompress(data, _LARGEST_BLOCK + 1)),
    "xz": lambda data: len(lzma.LZMADecompressor().decompress(data, _LARGEST_BLOCK + 1)),
}


class _Container:
    """The frame of a container: header and blocks, none of them decoded."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self.stream = stream
        self.left = size
        """Bytes not yet looked at."""
        self.sync = b""

    def header(self) -> str:
        """The codec."""
        if self.left < len(_MAGIC) or self._take(len(_MAGIC)) != _MAGIC:
            raise Unreadable("no Avro container: it does not begin with `Obj1`")
        metadata: dict[bytes, bytes] = {}
        while count := self._long():
            if count < 0:
                self._long()
            for _ in range(min(abs(count), self.left)):
                key = self._take(self._long())
                metadata[key] = self._take(self._long())
        self.sync = self._take(_SYNC)
        return metadata.get(b"avro.codec", b"null").decode("utf-8", "replace")

    def block(self) -> tuple[int, bytes]:
        """(the number of records it claims, its bytes)."""
        count, length = self._long(), self._long()
        data = self._take(length)
        if count < 0 or self._take(_SYNC) != self.sync:
            raise Unreadable("an Avro block does not end where it says: the file is cut or broken")
        return count, data

    def _take(self, length: int) -> bytes:
        if not 0 <= length <= self.left:
            raise Unreadable(f"a cut Avro container: {length} bytes are claimed where {self.left} are left")
        self.left -= length
        data = self.stream.read(length)
        if len(data) < length:
            raise Unreadable("a cut Avro container")
        return data

    def _long(self) -> int:
        """A zigzag variable-length integer."""
        value = shift = 0
        while True:
            byte = self._take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)
            if shift > 63:
                raise Unreadable("a broken Avro container: a number of more than 64 bits")
