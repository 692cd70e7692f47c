"""How a type with a name changed: the name itself, and what a fixed or an enum consists of."""

from collections.abc import Iterator

from mesh_platform.schema.avro.avro_type import Enum, Fixed, Record
from mesh_platform.schema.avro.notes import short
from mesh_platform.schema.avro.spelled import listed, spelled_doc
from mesh_platform.schema.evolution.change import Change
from mesh_platform.schema.evolution.change_kind import (
    ALIASES_CHANGED,
    DEFAULT_CHANGED,
    DOC_CHANGED,
    ORDER_CHANGED,
    SYMBOL_ADDED,
    SYMBOL_REMOVED,
    TYPE_CHANGED,
    TYPE_RENAMED,
)
from mesh_platform.schema.evolution.leaf_change import leaf_changes, retyped


def identity_changes(old: Record | Enum | Fixed, new: Record | Enum | Fixed) -> Iterator[Change]:
    """Changes of the full name, of the aliases and of what is said about the type."""
    if old.name != new.name:
        before, after = short(old.name), short(new.name)
        yield Change(TYPE_RENAMED, f"has the type `{after}`, called `{before}` before", "", before, after)
    elif set(old.aliases) != set(new.aliases):
        yield Change(ALIASES_CHANGED, f"has a type with other aliases: {listed(new.aliases) or 'none'}")
    if old.doc != new.doc:
        before, after = spelled_doc(old.doc), spelled_doc(new.doc)
        yield Change(DOC_CHANGED, f"has a type that is documented as {after} instead of {before}", "", old.doc, new.doc)


def fixed_changes(old: Fixed, new: Fixed) -> Iterator[Change]:
    """Changes of a fixed."""
    yield from identity_changes(old, new)
    if old.size != new.size:
        yield retyped(TYPE_CHANGED, old, new)
    else:
        yield from leaf_changes(old, new)


def enum_changes(old: Enum, new: Enum) -> Iterator[Change]:
    """Changes of an enum."""
    yield from identity_changes(old, new)
    before, after = dict.fromkeys(old.symbols), dict.fromkeys(new.symbols)
    if gone := [symbol for symbol in before if symbol not in after]:
        yield Change(SYMBOL_REMOVED, f"has lost {_symbols(gone)}", "", ", ".join(gone))
    if come := [symbol for symbol in after if symbol not in before]:
        fallback = f"; old readers fall back to `{short(old.default)}`" if old.default else ""
        yield Change(SYMBOL_ADDED, f"has gained {_symbols(come)}{fallback}", "", "", ", ".join(come))
    if [s for s in before if s in after] != [s for s in after if s in before]:
        yield Change(ORDER_CHANGED, "lists its symbols in another order")
    if old.default != new.default:
        was, now = short(old.default or "none"), short(new.default or "none")
        predicate = f"falls back to `{now}` instead of `{was}` where a symbol is unknown"
        yield Change(DEFAULT_CHANGED, predicate, "", was, now)


def _symbols(symbols: list[str]) -> str:
    return f"the symbol{'s' if len(symbols) > 1 else ''} {listed(symbols)}"
