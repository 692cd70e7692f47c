"""What keeps a legal Avro record from being a table."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from mesh_platform import names
from mesh_platform.schema.avro_type import (
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
from mesh_platform.schema.json_text import Where, places, read_json
from mesh_platform.schema.problem import SchemaProblem

MAX_DEPTH: Final = 15
MAX_COLUMNS: Final = 10_000
"""Of all levels together, the bound of the strictest warehouse."""
MAX_PRECISION: Final = 38
_NO_COLUMN: Final = frozenset({"timestamp-nanos", "local-timestamp-nanos", "big-decimal", "duration"})

Path = tuple[str, ...]
"""Names of fields, `[]` for the items of an array, `{}` for the values of a map."""
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


def place_of(text: str, path: Path) -> tuple[int, int]:
    """Line and column of a column or inner field in the text that defines it."""
    schema, found = _placed_json(text)
    return found.get(_where(schema, path), (1, 1))


@lru_cache(maxsize=256)
def _placed_json(text: str) -> tuple[Any, dict[Where, tuple[int, int]]]:
    """Who asks for the place of one column asks for those of others next."""
    return read_json(text), places(text)


def _placed(text: str, problems: list[Problem]) -> Iterator[SchemaProblem]:
    schema, found = read_json(text), places(text)
    for code, path, message in problems:
        shown = ".".join(path).replace(".[]", "[]").replace(".{}", "{}")
        line, column = found.get(_where(schema, path), (1, 1))
        yield SchemaProblem(code, shown, f"`{shown}`: {message}" if shown else message, line, column)


def _where(schema: Any, path: Path) -> Where:
    """As far along the path as the types are written inline; a type used by its name is defined elsewhere."""
    where: Where = ()
    for step in path:
        schema, inner = _definition(schema)
        index = _index(schema, step)
        if index is None:
            break
        where, schema = (*where, *inner, *index), _at(schema, index)
        if index[0] == "fields" and "type" in schema:
            schema, where = schema["type"], (*where, "type")
    return where[:-1] if where[-1:] == ("type",) else where


def _definition(schema: Any) -> tuple[Any, Where]:
    """The branch of a union that is written as an object, with the way to it."""
    if not isinstance(schema, list):
        return schema, ()
    return next(((branch, (i,)) for i, branch in enumerate(schema) if isinstance(branch, dict)), (schema, ()))


def _index(schema: Any, step: str) -> Where | None:
    if not isinstance(schema, dict):
        return None
    if step in ("[]", "{}"):
        key = "items" if step == "[]" else "values"
        return (key,) if key in schema else None
    return next((("fields", i) for i, f in enumerate(schema.get("fields", ())) if f.get("name") == step), None)


def _at(schema: Any, where: Where) -> Any:
    for step in where:
        schema = schema[step]
    return schema
