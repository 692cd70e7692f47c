"""Avro's names: what is legal, and what a name stands for in a namespace."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from mesh_platform.schema.avro.notes import At, Notes, short

PRIMITIVES: Final = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FULL_NAME: Final = re.compile(rf"{_NAME.pattern}(?:\.{_NAME.pattern})*")


def is_name(value: Any) -> bool:
    """Whether it is a simple name."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def is_full_name(value: Any) -> bool:
    """Whether it is a name, with a namespace or without."""
    return isinstance(value, str) and _FULL_NAME.fullmatch(value) is not None


def full_name(schema: dict[str, Any], at: At, notes: Notes) -> str:
    """The name, with its namespace, that a record, enum or fixed defines; raises Broken where there is none."""
    name, namespace = schema.get("name"), schema.get("namespace", at.namespace)
    if not isinstance(name, str) or not name:
        raise notes.broken("SCH002", at, f"a {schema['type']} needs a `name`")
    if namespace is None:
        # Java's parser reads a null as if nothing were written
        notes.wrong("SCH002", at.into("namespace"), "the namespace is `null`; leave it out", avro=False)
        namespace = at.namespace
    if not isinstance(namespace, str):
        raise notes.broken("SCH002", at.into("namespace"), f"the namespace `{short(namespace)}` must be text")
    full = name if "." in name or not namespace else f"{namespace}.{name}"
    if full in notes.names:
        raise notes.broken("SCH002", at.into("name"), f"`{short(full)}` is defined twice")
    if not is_full_name(full):
        notes.wrong(
            "SCH002", at.into("name"), f"`{short(full)}` is no legal name: letters, digits and `_` between dots"
        )
    elif simple_name(full) in PRIMITIVES:
        notes.wrong("SCH002", at.into("name"), f"`{simple_name(full)}` is the name of a primitive type")
    return full


def simple_name(full: str) -> str:
    """The name without its namespace."""
    return full.rpartition(".")[2]


def type_aliases(schema: dict[str, Any], name: str, at: At, notes: Notes) -> tuple[str, ...]:
    """The other full names of a type; what is wrong with them is noted."""
    if "aliases" not in schema:
        return ()
    namespace = name.rpartition(".")[0]
    aliases = _legal_aliases(schema["aliases"], at, notes, is_full_name)
    found = tuple(a if "." in a or not namespace else f"{namespace}.{a}" for a in aliases)
    notes.aliases += ((alias, at.into("aliases")) for alias in found)
    return found


def check_type_aliases(notes: Notes) -> None:
    """An alias that is also the name, or an alias, of another type is legal, and no reader can say which is meant."""
    taken = set(notes.names)
    for alias, at in notes.aliases:
        if alias in taken:
            notes.wrong("SCH002", at, f"the alias `{short(alias)}` is taken by a type of the schema", avro=False)
        taken.add(alias)


def field_aliases(entry: dict[str, Any], at: At, notes: Notes) -> tuple[str, ...]:
    """The other names of a field; what is wrong with them is noted."""
    return tuple(_legal_aliases(entry["aliases"], at, notes, is_name)) if "aliases" in entry else ()


def check_field_aliases(fields: list[Any], at: At, notes: Notes) -> None:
    """An alias that two fields could claim is legal, and no reader can say which of them is meant."""
    aliased = [(i, f) for i, f in enumerate(fields) if isinstance(f, dict) and isinstance(f.get("aliases"), list)]
    taken = {name for f in fields if isinstance(f, dict) and isinstance(name := f.get("name"), str)}
    for index, entry in aliased:
        for place, alias in enumerate(entry["aliases"]):
            if isinstance(alias, str) and alias in taken:
                here = at.into("fields", index, "aliases", place)
                notes.wrong("SCH002", here, f"the alias `{short(alias)}` is taken by a field of the record", avro=False)
            taken.add(str(alias))


def _legal_aliases(aliases: Any, at: At, notes: Notes, legal: Callable[[Any], bool]) -> Iterator[str]:
    if not isinstance(aliases, list):
        notes.wrong("SCH002", at.into("aliases"), "`aliases` must be a list of names")
        return
    for index, alias in enumerate(aliases):
        if legal(alias):
            yield alias
        else:
            notes.wrong("SCH002", at.into("aliases", index), f"the alias `{short(alias)}` is no legal name")
