"""Where in an avsc a field stands, given its path in the record."""

import re
from functools import lru_cache
from typing import Any, Final

from mesh_platform.schema.avro.json_text import Where, places, read_json, telling

Path = tuple[str, ...]
"""Names of fields, `[]` for the items of an array, `{}` for the values of a map."""

_STEP: Final = re.compile(r"\[\]|\{\}|[^.\[\]{}]+")


def shown_path(path: Path) -> str:
    """`order.items[].price`."""
    return ".".join(path).replace(".[]", "[]").replace(".{}", "{}")


def path_of(shown: str) -> Path:
    """The path that is shown so."""
    return tuple(_STEP.findall(shown))


def place_of(text: str, path: Path, about: str = "name") -> tuple[int, int]:
    """Line and column (1-based) of a path in a valid avsc, as far along it as its types are written inline.

    A type that is used by its name is defined elsewhere. A field that is written over several lines stands where it
    says what the finding is `about`, else where it says its name.
    """
    schema, found = _placed(text)
    return telling(found, _where(schema, path), about)


@lru_cache(maxsize=256)
def _placed(text: str) -> tuple[Any, dict[Where, tuple[int, int]]]:
    """Who asks for the place of one column asks for those of others next."""
    return read_json(text), places(text)


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
