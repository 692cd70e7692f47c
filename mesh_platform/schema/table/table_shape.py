"""What keeps a legal Avro record from being a table."""

from collections.abc import Iterator
from typing import Final

from mesh_platform import names
from mesh_platform.schema.avro.avro_type import (
    NULL,
    Array,
    AvroType,
    Fixed,
    Map,
    Primitive,
    Record,
    Recursive,
    Union,
    unwrapped,
)
from mesh_platform.schema.avro.place import Path, place_of, shown_path
from mesh_platform.schema.avro.problem import SchemaProblem

MAX_DEPTH: Final = 15
MAX_COLUMNS: Final = 10_000
"""Of all levels together, the bound of the strictest warehouse."""
MAX_PRECISION: Final = 38
_NO_COLUMN: Final = frozenset({"timestamp-nanos", "local-timestamp-nanos", "big-decimal", "duration"})

Problem = tuple[str, Path, str]
"""(code, path, message)."""


def shape_problems(record: Record, text: str) -> tuple[SchemaProblem, ...]:
    """Every reason why the record, which this text defines, cannot be a table."""
    problems = [*_names(record, ()), *_shapes(record)]
    return tuple(_placed(text, problems)) if problems else ()


def _shapes(record: Record) -> Iterator[Problem]:
    if not record.fields:
        yield "SCH008", (), "a record without fields is no table"
    counted = 0
    for field in record.fields:
        for kind, path in _inside(field.type, (field.name,), 1):
            counted += 1
            yield from _problem(kind, path)
            if counted > MAX_COLUMNS:
                yield "SCH008", (), f"the record has more than `{MAX_COLUMNS}` columns, those of inner records included"
                return


def _inside(kind: AvroType, path: Path, depth: int) -> Iterator[tuple[AvroType | None, Path]]:
    """The type and every type in it; None where it nests too deeply to go on."""
    kind = unwrapped(kind)[0]
    yield kind if depth <= MAX_DEPTH else None, path
    if depth > MAX_DEPTH:
        return
    match kind:
        case Array():
            yield from _inside(kind.items, (*path, "[]"), depth + 1)
        case Map():
            yield from _inside(kind.values, (*path, "{}"), depth + 1)
        case Record():
            for field in kind.fields:
                yield from _inside(field.type, (*path, field.name), depth + 1)


def _problem(kind: AvroType | None, path: Path) -> Iterator[Problem]:
    match kind:
        case None:
            yield "SCH008", path, f"nests deeper than `{MAX_DEPTH}` levels"
        case Union():
            yield "SCH008", path, "a column has one type, or one type and null; this union has others"
        case Recursive():
            yield "SCH008", path, f"`{kind.name}` contains itself, and no column can"
        case Record(fields=()):
            yield "SCH008", path, "a record without fields is no column"
        case Record():
            yield from _names(kind, path)
        case Primitive() | Fixed():
            yield from _leaf(kind, path)


def _leaf(kind: Primitive | Fixed, path: Path) -> Iterator[Problem]:
    if kind == NULL:
        yield "SCH008", path, "a column that is always null has no type"
    if kind.logical in _NO_COLUMN:
        yield "SCH008", path, f"not every warehouse has a type for `{kind.logical}`; use micros, a decimal or a long"
    if (kind.precision or 0) > MAX_PRECISION:
        yield "SCH008", path, f"a decimal of `{kind.precision}` digits; a warehouse keeps `{MAX_PRECISION}`"


def _names(record: Record, path: Path) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for field in record.fields:
        first = seen.setdefault(field.name.lower(), field.name)
        if first != field.name:
            yield "SCH009", (*path, field.name), f"differs from `{first}` in upper and lower case only; columns do not"
        if field.name.lower().startswith(names.PLATFORM_COLUMN_PREFIXES):
            yield "SCH009", (*path, field.name), "names that start with `_mesh_` or `_cdc_` are the platform's own"
        if not path and field.name.lower() == names.ENGINE_COLUMN:
            yield (
                "SCH009",
                (field.name,),
                "the engine's own name for a row's place; of a source table, leave it out",
            )


def _placed(text: str, problems: list[Problem]) -> Iterator[SchemaProblem]:
    for code, path, message in problems:
        shown = shown_path(path)
        place = place_of(text, path, "type" if code == "SCH008" else "name")
        yield SchemaProblem(code, shown, f"`{shown}`: {message}" if shown else message, *place)
