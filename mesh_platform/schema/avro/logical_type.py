"""Avro's logical types: what each may stand on, and which numbers it needs."""

from collections.abc import Mapping
from difflib import get_close_matches
from math import floor, log10
from typing import Any, Final

from mesh_platform.schema.avro.notes import short

_BASES: Final[Mapping[str, tuple[str, ...]]] = {
    "date": ("int",),
    "time-millis": ("int",),
    "time-micros": ("long",),
    "timestamp-millis": ("long",),
    "timestamp-micros": ("long",),
    "timestamp-nanos": ("long",),
    "local-timestamp-millis": ("long",),
    "local-timestamp-micros": ("long",),
    "local-timestamp-nanos": ("long",),
    "uuid": ("string", "fixed"),
    "decimal": ("bytes", "fixed"),
    "big-decimal": ("bytes",),
    "duration": ("fixed",),
}
_SIZES: Final = {"uuid": 16, "duration": 12}


def logical_problem(base: str, size: int | None, schema: Mapping[str, Any]) -> str | None:
    """Why the `logicalType` of this schema cannot be, if it cannot; `size` in bytes, of a fixed only."""
    logical = schema.get("logicalType")
    if not isinstance(logical, str):
        return f"`logicalType` is `{short(logical)}`; it must be text"
    if logical not in _BASES:
        close = get_close_matches(logical, _BASES, 1)
        return f"`{short(logical)}` is no logical type of Avro" + (f"; did you mean `{close[0]}`?" if close else "")
    if base not in _BASES[logical]:
        return f"`{logical}` stands on `{'` or `'.join(_BASES[logical])}`, not on `{base}`"
    if size is not None and logical in _SIZES and size != _SIZES[logical]:
        return f"`{logical}` needs a fixed of `{_SIZES[logical]}` bytes; this one has `{size}`"
    return _decimal_problem(size, schema) if logical == "decimal" else None


def logical_of(base: str, size: int | None, schema: Mapping[str, Any]) -> tuple[str | None, int | None, int]:
    """(logical type, precision, scale) as Avro takes them: one that cannot be is none, and the number stays without its
    unit; one that is somebody's own is kept, since a change of it is a change of meaning."""
    logical = schema.get("logicalType")
    if base == "null" or not isinstance(logical, str) or (logical in _BASES and logical_problem(base, size, schema)):
        return None, None, 0
    return (logical, schema["precision"], schema.get("scale", 0)) if logical == "decimal" else (logical, None, 0)


def _decimal_problem(size: int | None, schema: Mapping[str, Any]) -> str | None:
    precision, scale = schema.get("precision"), schema.get("scale", 0)
    if type(precision) is not int or precision < 1:
        return f"`precision` is {_shown(precision)}; a decimal needs a whole number above `0`"
    if type(scale) is not int or not 0 <= scale <= precision:
        return f"`scale` is {_shown(scale)}; it must lie between `0` and the precision `{precision}`"
    if size is not None and precision > (most := floor(log10(2) * (8 * size - 1)) if size else 0):
        return f"`precision` is `{precision}`; a fixed of `{size}` bytes holds at most `{most}` digits"
    return None


def _shown(value: Any) -> str:
    return "missing" if value is None else f"`{short(value)}`"
