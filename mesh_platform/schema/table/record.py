"""A schema as a table: the columns of a record, or every reason why it cannot be one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from mesh_platform.schema.avro.avro_type import Array, AvroType, Field, Map, Primitive, Record, unwrapped
from mesh_platform.schema.avro.parse import parse_avro
from mesh_platform.schema.avro.problem import SchemaInvalid, SchemaProblem
from mesh_platform.schema.table.table_shape import shape_problems

TIMESTAMPS: Final = frozenset({"timestamp-millis", "timestamp-micros"})


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    type: AvroType
    """Without the null of a nullable column."""
    nullable: bool
    doc: str = ""
    default: Any = None
    has_default: bool = False
    pii: str | None = None
    """The class of personal data the schema declares; None if it declares none."""
    not_personal: bool = False
    """Whether the schema says that a person has looked, and that it is none: `"pii": false`."""

    @property
    def personal(self) -> str | None:
        """The class of personal data that the schema declares for the column, or first for a field inside it."""
        return self.pii or next(_marks(self.type), None)

    @property
    def is_timestamp(self) -> bool:
        """Whether it holds moments in time (UTC)."""
        return isinstance(self.type, Primitive) and self.type.logical in TIMESTAMPS


@dataclass(frozen=True)
class RecordSchema:
    """A legal Avro record that can be a table."""

    name: str
    namespace: str
    doc: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """The column of that name, if there is one."""
        return next((c for c in self.columns if c.name == name), None)


@lru_cache(maxsize=8192)
def read_record(text: str) -> RecordSchema:
    """The table an avsc describes; raises SchemaInvalid with every problem."""
    record = parse_avro(text)
    if not isinstance(record, Record):
        raise SchemaInvalid((SchemaProblem("SCH008", "", "the schema of a table must be a record"),))
    if problems := shape_problems(record, text):
        raise SchemaInvalid(problems)
    namespace, _, name = record.name.rpartition(".")
    return RecordSchema(name, namespace, record.doc, tuple(map(_column, record.fields)))


def _marks(kind: AvroType) -> Iterator[str]:
    match unwrapped(kind)[0]:
        case Array(items=inner) | Map(values=inner):
            yield from _marks(inner)
        case Record(fields=fields):
            for field in fields:
                yield from (field.pii,) if field.pii else _marks(field.type)


def _column(field: Field) -> Column:
    kind, nullable = unwrapped(field.type)
    return Column(
        field.name, kind, nullable, field.doc, field.default, field.has_default, field.pii, field.not_personal
    )
