"""How many types lie in each other, and where that is too many."""

from typing import Final

from mesh_platform.schema.avro.avro_type import Array, AvroType, Field, Map, Primitive, Record, Union
from mesh_platform.schema.avro.notes import At, Notes

MAX_HEIGHT: Final = 64
"""Types in each other; a warehouse ends at 15."""


def check_height(name: str, fields: list[Field], at: At, notes: Notes) -> None:
    """Note how high a record is, with these fields; raises Broken where that is too high."""
    inner = [_height(field.type, notes) for field in fields if field.type.__class__ is not Primitive]
    notes.heights[name] = 1 + max(inner, default=0)
    if notes.heights[name] > MAX_HEIGHT:
        raise notes.broken("SCH003", at, f"types nest deeper than `{MAX_HEIGHT}` levels")


def _height(kind: AvroType, notes: Notes) -> int:
    """How many types lie in each other; types used by their names nest without any depth in the JSON."""
    match kind:
        case Union():
            return max([_height(branch, notes) for branch in kind.branches if branch.__class__ is not Primitive] or [0])
        case Array():
            return 1 + _height(kind.items, notes)
        case Map():
            return 1 + _height(kind.values, notes)
        case Record():
            return notes.heights[kind.name]
    return 0
