"""What is in quarantine, as `mesh quarantine` tells it: line by line, so that it may be more than fits into memory."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from mesh_platform.landing.records.item import Chosen, Count, Group, Item, items
from mesh_platform.landing.records.reason import named
from mesh_platform.manifest.plain_text import one_line, printable
from mesh_platform.warehouse.protocol import Warehouse

_SHOWN: Final = 3
"""Items of each group that the text names, unless it is asked for all."""
_RAW: Final = 300
"""Characters of a record that the text shows."""
_LONGEST_CHARACTER: Final = 4
"""Bytes."""


def as_json(warehouse: Warehouse | None, chosen: Chosen) -> Iterator[str]:
    """`{"quarantine": […]}`, every item with all that was kept of it."""
    yield '{"quarantine": ['
    for number, item in enumerate(items(warehouse, chosen, kept=None)):
        yield f"{', ' if number else '  '}{json.dumps(_told(item))}"
    yield "]}"


def as_text(
    warehouse: Warehouse | None, chosen: Chosen, found: Sequence[Group], *, records: bool = False
) -> Iterator[str]:
    """The groups with the first of each, or with every record and its beginning."""
    if not found:
        yield "nothing was dismissed" if chosen.dismissed else "nothing in quarantine"
    kept, first = (_RAW * _LONGEST_CHARACTER, None) if records else (0, _SHOWN)
    held = items(warehouse, chosen, first=first, kept=kept)
    for group in found:
        yield f"{printable(group.zone)}: {group.kind}, {counted(group.count)} {_since(group)}"
        yield from _items(islice(held, first or group.count.items), group.count.items - (first or group.count.items))
        if group.dismissed_at is None:
            yield f"  do: {named(group.kind).do}"


def counted(count: Count) -> str:
    """In words: records, files as a whole, or both."""
    told = ((count.files, "file"), (count.records, "record"))
    return " and ".join(f"{n:,} {what}{'' if n == 1 else 's'}" for n, what in told if n) or "nothing"


def _since(group: Group) -> str:
    if group.dismissed_at is None:
        return f"since {group.since:%Y-%m-%d %H:%M} UTC"
    return f"dismissed {group.dismissed_at:%Y-%m-%d %H:%M} UTC: {one_line(group.dismissed_because or '')}"


def _items(shown: Iterable[Item], more: int) -> Iterator[str]:
    for item in shown:
        where = f" record {item.record}" if item.record else " as a whole"
        yield f"  {printable(item.path)}{where}: {one_line(item.reason)}"
        if item.raw:
            yield f"    {one_line((_text(item) or '')[:_RAW])}"
    if more > 0:
        yield f"  and {more:,} more; `--records` shows all"


def _told(item: Item) -> dict[str, str | int | None]:
    return {
        "system": item.system,
        "table": item.source_table,
        "path": item.path,
        "generation": item.generation,
        "record": item.record,
        "kind": item.kind,
        "reason": item.reason,
        "quarantined_at": item.quarantined_at.isoformat(),
        "dismissed_at": item.dismissed_at.isoformat() if item.dismissed_at else None,
        "dismissed_because": item.dismissed_because,
        "raw": _text(item),
    }


def _text(item: Item) -> str | None:
    return None if item.raw is None else item.raw.decode(errors="replace")
