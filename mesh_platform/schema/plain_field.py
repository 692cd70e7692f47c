"""Fields that mean the same wherever they stand: what a hundred versions share is read once, and is one value."""

import marshal
from typing import Any, Final

from mesh_platform.schema.avro_type import Array, AvroType, Field, Map, Primitive, Union

_LONGEST: Final = 500
_MANY: Final = 50_000
_KNOWN: Final[dict[bytes, Field]] = {}


def key_of(entry: Any) -> bytes:
    """What a field's JSON is kept under: the quickest text that tells `1`, `1.0` and `true` apart."""
    return marshal.dumps(entry, 2)


def remember(key: bytes, field: Field) -> None:
    """Keep a legal field under its JSON, unless names are defined or used in it."""
    if len(key) <= _LONGEST and is_plain(field.type):
        if len(_KNOWN) >= _MANY:
            _KNOWN.clear()
        _KNOWN[key] = field


def recalled(key: bytes) -> Field | None:
    """The field that was kept under this JSON."""
    return _KNOWN.get(key)


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
