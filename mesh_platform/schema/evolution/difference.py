"""What changed between two schemas, structurally: every change with its path, old and new value."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import eq
from typing import Final

from mesh_platform.schema.avro.avro_type import (
    NULL,
    Array,
    AvroType,
    Enum,
    Field,
    Fixed,
    Map,
    Primitive,
    Record,
    Recursive,
    Union,
    unwrapped,
)
from mesh_platform.schema.avro.notes import short
from mesh_platform.schema.avro.parse import Reading
from mesh_platform.schema.avro.spelled import listed, spelled, spelled_default, spelled_doc
from mesh_platform.schema.evolution.change import Change, below
from mesh_platform.schema.evolution.change_kind import (
    ALIASES_CHANGED,
    COLUMNS_CLASH,
    DEFAULT_CHANGED,
    DOC_CHANGED,
    FIELD_ADDED,
    FIELD_REMOVED,
    FIELD_RENAMED,
    FIELDS_REORDERED,
    MARK_CHANGED,
    NULLABILITY_CHANGED,
    ORDER_CHANGED,
    REQUIRED_FIELD_ADDED,
    TYPE_CHANGED,
)
from mesh_platform.schema.evolution.leaf_change import leaf_changes, retyped
from mesh_platform.schema.evolution.named_change import enum_changes, fixed_changes, identity_changes
from mesh_platform.schema.evolution.union_change import union_changes

MAX_CHANGES: Final = 1000
"""A type that is used a thousand times changes a thousand columns; more than these, the gravest, are not listed."""


@dataclass(frozen=True)
class Sides:
    """The names that the two schemas define, and what is known of their differences already."""

    old: Mapping[str, Record]
    new: Mapping[str, Record]
    told: dict[tuple[str, str], tuple[Change, ...]] = field(default_factory=dict)
    """Names of two records → their changes; none yet while they are still compared, so that recursion ends."""


def differences(old: Reading, new: Reading) -> tuple[Change, ...]:
    """Every change from one schema to another, in the order of the old fields; of more than a thousand, the gravest."""
    if old.kind is None or new.kind is None:
        return ()
    return _bounded(type_changes(old.kind, new.kind, Sides(old.records, new.records)))


def type_changes(old: AvroType, new: AvroType, sides: Sides) -> Iterator[Change]:
    """The changes of a type and of everything in it, with paths that start at the type."""
    if old is new or old == NULL == new:
        return
    (before, was_nullable), (after, is_nullable) = unwrapped(old), unwrapped(new)
    if isinstance(before, Union) or isinstance(after, Union) or NULL in (before, after):
        yield from union_changes(old, new, lambda one, other: type_changes(one, other, sides))
        return
    if was_nullable != is_nullable:
        predicate = "may be null now" if is_nullable else "may be null no more"
        yield Change(NULLABILITY_CHANGED, predicate, "", spelled(old), spelled(new))
    elif isinstance(old, Union) and isinstance(new, Union) and (old.branches[0] == NULL) != (new.branches[0] == NULL):
        yield Change(ORDER_CHANGED, "lists its types in another order")
    yield from _plain_changes(before, after, sides)


def _plain_changes(old: AvroType, new: AvroType, sides: Sides) -> Iterator[Change]:
    old = sides.old[old.name] if isinstance(old, Recursive) else old
    new = sides.new[new.name] if isinstance(new, Recursive) else new
    match old, new:
        case Record(), Record():
            yield from _record_changes(old, new, sides)
        case Primitive(), Primitive():
            yield from leaf_changes(old, new)
        case Array(), Array():
            yield from below("[]", type_changes(old.items, new.items, sides))
        case Map(), Map():
            yield from below("{}", type_changes(old.values, new.values, sides))
        case Enum(), Enum():
            yield from enum_changes(old, new)
        case Fixed(), Fixed():
            yield from fixed_changes(old, new)
        case _:
            yield retyped(TYPE_CHANGED, old, new)


def _record_changes(old: Record, new: Record, sides: Sides) -> tuple[Change, ...]:
    names = (old.name, new.name)
    if names not in sides.told:
        sides.told[names] = ()
        sides.told[names] = _bounded(_fresh_record_changes(old, new, sides))
    return sides.told[names]


def _fresh_record_changes(old: Record, new: Record, sides: Sides) -> Iterator[Change]:
    yield from identity_changes(old, new)
    was, now = old.by_name, new.by_name
    come = [after for after in new.fields if after.name not in was]
    heirs = _heirs([before for before in old.fields if before.name not in now], come) if come else {}
    # what two readings share has not changed
    for before in [f for f in old.fields if now.get(f.name) is not f]:
        after = now.get(before.name) or heirs.get(before.name)
        yield from below(before.name, _field_changes(before, after, sides), after.name if after else None)
    inherited = {heir.name for heir in heirs.values()}
    for after in come:
        if after.name not in inherited:
            yield from below(after.name, [_added(after)])
    yield from _clashing(come, new) if come else ()
    yield from _reordered(old, new)


def _heirs(gone: list[Field], come: list[Field]) -> dict[str, Field]:
    """Old name → the field it is now: one that has the old name for an alias, or that differs from it in upper and
    lower case only."""
    aliased = {alias: after for after in reversed(come) for alias in after.aliases}
    cased = {after.name.lower(): after for after in reversed(come)}
    found: dict[str, Field] = {}
    taken: set[str] = set()
    for before in gone:
        for heir in (aliased.get(before.name), cased.get(before.name.lower())):
            if heir is not None and before.name not in found and heir.name not in taken:
                found[before.name] = heir
                taken.add(heir.name)
    return found


def _field_changes(old: Field, new: Field | None, sides: Sides) -> Iterator[Change]:
    if new is None:
        yield Change(FIELD_REMOVED, f"was removed; it was `{spelled(old.type)}`", "", spelled(old.type))
        return
    if new.name != old.name:
        yield Change(FIELD_RENAMED, f"is called `{short(new.name)}` now", "", old.name, new.name)
    elif set(old.aliases) != set(new.aliases):
        yield Change(ALIASES_CHANGED, f"has other aliases: {listed(new.aliases) or 'none'}")
    yield from type_changes(old.type, new.type, sides)
    if old.has_default != new.has_default or old.default != new.default:
        before, after = spelled_default(old), spelled_default(new)
        yield Change(DEFAULT_CHANGED, f"has the default `{after}` instead of `{before}`", "", before, after)
    if old.doc != new.doc:
        before, after = spelled_doc(old.doc), spelled_doc(new.doc)
        yield Change(DOC_CHANGED, f"is documented as {after} instead of {before}", "", old.doc, new.doc)
    if old.order != new.order:
        yield Change(ORDER_CHANGED, f"sorts `{new.order}` instead of `{old.order}`", "", old.order, new.order)
    if old.pii != new.pii:
        before, after = short(old.pii or "none"), short(new.pii or "none")
        yield Change(MARK_CHANGED, f"is marked `{after}` instead of `{before}`", "", before, after)


def _added(new: Field) -> Change:
    kind = spelled(new.type)
    if new.has_default:
        return Change(FIELD_ADDED, f"was added: `{kind}`, default `{spelled_default(new)}`", "", "", kind)
    return Change(REQUIRED_FIELD_ADDED, f"was added as `{kind}` without a default", "", "", kind)


def _clashing(come: list[Field], new: Record) -> Iterator[Change]:
    spellings = Counter(entry.name.lower() for entry in new.fields)
    clash = Change(COLUMNS_CLASH, "differs from another field in upper and lower case only")
    for after in come:
        if spellings[after.name.lower()] > 1:
            yield from below(after.name, [clash])


def _reordered(old: Record, new: Record) -> Iterator[Change]:
    if all(map(eq, old.by_name, new.by_name)):
        return  # as far as both go, and what follows is new or gone
    before = [name for name in old.by_name if name in new.by_name]
    after = [name for name in new.by_name if name in old.by_name]
    if before != after:
        yield Change(
            FIELDS_REORDERED,
            f"has its fields in another order: {listed(after)} instead of {listed(before)}",
            "",
            ", ".join(before),
            ", ".join(after),
        )


def _bounded(changes: Iterator[Change]) -> tuple[Change, ...]:
    found = tuple(changes)
    if len(found) <= MAX_CHANGES:
        return found
    return tuple(sorted(found, key=lambda change: -change.kind.bump)[:MAX_CHANGES])
