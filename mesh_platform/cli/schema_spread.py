"""A long batch of pairs spread over the machine's cores: answered out of order, told in order, in bounded memory."""

import gc
import io
import os
import signal
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection, wait
from typing import Any, Final, NamedTuple

from mesh_platform.cli.schema_batch import answers, lines_of
from mesh_platform.cli.schema_pair import MAX_LINE

LIGHT: Final = 2 << 20
"""Bytes that are answered sooner than processes start: some two thousand pairs of small records."""
_CHUNK: Final = 256 << 10
_MOST: Final = 32
"""Processes; reading and writing keep up with no more."""
_AHEAD: Final = 8
"""Chunks for each process that may be read before the first of them is told."""


class Stopped(Exception):
    """A process that answered was ended from outside."""


class Chunk(NamedTuple):
    """Whole lines of a batch."""

    first: int
    """The number of its first line."""
    data: bytes


def told(stream: Any, processes: int) -> Iterator[str]:
    """The answers to a binary stream of pairs, in order, many lines at a time; raises Stopped."""
    chunks = chunks_of(stream)
    left = _light(stream) if processes > 1 else None
    while left is None or left > 0:
        chunk = next(chunks, None)
        if chunk is None:
            return
        yield from (f"{answer}\n" for answer in answers(lines_of(io.BytesIO(chunk.data)), chunk.first))
        left = left and left - len(chunk.data)
    yield from _spread(stream, chunks, min(processes, _MOST))


def cores() -> int:
    """How many the machine gives to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def chunks_of(stream: Any) -> Iterator[Chunk]:
    """What there is to read, as soon as it is there, up to the last whole line; a line too long is cut."""
    first, rest = 1, b""
    while data := stream.read1(_CHUNK):
        head, end, tail = data.rpartition(b"\n")
        if end:
            yield (chunk := Chunk(first, rest + head + end))
            first, rest = first + chunk.data.count(b"\n"), tail
        else:
            rest = (rest + tail)[: MAX_LINE + 1]
    if rest:
        yield Chunk(first, rest)


def _light(stream: Any) -> int | None:
    """Bytes to answer before processes are worth starting; None where there is nothing that could be waited for."""
    try:
        status = os.fstat(stream.fileno())
    except OSError:
        return None
    return 0 if stat.S_ISREG(status.st_mode) and status.st_size > LIGHT else LIGHT


def _spread(stream: Any, chunks: Iterator[Chunk], processes: int) -> Iterator[str]:
    """Every process has one chunk at a time, so that neither side ever waits for the other to listen."""
    with _answerers(processes) as idle:
        busy: dict[Connection, int] = {}
        done: dict[int, bytes] = {}
        given = shown = 0
        ended = False
        while busy or not ended:
            more = bool(idle) and not ended and given - shown < processes * _AHEAD
            for ready in wait([*busy, stream] if more else [*busy]):
                if isinstance(ready, Connection):
                    done[busy.pop(ready)] = _taken(ready)
                    idle.append(ready)
                elif chunk := next(chunks, None):
                    busy[_given(idle.pop(), chunk)] = given
                    given += 1
                else:
                    ended = True
            while shown in done:
                yield done.pop(shown).decode()
                shown += 1


def _given(answerer: Connection, chunk: Chunk) -> Connection:
    try:
        answerer.send(chunk)
    except OSError as problem:
        raise Stopped from problem
    return answerer


def _taken(answerer: Connection) -> bytes:
    try:
        return answerer.recv_bytes()
    except (EOFError, OSError) as problem:
        raise Stopped from problem


@contextmanager
def _answerers(processes: int) -> Iterator[list[Connection]]:
    """Connections to processes that answer chunks; they end with this one, however it ends."""
    started: list[tuple[Process, Connection]] = []
    try:
        for _ in range(processes):
            here, there = Pipe()
            process = Process(target=_answer, args=(there, [here, *(other for _, other in started)]), daemon=True)
            process.start()
            there.close()
            started.append((process, here))
        yield [connection for _, connection in started]
    finally:
        for process, connection in started:
            connection.close()
            process.terminate()
        for process, _ in started:
            process.join()


def _answer(asked: Connection, others: Iterable[Connection]) -> None:
    """Answer chunks until nobody asks; Ctrl-C is the business of who asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in others:
        other.close()  # else who asks could end without anybody noticing
    gc.set_threshold(50_000, 50, 1000)  # nothing here has cycles, and looking for them costs a sixth of the time
    try:
        while True:
            first, data = asked.recv()
            asked.send_bytes("".join(f"{a}\n" for a in answers(lines_of(io.BytesIO(data)), first)).encode())
    except (EOFError, OSError):
        return
