"""Change records as files of a landing zone, on disk for good before the connector may forget them."""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

TOMBSTONE: Final = "null"
HEARTBEATS: Final = "heartbeat"

_HEARTBEAT_TOPIC: Final = "__debezium-heartbeat."


class Record(NamedTuple):
    """What the connector hands over: a topic, and an envelope as JSON; None for a tombstone."""

    topic: str
    value: str | None


def deliver(zone: Path, prefix: str, records: Iterable[Record], clock: datetime) -> list[Path]:
    """Write the records of one batch, one file a topic; returns the files once they survive a power cut.

    A batch that breaks off in the middle is delivered again, since the connector was not told that it arrived: at least
    once, never less.
    """
    written = [_write(zone / folder, lines, clock) for folder, lines in _by_folder(prefix, records).items()]
    for folder in {parent for path in written for parent in path.parents if parent.is_relative_to(zone)}:
        _sync(folder)
    return written


def folder_of(topic: str, prefix: str) -> str:
    """`orders_service.public.orders` → `public.orders`; heartbeats and transactions have folders of their own."""
    return HEARTBEATS if topic.startswith(_HEARTBEAT_TOPIC) else topic.removeprefix(f"{prefix}.")


_NAME: Final = "%Y%m%dT%H%M%S.%fZ.jsonl"


def _by_folder(prefix: str, records: Iterable[Record]) -> Mapping[str, list[str]]:
    folders: dict[str, list[str]] = {}
    for record in records:
        folders.setdefault(folder_of(record.topic, prefix), []).append(record.value or TOMBSTONE)
    return folders


def _write(folder: Path, lines: list[str], clock: datetime) -> Path:
    """Under a name that is nobody's yet, even if the clock was set back."""
    folder /= f"{clock:%Y/%m/%d}"
    folder.mkdir(parents=True, exist_ok=True)
    while (path := folder / clock.strftime(_NAME)).exists():
        clock += timedelta(microseconds=1)
    half = folder / f".{path.name}.tmp"
    with half.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    return half.replace(path)


def _sync(folder: Path) -> None:
    """A new name is in the folder, and the folder is a file too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
