"""Fields that mean the same wherever they stand: what a hundred versions share is read once, and is one value."""

from marshal import dumps
from typing import Any, Final, TypeVar

from mesh_platform.schema.avro.avro_type import Array, AvroType, Field, Map, Primitive, Union
from mesh_platform.schema.avro.default import fits
from mesh_platform.schema.avro.name import is_name

V = TypeVar("V")

_USUAL: Final = frozenset({"name", "type", "doc", "default"})
_LONGEST: Final = 500
_MANY: Final = 50_000
_KNOWN: Final[dict[bytes, Field]] = {}
_TYPES: Final[dict[bytes, AvroType]] = {}


def recalled(entry: Any) -> tuple[bytes, Field | None]:
    """(what a field's JSON is kept under, the field if it is known, or can be told from a type that is).

    The key is the quickest text that tells `1`, `1.0` and `true` apart.
    """
    key = dumps(entry, 2)
    field = _KNOWN.get(key)
    if field is None and (field := _usual(entry)):
        _keep(_KNOWN, key, field)
    return key, field


def remember(key: bytes, entry: dict[str, Any], field: Field) -> None:
    """Keep a legal field, and its type, under their JSON, unless names are defined or used in it."""
    if is_plain(field.type):
        _keep(_KNOWN, key, field)
        _keep(_TYPES, dumps(entry["type"], 2), field.type)


def forget_fields() -> None:
    """Begin anew, as whoever reads schemas without end does now and then."""
    _KNOWN.clear()
    _TYPES.clear()


def _keep(known: dict[bytes, V], key: bytes, value: V) -> None:
    if len(key) <= _LONGEST:
        if len(known) >= _MANY:
            known.clear()
        known[key] = value


def _usual(entry: Any) -> Field | None:
    """The field, if it is legal, has nothing to it but what nearly all have, and a type that was met before."""
    if not isinstance(entry, dict) or not entry.keys() <= _USUAL:
        return None
    name, doc, kind = entry.get("name"), entry.get("doc", ""), _TYPES.get(dumps(entry.get("type"), 2))
    if kind is None or not isinstance(doc, str) or not isinstance(name, str) or not is_name(name):
        return None
    if "default" not in entry:
        return Field(name, kind, doc)
    return Field(name, kind, doc, entry["default"], True) if fits(entry["default"], kind) else None


def is_plain(kind: AvroType) -> bool:
    """Whether no names are defined or used in it."""
    match kind:
        case Primitive():
            return True
        case Array():
            return is_plain(kind.items)
        case Map():
            return is_plain(kind.values)
        case Union():
            return all(map(is_plain, kind.branches))
    return False
