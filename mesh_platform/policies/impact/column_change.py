"""How the columns of one schema become those of another, as far as a reader of the table notices."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from mesh_platform.schema.evolution.change import Change as AvroChange
from mesh_platform.schema.evolution.change import below
from mesh_platform.schema.evolution.change_kind import (
    DEFAULT_CHANGED,
    NULLABILITY_CHANGED,
    REQUIRED_FIELD_ADDED,
    TYPE_RENAMED,
    Bump,
    ChangeKind,
)
from mesh_platform.schema.evolution.difference import MAX_CHANGES, Sides, type_changes
from mesh_platform.schema.table.record import Column, RecordSchema

_UNNOTICED: Final = (TYPE_RENAMED, REQUIRED_FIELD_ADDED, DEFAULT_CHANGED)
"""What tells Avro's readers something, and a query nothing."""


class Change(StrEnum):
    """What happens to a column."""

    ADDED = "added"
    REMOVED = "removed"
    RETYPED = "retyped"
    """It, or something in it, is gone or of another kind or unit."""
    NULLABLE = "nullable"
    """It may be null now, or no more."""
    WIDENED = "widened"
    """Every value it had it can still have, exactly; others too."""


BREAKING = frozenset({Change.REMOVED, Change.RETYPED, Change.NULLABLE})


@dataclass(frozen=True)
class ColumnChange:
    """One column, and what happens to it."""

    column: str
    change: Change
    message: str

    @property
    def breaks(self) -> bool:
        """Whether a query that uses the column fails, or means something else."""
        return self.change in BREAKING


def column_changes(old: RecordSchema, new: RecordSchema) -> tuple[ColumnChange, ...]:
    """The changes in the order of the old columns, then those that are added."""
    after = {c.name.lower(): c for c in new.columns}
    before = {c.name.lower() for c in old.columns}
    kept = [_change(column, after.get(column.name.lower())) for column in old.columns]
    added = [_added(c) for c in new.columns if c.name.lower() not in before]
    return tuple(change for change in [*kept, *added] if change)


def _change(old: Column, new: Column | None) -> ColumnChange | None:
    """The gravest change of the column and of everything in it; None where no query can notice any."""
    if new is None:
        return ColumnChange(old.name, Change.REMOVED, f"`{old.name}` is removed")
    found = [c for c in below(old.name, _inside(old, new)) if c.kind.bump >= Bump.MINOR and c.kind not in _UNNOTICED]
    if not found:
        return None
    gravest = max(found, key=lambda change: change.kind.bump)
    more = f", and `{len(found) - 1}` more" if len(found) > 1 else ""
    return ColumnChange(old.name, _what(gravest.kind), f"{gravest.message} ({gravest.code}){more}")


def _inside(old: Column, new: Column) -> Iterator[AvroChange]:
    if old.nullable != new.nullable:
        yield AvroChange(NULLABILITY_CHANGED, "may be null" if new.nullable else "may be null no more")
    yield from islice(type_changes(old.type, new.type, Sides({}, {})), MAX_CHANGES)


def _what(kind: ChangeKind) -> Change:
    if kind is NULLABILITY_CHANGED:
        return Change.NULLABLE
    return Change.RETYPED if kind.bump >= Bump.MAJOR else Change.WIDENED


def _added(new: Column) -> ColumnChange:
    return ColumnChange(new.name, Change.ADDED, f"`{new.name}` is added")
