"""What a sensor asks: is there anything to land, and what does the zone look like, in words."""

from collections.abc import Sequence
from typing import Final

from mesh_platform.landing.records.ledger import known_generations, unknown
from mesh_platform.landing.survey import Survey
from mesh_platform.landing.zones.zone import FileGeneration
from mesh_platform.manifest.plain_text import printable
from mesh_platform.warehouse.protocol import Warehouse

_NAMED: Final = 3


def pending(found: Survey, warehouse: Warehouse | None) -> list[FileGeneration]:
    """The files that the ledger does not know yet, the oldest first; without a ledger (or warehouse) all.

    Reads only. Files of a zone that cannot be listed or landed are not among them: no landing would change that.
    """
    files = [f for zone in found.files.values() for f in zone]
    return unknown(files, known_generations(warehouse, found.systems))


def in_words(found: Survey) -> str:
    """How many files lie there, and which zones stay as they are, and why."""
    files, zones = sum(map(len, found.files.values())), sum(1 for zone in found.files if zone.table)
    seen = f"{files:,} {'file' if files == 1 else 'files'} in {zones} {'zone' if zones == 1 else 'zones'}"
    skipped = [f"`{zone}` skipped: {reason}" for zone, reason in sorted(found.unreachable.items())]
    return "; ".join([seen, *skipped, *([beside(found.strangers)] if found.strangers else [])])


def beside(strangers: Sequence[str]) -> str:
    """That there are folders of no declared system, where files may wait for ever."""
    named = ", ".join(f"`{printable(name)}`" for name in strangers[:_NAMED])
    more = f" and {len(strangers) - _NAMED} more" if len(strangers) > _NAMED else ""
    return f"no domain declares a source system {named}{more}: what lies there is not landed"
