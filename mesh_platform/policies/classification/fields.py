"""The columns of a schema and the fields in them, each with what is known of it before anyone judges."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mesh_platform.manifest.mesh import Product
from mesh_platform.policies.classification.classify import classify
from mesh_platform.policies.classification.judgement import FINE, Judgement, Shape
from mesh_platform.schema.avro.avro_type import Array, AvroType, Enum, Field, Map, Primitive, Record, unwrapped
from mesh_platform.schema.avro.place import Path
from mesh_platform.schema.history import current
from mesh_platform.schema.table.record import Column, RecordSchema, read_record

_NUMBERS: Final = frozenset({"int", "long", "float", "double"})


@dataclass(frozen=True)
class PersonalField:
    """A column, or a field inside one, as far as personal data is concerned."""

    path: Path
    """Names from the column inwards, `[]` for items and `{}` for the values of a map."""
    judgement: Judgement
    marked: str | None
    """The class that it, or what it is part of, is marked with."""
    overruled: bool
    """Whether it, or what it is part of, is marked as none."""

    @property
    def shown(self) -> str:
        """`customer.emails[]`."""
        return ".".join(self.path).replace(".[]", "[]").replace(".{}", "{}")

    @property
    def dotted(self) -> str:
        """As a manifest names it: `customer.emails`."""
        return ".".join(step for step in self.path if step not in ("[]", "{}"))


def personal_fields(schema: RecordSchema) -> tuple[PersonalField, ...]:
    """Every column and inner field of the schema with its judgement, columns before what is in them."""
    return tuple(found for column in schema.columns for found in _of(column, _Outer((), schema.name)))


def fields_of(product: Product) -> tuple[PersonalField, ...]:
    """Those of the product's current schema; none where there is none, or it is invalid."""
    file = product.schemas.get(product.manifest.spec.schema_version)
    return _fields(file.text) if file and current(product) else ()


@lru_cache(maxsize=8192)
def _fields(text: str) -> tuple[PersonalField, ...]:
    return personal_fields(read_record(text))


@dataclass(frozen=True)
class _Outer:
    """What a column or field is part of."""

    path: Path
    name: str
    marked: str | None = None
    overruled: bool = False


def _of(entry: Column | Field, outer: _Outer) -> Iterator[PersonalField]:
    kind, steps = _item(entry.type)
    path = (*outer.path, entry.name, *steps)
    marked, overruled = outer.marked or entry.pii, outer.overruled or entry.not_personal
    if isinstance(kind, Record):
        yield PersonalField(path, FINE, marked, overruled)
        for field in kind.fields:
            yield from _of(field, _Outer(path, entry.name, marked, overruled))
    else:
        yield PersonalField(path, classify(entry.name, shape(kind), entry.doc, outer.name), marked, overruled)


def _item(kind: AvroType) -> tuple[AvroType, Path]:
    """What a list or map is of, however deep, and the way to it."""
    steps: Path = ()
    kind = unwrapped(kind)[0]
    while isinstance(kind, Array | Map):
        steps = (*steps, "[]" if isinstance(kind, Array) else "{}")
        kind = unwrapped(kind.items if isinstance(kind, Array) else kind.values)[0]
    return kind, steps


def shape(kind: AvroType) -> Shape:
    """What kind of values a type has."""
    match kind:
        case Primitive(logical="date"):
            return Shape.DATE
        case Primitive(logical=str(logical)) if logical.startswith(("timestamp", "local-timestamp", "time")):
            return Shape.TIME
        case Primitive(name="boolean"):
            return Shape.BOOLEAN
        case Primitive(name=name, logical=logical) if name in _NUMBERS or logical == "decimal":
            return Shape.NUMBER
        case Enum():
            return Shape.ENUM
    return Shape.TEXT
