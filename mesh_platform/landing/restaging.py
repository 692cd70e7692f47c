"""From what is in quarantine to lines the engine can read: only the records that were quarantined, in their places.

A line that is not to be read again is blank, so every record keeps its number, and what landed is not read twice.
"""

from collections.abc import Callable, Collection, Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from mesh_platform import names
from mesh_platform.landing.files.lines import bad_line, clean
from mesh_platform.landing.files.staging import Staged, Vanished, outage_of, stage
from mesh_platform.landing.records.reason import GONE, reason_of
from mesh_platform.landing.zones.zone import FileGeneration, ZoneUnreachable
from mesh_platform.warehouse.protocol import Warehouse

_AT_ONCE: Final = 100
"""Records whose bytes are in memory at a time."""
_OPEN: Final = f"from {names.QUARANTINE} where superseded_at is null and path = ? and generation = ?"


def restage(warehouse: Warehouse, number: int, file: FileGeneration, folder: Path) -> Staged | None:
    """Make `<folder>/<number>.jsonl` what was quarantined of this file, from the file or else from what was kept.

    None where nothing of it is open. Raises ZoneUnreachable where that cannot be written: it stays in quarantine.
    """
    records = [record for (record,) in warehouse.query(f"select record {_OPEN} order by record", _key(file))]
    try:
        return _restaged(warehouse, number, file, folder, records) if records else None
    except OSError as problem:
        outage = outage_of(problem, folder) or f"cannot stage it: {problem.strerror or problem}"
        raise ZoneUnreachable(file.zone, outage) from problem


def _restaged(
    warehouse: Warehouse, number: int, file: FileGeneration, folder: Path, records: Collection[int]
) -> Staged:
    staged = _staged(number, file, folder)
    if records == [0]:
        return staged or Staged(number, file, None, problem=_gone(warehouse, file))
    part = folder / f"{number}.part"
    if staged and staged.path:
        longest = _write(part, _selected(Path(staged.path), records))
    else:
        longest = _write(part, _kept(warehouse, file, records))
    target = folder / f"{number}.jsonl"
    part.replace(target)
    checksum = staged.checksum if staged else None
    return Staged(number, file, checksum, str(target), target.stat().st_size, longest)


def _key(file: FileGeneration) -> list[str]:
    return [file.path, file.generation]


def _staged(number: int, file: FileGeneration, folder: Path) -> Staged | None:
    """The file as it was staged at first; None where that generation of it is gone."""
    try:
        return stage(number, file, folder, as_lines=True) if file.location else None
    except Vanished:
        return None


def _gone(warehouse: Warehouse, file: FileGeneration) -> str:
    reason = str(warehouse.query(f"select reason {_OPEN}", _key(file))[0][0])
    return reason.removesuffix(GONE) + GONE


def _write(target: Path, lines: Iterator[bytes]) -> int:
    """Returns the length of the longest."""
    longest = 0
    with target.open("wb") as stream:
        for line in lines:
            stream.write(line)
            longest = max(longest, len(line))
    return longest


def _selected(lines: Path, records: Collection[int]) -> Iterator[bytes]:
    wanted, last = set(records), max(records)
    with lines.open("rb") as stream:
        for record, line in enumerate(stream, 1):
            if record > last:
                return
            yield line if record in wanted else b"\n"


def _kept(warehouse: Warehouse, file: FileGeneration, records: Collection[int]) -> Iterator[bytes]:
    """The bytes of the records; one that is not whole stays what it is."""
    last = 0
    while last < max(records):
        for record, reason, raw in warehouse.query(
            f"select record, reason, raw {_OPEN} and record > ? order by record limit {_AT_ONCE}", [*_key(file), last]
        ):
            yield from (b"\n" for _ in range(record - last - 1))
            yield _whole(reason, bytes(raw or b""))
            last = record


def _whole(reason: str, raw: bytes) -> bytes:
    if not raw or reason_of(reason).is_cut:
        return bad_line(reason, raw) + b"\n"
    line: list[bytes] = []
    keep: Callable[[bytes], object] = line.append
    clean(BytesIO(raw), keep)
    return b"".join(line)
