"""Avro's schema resolution: whether one schema can read whatever another wrote, as a registry answers it.

The rules, and the order in which pairs are met, are those of Java's `SchemaCompatibility`, which Confluent's registry
asks; a test compares the verdicts with that class itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mesh_platform.schema.avro_type import Array, AvroType, Enum, Field, Fixed, Map, Primitive, Record, Recursive, Union
from mesh_platform.schema.name import simple_name
from mesh_platform.schema.parse import Reading

_PROMOTED: Final = frozenset(
    {
        ("long", "int"),
        ("float", "int"),
        ("float", "long"),
        ("double", "int"),
        ("double", "long"),
        ("double", "float"),
        ("string", "bytes"),
        ("bytes", "string"),
    }
)
"""(reader, writer)."""


class _Ambiguous(Exception):
    """A field of the reader could be any of several of the writer's."""


@dataclass(frozen=True)
class _Pair:
    """What is known of the reader's and the writer's types while they are compared."""

    reader: Mapping[str, Record]
    writer: Mapping[str, Record]
    apart: bool
    """Whether reader and writer are two readings."""
    met: dict[tuple[int, int], bool] = field(default_factory=dict)
    """Identities of two types → whether they fit; those still being compared are taken to fit."""


def can_read(reader: Reading, writer: Reading) -> bool:
    """Whether every value that the writer's schema allows can be read with the reader's; logical types play no part."""
    if reader.kind is None or writer.kind is None:
        return False
    try:
        return _reads(reader.kind, writer.kind, _Pair(reader.records, writer.records, reader is not writer))
    except _Ambiguous:
        return False


def _reads(reader: AvroType, writer: AvroType, pair: _Pair) -> bool:
    if isinstance(reader, Primitive) and isinstance(writer, Primitive):
        return reader.name == writer.name or (reader.name, writer.name) in _PROMOTED
    if isinstance(reader, Recursive):
        reader = pair.reader[reader.name]
    if isinstance(writer, Recursive):
        writer = pair.writer[writer.name]
    key = (id(reader), id(writer))
    if key not in pair.met:
        pair.met[key] = True
        pair.met[key] = _fits(reader, writer, pair)
    return pair.met[key]


def _fits(reader: AvroType, writer: AvroType, pair: _Pair) -> bool:
    if isinstance(writer, Union):
        # every branch is looked at, as the reference does: what is met on the way is remembered
        answers = [_reads(reader, branch, pair) for branch in writer.branches]
        return all(answers)
    if isinstance(reader, Union):
        return any(_reads(branch, writer, pair) for branch in reader.branches)
    match reader, writer:
        case Record(), Record():
            fields = [_fills(field, writer, pair) for field in _unshared(reader, writer, pair)]
            return _same_name(reader, writer) and all(fields)
        case Array(), Array():
            return _reads(reader.items, writer.items, pair)
        case Map(), Map():
            return _reads(reader.values, writer.values, pair)
        case Enum(), Enum():
            known = reader.default is not None or writer.known <= reader.known
            return _same_name(reader, writer) and known
        case Fixed(), Fixed():
            return _same_name(reader, writer) and reader.size == writer.size
    return False


def _same_name(reader: Fixed | Enum | Record, writer: Fixed | Enum | Record) -> bool:
    """Namespaces are left aside; a name it had, spelled in full, counts as its own."""
    return simple_name(reader.name) == simple_name(writer.name) or writer.name in reader.aliases


def _unshared(reader: Record, writer: Record, pair: _Pair) -> Sequence[Field]:
    """The fields that have to be looked at: one that two readings share has no names in it, and reads itself."""
    if not pair.apart:
        return reader.fields
    written = writer.by_name
    return [field for field in reader.fields if written.get(field.name) is not field or field.aliases]


def _fills(field: Field, writer: Record, pair: _Pair) -> bool:
    """Whether the reader's field gets a value from what the writer wrote."""
    written = writer.by_name.get(field.name)
    if field.aliases:
        found = [f for name in sorted(set(field.aliases)) if (f := writer.by_name.get(name))]
        if len(found) + (written is not None) > 1:
            raise _Ambiguous
        written = written or (found[0] if found else None)
    return field.has_default if written is None else _reads(field.type, written.type, pair)
