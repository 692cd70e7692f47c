"""How the columns of one schema become those of another, as far as a reader of the table notices."""

from dataclasses import dataclass
from enum import StrEnum

from mesh_platform.environment import Target
from mesh_platform.schema.leaf_change import is_widening
from mesh_platform.schema.record import Column, RecordSchema
from mesh_platform.schema.warehouse_type import warehouse_type


class Change(StrEnum):
    """What happens to a column."""

    ADDED = "added"
    REMOVED = "removed"
    RETYPED = "retyped"
    NULLABLE = "nullable"
    """It may be null now."""
    WIDENED = "widened"
    """Every value it had it can still have, exactly."""


BREAKING = frozenset({Change.REMOVED, Change.RETYPED})


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
    if new is None:
        return ColumnChange(old.name, Change.REMOVED, f"`{old.name}` is removed")
    was, now = (warehouse_type(c, Target.DUCKDB) for c in (old, new))
    if was != now and is_widening(old.type, new.type):
        return ColumnChange(old.name, Change.WIDENED, f"`{old.name}` is `{now}`, was `{was}`")
    if was != now:
        return ColumnChange(old.name, Change.RETYPED, f"`{old.name}` is `{now}`, was `{was}`")
    if new.nullable and not old.nullable:
        return ColumnChange(old.name, Change.NULLABLE, f"`{old.name}` may be null")
    return None


def _added(new: Column) -> ColumnChange:
    return ColumnChange(new.name, Change.ADDED, f"`{new.name}` is added")
