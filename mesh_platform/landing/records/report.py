"""What one landing did, in numbers that add up."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Rows:
    """Records by outcome; read = applied + duplicate + skipped + quarantined."""

    read: int = 0
    applied: int = 0
    duplicate: int = 0
    skipped: int = 0
    quarantined: int = 0

    def __add__(self, other: "Rows") -> "Rows":
        return Rows(
            self.read + other.read,
            self.applied + other.applied,
            self.duplicate + other.duplicate,
            self.skipped + other.skipped,
            self.quarantined + other.quarantined,
        )

    def as_json(self) -> dict[str, int]:
        return {
            "read": self.read,
            "applied": self.applied,
            "duplicate": self.duplicate,
            "skipped": self.skipped,
            "quarantined": self.quarantined,
        }


@dataclass(frozen=True)
class LandingReport:
    """What a landing has done so far."""

    files: int = 0
    tables: Mapping[str, Rows] = field(default_factory=lambda: MappingProxyType({}))
    """`<system>.<schema.table>` → rows; of a folder that is no table's, `<system>.<folder>`."""
    revision: int | None = None
    """The last revision taken; None where nothing was applied."""
    unreachable: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Zone → why its files stay where they are."""
    strangers: tuple[str, ...] = ()
    """Folders of no declared source system."""

    @property
    def rows(self) -> Rows:
        return sum(self.tables.values(), Rows())

    def plus(self, zone: str, files: int, rows: Rows, revision: int | None) -> "LandingReport":
        """With one batch more."""
        return LandingReport(
            files=self.files + files,
            tables={**self.tables, zone: self.tables.get(zone, Rows()) + rows},
            revision=self.revision if revision is None else revision,
            unreachable=self.unreachable,
            strangers=self.strangers,
        )

    def without(self, zone: str, reason: str) -> "LandingReport":
        """With one zone whose files stay where they are."""
        return replace(self, unreachable={**self.unreachable, zone: reason})

    def as_json(self) -> dict[str, Any]:
        """What `mesh land --format json` prints: `{"files", "rows", "tables"}`, and `unreachable` where a zone is."""
        tables = {zone: rows.as_json() for zone, rows in sorted(self.tables.items())}
        stuck = {"unreachable": dict(sorted(self.unreachable.items()))} if self.unreachable else {}
        return {"files": self.files, "rows": self.rows.as_json(), "tables": tables, **stuck}
