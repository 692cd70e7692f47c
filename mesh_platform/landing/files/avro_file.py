"""An Avro container of envelopes as lines of JSON, after a check that it is whole and what it says it is.

The check is ours because a reader that trusts a header can be made to stop early, or to ask for all memory there is.
"""

import base64
import bz2
import io
import json
import lzma
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

import fastavro

from mesh_platform.landing.files.avro_engine import Container, container
from mesh_platform.landing.files.avro_schema import read_schema
from mesh_platform.landing.files.avro_value import with_our_readers
from mesh_platform.landing.files.datastream_avro import telling
from mesh_platform.landing.files.lines import KEPT, LONGEST_LINE, Expansion, Unreadable, bad_line

_MAGIC: Final = b"Obj\x01"
_SYNC: Final = 16
_LARGEST_BLOCK: Final = 128 << 20
"""Bytes of a block when expanded; writers start a new block after 16 KB to a few MB."""

_LARGEST_HEADER: Final = 16 << 20
"""Bytes; one that claims more is taken for cut."""


def look_at_avro(source: Path) -> Container | None:
    """What the engine must know to read it as it is; None where it cannot. Raises Unreadable where it is not whole."""
    with source.open("rb") as stream:
        header, records, largest = _check(stream, os.fstat(stream.fileno()).st_size)
    return container(header.schema, records, largest)


def write_avro_lines(source: Path, target: Path) -> int:
    """One line a record, in Debezium's JSON encodings; returns the length of the longest. Raises Unreadable."""
    with source.open("rb") as stream:
        header, _, _ = _check(stream, os.fstat(stream.fileno()).st_size)
        stream.seek(header.end)
        with target.open("wb") as copy:
            return max((copy.write(line) for line in _lines(stream, header)), default=0)


def _lines(stream: BinaryIO, header: "_Header") -> Iterator[bytes]:
    """Record by record. Raises Unreadable."""
    try:
        headed: Any = _Headed(header, stream)
        records = fastavro.reader(headed)
        told = telling(header.schema)
        for record in records:
            yield _line(told(record))
    except (OSError, MemoryError):
        raise
    except Exception as problem:
        raise Unreadable(f"Avro that cannot be decoded: {type(problem).__name__}: {problem}") from problem


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


@dataclass(frozen=True)
class _Header:
    """What a container says of itself."""

    schema: Any
    """As it was written, with its names as they are."""
    codec: str
    sync: bytes
    end: int
    """Where the blocks begin."""


class _Headed:
    """A container's blocks behind a header that has them read as `avro_value` tells values."""

    def __init__(self, header: _Header, blocks: BinaryIO) -> None:
        out = io.BytesIO()
        schema = with_our_readers(header.schema)
        fastavro.writer(out, schema, [], codec=header.codec, sync_marker=header.sync)
        self.header, self.blocks = out.getvalue(), blocks

    def read(self, size: int) -> bytes:
        first, self.header = self.header[:size], self.header[size:]
        return first + self.blocks.read(size - len(first))


def _check(stream: BinaryIO, size: int) -> tuple[_Header, int, int]:
    """What the header says, how many records the blocks claim, all of which are whole, and the bytes of the largest."""
    records = largest = 0
    container = _Container(stream, size)
    header = container.header()
    expand = _CODECS.get(header.codec)
    if expand is None:
        raise Unreadable(f"Avro codec `{header.codec}`; {', '.join(f'`{c}`' for c in _CODECS)} are read")
    expansion = Expansion(stream, size)
    while container.left:
        count, data = container.block()
        length = _expanded(expand, data)
        expansion.count_in(length)
        if count > length:
            raise Unreadable(f"an Avro block that claims {count} records in {length} bytes")
        records += count
        largest = max(largest, length)
    return replace(header, schema=read_schema(header.schema)), records, largest


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
    "bzip2": lambda data: _only(bz2.BZ2Decompressor(), data),
    "xz": lambda data: _only(lzma.LZMADecompressor(), data),
}


def _only(stream: bz2.BZ2Decompressor | lzma.LZMADecompressor, data: bytes) -> int:
    """A second stream behind the first would be expanded by the reader, and was not counted."""
    length = len(stream.decompress(data, _LARGEST_BLOCK + 1))
    if stream.unused_data:
        raise Unreadable("an Avro block of several compressed streams")
    return length


class _Container:
    """The frame of a container: header and blocks, none of them decoded."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self.stream = stream
        self.left = size
        """Bytes not yet looked at."""
        self.sync = b""

    def header(self) -> _Header:
        """With the schema as its bytes."""
        if self.left < len(_MAGIC) or self._take(len(_MAGIC)) != _MAGIC:
            raise Unreadable("no Avro container: it does not begin with `Obj1`")
        blocks = max(0, self.left - _LARGEST_HEADER)
        self.left -= blocks
        metadata: dict[bytes, bytes] = {}
        while count := self._long():
            if count < 0:
                self._long()
            for _ in range(min(abs(count), self.left)):
                key = self._take(self._long())
                metadata[key] = self._take(self._long())
        sync = self.sync = self._take(_SYNC)
        self.left += blocks
        codec = metadata.get(b"avro.codec", b"null").decode("utf-8", "replace")
        return _Header(metadata.get(b"avro.schema", b""), codec, sync, self.stream.tell())

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
        if length > _LARGEST_BLOCK:
            raise Unreadable(f"an Avro block of more than {_LARGEST_BLOCK} bytes")
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
