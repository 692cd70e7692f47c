"""Avro's names: what is legal, and what a name stands for in a namespace."""

import re
from typing import Any, Final

from mesh_platform.schema.notes import At, Notes, short

PRIMITIVES: Final = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_name(value: Any) -> bool:
    """Whether it is a simple name."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def is_full_name(value: Any) -> bool:
    """Whether it is a name, with a namespace or without."""
    return isinstance(value, str) and all(map(is_name, value.split(".")))


def full_name(schema: dict[str, Any], at: At, notes: Notes) -> str:
    """The name, with its namespace, that a record, enum or fixed defines; raises Broken where there is none."""
    name, namespace = schema.get("name"), schema.get("namespace", at.namespace)
    if not isinstance(name, str) or not name:
        raise notes.broken("SCH002", at, f"a {schema['type']} needs a `name`")
    if not isinstance(namespace, str):
        raise notes.broken("SCH002", at.into("namespace"), f"the namespace `{short(namespace)}` must be text")
    full = name if "." in name or not namespace else f"{namespace}.{name}"
    if not is_full_name(full):
        raise notes.broken(
            "SCH002", at.into("name"), f"`{short(full)}` is no legal name: letters, digits and `_` between dots"
        )
    if full in PRIMITIVES:
        raise notes.broken("SCH002", at.into("name"), f"`{full}` is the name of a primitive type")
    if full in notes.names:
        raise notes.broken("SCH002", at.into("name"), f"`{full}` is defined twice")
    check_aliases(schema, at, notes)
    return full


def check_aliases(schema: dict[str, Any], at: At, notes: Notes) -> None:
    """Aliases are a list of legal names."""
    aliases = schema.get("aliases", [])
    if not isinstance(aliases, list):
        notes.wrong("SCH002", at.into("aliases"), "`aliases` must be a list of names")
        return
    for index, alias in enumerate(aliases):
        if not is_full_name(alias):
            notes.wrong("SCH002", at.into("aliases", index), f"the alias `{short(alias)}` is no legal name")
