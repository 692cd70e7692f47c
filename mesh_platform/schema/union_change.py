"""How a union of several types changed: which types it lost and gained, and how those it kept changed."""

from collections.abc import Callable, Iterable, Iterator

from mesh_platform.schema.avro_type import AvroType, Enum, Fixed, Primitive, Record, Recursive, Union
from mesh_platform.schema.change import Change
from mesh_platform.schema.change_kind import NULLABILITY_CHANGED, ORDER_CHANGED, TYPE_CHANGED, UNION_CHANGED
from mesh_platform.schema.leaf_change import is_widening, retyped
from mesh_platform.schema.name import simple_name
from mesh_platform.schema.spelled import listed, spelled

Compare = Callable[[AvroType, AvroType], Iterable[Change]]
"""The changes from one type, which is no union, to another."""


def union_changes(old: AvroType, new: AvroType, compare: Compare) -> Iterator[Change]:
    """Changes from one union to another; a type that is none counts as a union of itself."""
    before, after = _branches(old), _branches(new)
    kept = _kept(before, after)
    gone = [branch for i, branch in enumerate(before) if i not in kept]
    come = [branch for i, branch in enumerate(after) if i not in kept.values()]
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
        if _NULL in types:
            yield Change(NULLABILITY_CHANGED, f"may be null {word}", "", spelled(old), spelled(new))
    lost, gained = ([spelled(kind) for kind in types if kind != _NULL] for types in (gone, come))
    parts = [f"may be {listed(lost)} no more"] * bool(lost) + [f"may be {listed(gained)} now"] * bool(gained)
    if parts:
        yield Change(UNION_CHANGED, ", and ".join(parts), "", spelled(old), spelled(new))


def _kept(before: tuple[AvroType, ...], after: tuple[AvroType, ...]) -> dict[int, int]:
    """Place in the old union → place in the new one, in the old order."""
    found: dict[int, int] = {}
    for same in (_same, _same_but_namespace, is_widening):
        free = [j for j in range(len(after)) if j not in set(found.values())]
        for i, branch in enumerate(before):
            heirs = [j for j in free if same(branch, after[j])] if i not in found else []
            if heirs:
                found[i] = heirs[0]
                free.remove(heirs[0])
    return dict(sorted(found.items()))


def _same(old: AvroType, new: AvroType) -> bool:
    return _key(old) == _key(new)


def _same_but_namespace(old: AvroType, new: AvroType) -> bool:
    """Whether they are named types of one name, or the new one says that it had the old one's."""
    if not isinstance(old, _Named) or not isinstance(new, _Named) or (type(old) is not type(new)):
        return False
    aliases = () if isinstance(new, Recursive) else new.aliases
    return simple_name(old.name) == simple_name(new.name) or old.name in aliases


def _key(kind: AvroType) -> tuple[str, str]:
    if isinstance(kind, _Named):
        return "named", kind.name
    return ("primitive", kind.name) if isinstance(kind, Primitive) else ("other", type(kind).__name__)


def _branches(kind: AvroType) -> tuple[AvroType, ...]:
    return kind.branches if isinstance(kind, Union) else (kind,)


_NULL = Primitive("null")
_Named = Record | Enum | Fixed | Recursive
