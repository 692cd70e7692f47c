"""How a union of several types changed: which types it lost and gained, and how those it kept changed."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from mesh_platform.schema.avro.avro_type import NULL, AvroType, Enum, Fixed, Primitive, Record, Recursive, Union
from mesh_platform.schema.avro.name import simple_name
from mesh_platform.schema.avro.spelled import listed, spelled
from mesh_platform.schema.evolution.change import Change
from mesh_platform.schema.evolution.change_kind import NULLABILITY_CHANGED, ORDER_CHANGED, TYPE_CHANGED, UNION_CHANGED
from mesh_platform.schema.evolution.leaf_change import is_widening, retyped

Compare = Callable[[AvroType, AvroType], Iterable[Change]]
"""The changes from one type, which is no union, to another."""
_Key = tuple[type, str]
_Keys = Callable[[AvroType], tuple[_Key, ...]]
_PRIMITIVES: Final = 32


def union_changes(old: AvroType, new: AvroType, compare: Compare) -> Iterator[Change]:
    """Changes from one union to another; a type that is none counts as a union of itself."""
    before, after = _branches(old), _branches(new)
    kept = _kept(before, after)
    heirs = set(kept.values())
    gone = [branch for i, branch in enumerate(before) if i not in kept]
    come = [branch for i, branch in enumerate(after) if i not in heirs]
    if not kept:
        yield retyped(TYPE_CHANGED, old, new)
        return
    yield from _types_changed(old, new, gone, come)
    if list(kept.values()) != sorted(kept.values()) or (not gone and not come and type(old) is not type(new)):
        yield Change(ORDER_CHANGED, "lists its types in another order", "", spelled(old), spelled(new))
    for i, j in kept.items():
        if type(before[i]) is not Union:
            yield from compare(before[i], after[j])


def _types_changed(old: AvroType, new: AvroType, gone: list[AvroType], come: list[AvroType]) -> Iterator[Change]:
    for types, word in ((gone, "no more"), (come, "now")):
        if NULL in types:
            yield Change(NULLABILITY_CHANGED, f"may be null {word}", "", spelled(old), spelled(new))
    lost, gained = ([spelled(kind) for kind in types if kind != NULL] for types in (gone, come))
    parts = [f"may be {listed(lost)} no more"] * bool(lost) + [f"may be {listed(gained)} now"] * bool(gained)
    if parts:
        yield Change(UNION_CHANGED, ", and ".join(parts), "", spelled(old), spelled(new))


def _kept(before: tuple[AvroType, ...], after: tuple[AvroType, ...]) -> dict[int, int]:
    """Place in the old union → place in the new one, in the old order.

    A type is what it was by its full name; else by its simple name, or an alias; else it may have been widened.
    """
    found: dict[int, int] = {}
    for old_keys, new_keys in ((_key, _key), (_told_by, _answers_to)):
        _match(before, after, old_keys, new_keys, found)
    taken = set(found.values())
    # a union has each primitive once; what is none may have more
    free = [j for j, branch in enumerate(after) if j not in taken and isinstance(branch, Primitive)][:_PRIMITIVES]
    for i in [i for i, branch in enumerate(before) if i not in found and isinstance(branch, Primitive)][:_PRIMITIVES]:
        heir = next((j for j in free if is_widening(before[i], after[j])), None)
        if heir is not None:
            found[i] = heir
            free.remove(heir)
    return dict(sorted(found.items()))


def _match(
    before: tuple[AvroType, ...], after: tuple[AvroType, ...], old_keys: _Keys, new_keys: _Keys, found: dict[int, int]
) -> None:
    """To each old type that is not found yet, the first new one that has one of its keys and is free."""
    taken, free = set(found.values()), dict[_Key, list[int]]()
    for j in reversed(range(len(after))):
        for key in new_keys(after[j]) if j not in taken else ():
            free.setdefault(key, []).append(j)
    for i, branch in enumerate(before):
        if i not in found and (heirs := [j for key in old_keys(branch) if (j := _first(free.get(key), taken)) >= 0]):
            found[i] = min(heirs)
            taken.add(found[i])


def _first(places: list[int] | None, taken: set[int]) -> int:
    """The first place that is free, of a list from the last to the first; -1 for none."""
    while places and places[-1] in taken:
        places.pop()
    return places[-1] if places else -1


def _key(kind: AvroType) -> tuple[_Key, ...]:
    if isinstance(kind, _Named):
        return ((object, kind.name),)
    return ((type(kind), kind.name if isinstance(kind, Primitive) else ""),)


def _told_by(old: AvroType) -> tuple[_Key, ...]:
    """What a named type is called without its namespace, or would be listed as among aliases."""
    return ((type(old), simple_name(old.name)), (type(old), f"={old.name}")) if isinstance(old, _Named) else ()


def _answers_to(new: AvroType) -> tuple[_Key, ...]:
    if not isinstance(new, _Named):
        return ()
    aliases = () if isinstance(new, Recursive) else new.aliases
    return (type(new), simple_name(new.name)), *((type(new), f"={alias}") for alias in aliases)


def _branches(kind: AvroType) -> tuple[AvroType, ...]:
    return kind.branches if isinstance(kind, Union) else (kind,)


_Named = Record | Enum | Fixed | Recursive
