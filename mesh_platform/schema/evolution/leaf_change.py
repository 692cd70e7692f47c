"""How a primitive or fixed type changed: width, unit, scale, or altogether."""

from collections.abc import Iterator
from typing import Final

from mesh_platform.schema.avro.avro_type import AvroType, Fixed, Primitive
from mesh_platform.schema.avro.spelled import spelled
from mesh_platform.schema.evolution.change import Change
from mesh_platform.schema.evolution.change_kind import (
    LOGICAL_TYPE_CHANGED,
    TYPE_CHANGED,
    TYPE_NARROWED,
    TYPE_WIDENED,
    ChangeKind,
)

WIDENINGS: Final = frozenset({("int", "long"), ("float", "double")})
"""(from, to), the promotions that keep every value, and keep a whole number a whole number."""
_ROUNDED: Final = frozenset({("int", "float"), ("int", "double"), ("long", "float"), ("long", "double")})


def leaf_changes(old: Primitive | Fixed, new: Primitive | Fixed) -> Iterator[Change]:
    """At most one change; sizes of fixed types and everything about their names are left to the caller."""
    if (kind := _kind(old, new)) is not None:
        yield retyped(kind, old, new, _why(old, new))


def is_widening(old: AvroType, new: AvroType) -> bool:
    """Whether every value of the old type is exactly one of the new."""
    return isinstance(old, Primitive) and isinstance(new, Primitive) and _kind(old, new) is TYPE_WIDENED


def retyped(kind: ChangeKind, old: AvroType, new: AvroType, why: str = "") -> Change:
    """The change of one type to another."""
    before, after = spelled(old), spelled(new)
    return Change(kind, f"changed from `{before}` to `{after}`{why}", "", before, after)


def _kind(old: Primitive | Fixed, new: Primitive | Fixed) -> ChangeKind | None:
    base_changed = type(old) is not type(new) or (isinstance(old, Primitive) and old.name != new.name)
    if old.logical != new.logical:
        return TYPE_CHANGED if base_changed and None in (old.logical, new.logical) else LOGICAL_TYPE_CHANGED
    if base_changed:
        names = (old.name, new.name)
        return TYPE_WIDENED if names in WIDENINGS else TYPE_NARROWED if names[::-1] in WIDENINGS else TYPE_CHANGED
    return _of_decimals(old, new) if old.logical == "decimal" else None


def _of_decimals(old: Primitive | Fixed, new: Primitive | Fixed) -> ChangeKind | None:
    if old.scale != new.scale:
        return LOGICAL_TYPE_CHANGED
    before, after = old.precision or 0, new.precision or 0
    return None if before == after else TYPE_WIDENED if after > before else TYPE_NARROWED


def _why(old: Primitive | Fixed, new: Primitive | Fixed) -> str:
    rounded = (old.name, new.name) in _ROUNDED and old.logical is new.logical is None
    return ": exact numbers become floating ones" if rounded else ""
