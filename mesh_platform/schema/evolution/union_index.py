"""Where in a wide union the types are that could read a type, so that not each has to be held against each."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from mesh_platform.schema.avro.avro_type import Array, AvroType, Enum, Fixed, Map, Primitive, Record, Recursive, Union
from mesh_platform.schema.avro.name import simple_name

PROMOTED: Final = frozenset(
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

_Key = tuple[type, str]


class UnionIndex(NamedTuple):
    """The types of a union of the reader, by what tells which of the writer's they could read."""

    branches: tuple[AvroType, ...]
    found: Mapping[_Key, list[int]]
    """Kind and name → places."""

    def named(self, writer: AvroType) -> list[AvroType]:
        """Those of the writer's kind and name, in the union's order; no other can read it."""
        return self._at(place for key in _asked(writer) for place in self.found.get(key, ()))

    def kin(self, writer: AvroType) -> list[AvroType]:
        """Those of the writer's kind: besides the named ones, every record for a record."""
        return self._at(self.found.get((Record, ""), ())) if isinstance(writer, Record) else self.named(writer)

    def _at(self, places: Iterable[int]) -> list[AvroType]:
        return [self.branches[place] for place in sorted(set(places))]


def union_index(union: Union, records: Mapping[str, Record]) -> UnionIndex:
    """The index of a union, whose records may be spelled by their names."""
    found: dict[_Key, list[int]] = {}
    for place, branch in enumerate(union.branches):
        for key in _keys(records[branch.name] if isinstance(branch, Recursive) else branch):
            found.setdefault(key, []).append(place)
    return UnionIndex(union.branches, found)


def _keys(reader: AvroType) -> Iterator[_Key]:
    match reader:
        case Primitive():
            yield Primitive, reader.name
            yield from ((Primitive, writer) for wider, writer in PROMOTED if wider == reader.name)
        case Fixed() | Enum() | Record():
            yield type(reader), simple_name(reader.name)
            yield from ((type(reader), f"={alias}") for alias in reader.aliases)
            yield type(reader), ""
        case Array() | Map():
            yield type(reader), ""


def _asked(writer: AvroType) -> tuple[_Key, ...]:
    match writer:
        case Primitive():
            return ((Primitive, writer.name),)
        case Fixed() | Enum() | Record():
            return (type(writer), simple_name(writer.name)), (type(writer), f"={writer.name}")
    return ((type(writer), ""),)
