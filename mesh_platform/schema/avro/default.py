"""Whether a JSON value may be the default of a type."""

from typing import Any, Final

from mesh_platform.schema.avro.avro_type import Array, AvroType, Enum, Fixed, Map, Primitive, Record, Union

_WHOLE: Final = {"int": 2**31, "long": 2**63}
_LARGEST: Final = {"float": 3.4028234663852886e38, "double": 1.7976931348623157e308}


def fits(value: Any, kind: AvroType) -> bool:
    """Avro's rule for defaults; a union's default is a value of its first branch."""
    match kind:
        case Primitive():
            return _fits_primitive(value, kind.name)
        case Fixed():
            return _is_bytes(value) and len(value) == kind.size
        case Enum():
            return isinstance(value, str) and value in kind.known
        case Array():
            return isinstance(value, list) and all(fits(item, kind.items) for item in value)
        case Map():
            return isinstance(value, dict) and all(fits(item, kind.values) for item in value.values())
        case Union():
            return fits(value, kind.branches[0])
        case Record():
            return isinstance(value, dict) and all(
                fits(value[field.name], field.type) if field.name in value else field.has_default
                for field in kind.fields
            )
        case _:
            # a record that is still being defined: whether a value is one of it cannot be said yet, by Java either
            return False


def _fits_primitive(value: Any, name: str) -> bool:
    match name:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "int" | "long":
            return type(value) is int and -_WHOLE[name] <= value < _WHOLE[name]
        case "float" | "double":
            # abs() of an int beyond every float compares exactly, and never overflows
            return type(value) in (int, float) and abs(value) <= _LARGEST[name]
        case "bytes":
            return _is_bytes(value)
        case _:
            return isinstance(value, str) and is_encodable(value)


def is_encodable(text: str) -> bool:
    """Whether it is text that UTF-8 can write: half of a surrogate pair is none."""
    return text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)


def _is_bytes(value: Any) -> bool:
    return isinstance(value, str) and all(ord(c) < 256 for c in value)
