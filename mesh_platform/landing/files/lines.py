"""Text files as lines the engine's reader can be given: what is in the way is found, and taken out line by line."""

import base64
import codecs
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from secrets import token_hex
from typing import Final, Protocol

CHUNK: Final = 1 << 20
LONGEST_LINE: Final = 16 << 20
"""Bytes; a longer record is quarantined with its beginning."""
_WHOLE: Final = LONGEST_LINE + len("\r\n")
KEPT: Final = 64 << 10
"""Bytes of an overlong line that quarantine keeps; the rest stays in the file."""
MARK: Final = chr(1)
"""The delimiter the engine's reader is given, since it needs one: a line that has it is no JSON."""
_TOKEN: Final = token_hex(8)
BAD_REASON: Final = f"_mesh_bad_{_TOKEN}"
BAD_BYTES: Final = f"_mesh_raw_{_TOKEN}"
"""Keys that nobody can have put into a file: another process has others."""

_IN_THE_WAY: Final = (b"\r", b"\0", MARK.encode())
_EXPANSION: Final = 250
"""A compressed file of change records is 5 to 30 times as long expanded."""
_EXPANSION_FROM: Final = 64 << 20

Write = Callable[[bytes], object]


class Stream(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes: ...
    def readline(self, size: int, /) -> bytes: ...


class Unreadable(Exception):
    """A file that cannot be read at all."""


@dataclass(frozen=True)
class Look:
    """What one pass over the bytes found."""

    is_plain: bool
    """UTF-8, line feeds only, no line too long, nothing that could be taken for a delimiter."""
    checksum: str
    """SHA-256 of the bytes."""
    size: int
    longest: int
    """No line is longer than this, in bytes; a bound, not a measurement."""


def look(stream: Stream, write: Write | None = None) -> Look:
    """Read a text once, in bounded memory, copying it on the way."""
    digest, lengths, decoder = hashlib.sha256(), _Lengths(), codecs.getincrementaldecoder("utf-8")()
    plain, size = True, 0
    for chunk in _chunks(stream):
        digest.update(chunk)
        plain = plain and not any(b in chunk for b in _IN_THE_WAY) and _is_text(decoder, chunk, first=size == 0)
        lengths.add(chunk)
        size += len(chunk)
        if write:
            write(chunk)
    plain = plain and lengths.longest <= LONGEST_LINE and _is_text(decoder, b"", final=True)
    return Look(plain, digest.hexdigest(), size, lengths.longest)


def clean(stream: Stream, write: Write) -> int:
    """Copy line by line; a line the engine cannot be given becomes one that says why, as JSON. Returns the longest.

    Line numbers stay as they are.
    """
    longest, first = 0, True
    while line := stream.readline(_WHOLE):
        is_open = len(line) == _WHOLE and not line.endswith(b"\n")
        if first:
            line, first = line.removeprefix(codecs.BOM_UTF8), False
        text = line.rstrip(b"\r\n")
        if len(text) > LONGEST_LINE or is_open:
            length = len(line) + (_skip_line(stream) if is_open else 0)
            good = bad_line(f"a line of {length} bytes; at most {LONGEST_LINE} are read", text[:KEPT])
        else:
            good = _given(text)
        longest = max(longest, len(good) + 1)
        write(good + b"\n")
    return longest


def bad_line(reason: str, raw: bytes) -> bytes:
    """A line that stands for one that cannot be given to the engine; `envelope` reads it back."""
    return json.dumps({BAD_REASON: reason, BAD_BYTES: base64.b64encode(raw).decode()}).encode()


class Expansion:
    """What is read from a compressed file of `size` bytes, until it is out of proportion."""

    def __init__(self, stream: Stream, size: int) -> None:
        self.stream = stream
        self.limit = max(_EXPANSION_FROM, size * _EXPANSION)
        self.count = 0

    def read(self, size: int) -> bytes:
        return self._counted(self.stream.read(size))

    def readline(self, size: int) -> bytes:
        return self._counted(self.stream.readline(size))

    def count_in(self, length: int) -> None:
        self.count += length
        if self.count > self.limit:
            raise Unreadable(f"expands to more than {self.limit} bytes: no file of change records does")

    def _counted(self, data: bytes) -> bytes:
        self.count_in(len(data))
        return data


class _Lengths:
    """A bound on the length of the longest line, without looking at every line."""

    def __init__(self) -> None:
        self.longest = self.open = 0

    def add(self, chunk: bytes) -> None:
        end = chunk.find(b"\n")
        if end < 0:
            self.open += len(chunk)
            self.longest = max(self.longest, self.open)
            return
        last = chunk.rfind(b"\n")
        self.longest = max(self.longest, self.open + end + 1, last - end)
        self.open = len(chunk) - last - 1


def _chunks(stream: Stream) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _is_text(decoder: codecs.IncrementalDecoder, chunk: bytes, *, first: bool = False, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return not (first and chunk.startswith(codecs.BOM_UTF8))


def _given(text: bytes) -> bytes:
    try:
        text.decode()
    except UnicodeDecodeError as problem:
        return bad_line(f"not UTF-8: {problem.reason} at byte {problem.start}", text)
    if b"\0" in text or MARK.encode() in text:
        return bad_line("not JSON: a control character", text)
    if b"\r" in text:
        return text.replace(b"\r", b" ") if _is_json(text) else bad_line("not JSON: a carriage return in a text", text)
    return text


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _skip_line(stream: Stream) -> int:
    length = 0
    while rest := stream.readline(CHUNK):
        length += len(rest)
        if rest.endswith(b"\n"):
            break
    return length
