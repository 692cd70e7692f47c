"""Which tables the sources of a dbt project stand for."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from mesh_platform.manifest.mesh import TextFile
from mesh_platform.transformation.yaml_text import read_yaml

Sources = Mapping[tuple[str, str], tuple[str, str]]
"""(source, table) as `source()` names it → (schema, table) in the warehouse."""
_Declared = tuple[tuple[str, str], tuple[str, str]]


def sources(properties: Iterable[TextFile]) -> Sources:
    """The sources that these files declare; what cannot be read declares none, and dbt says so."""
    return {names: table for file in properties for names, table in _of(file.text) or ()}


def readable(properties: Iterable[TextFile]) -> bool:
    """Whether every one of these files can be read."""
    return all(_of(file.text) is not None for file in properties)


@lru_cache(maxsize=4096)
def _of(text: str) -> tuple[_Declared, ...] | None:
    value = read_yaml(text.encode("utf-8", "replace"))
    return None if value is None and text.strip() else tuple(_in(value))


def _in(value: Any) -> Iterator[_Declared]:
    for source in _items(value, "sources"):
        name = str(source.get("name", ""))
        schema = str(source.get("schema") or name)
        for table in _items(source, "tables"):
            yield (name, str(table.get("name", ""))), (schema, str(table.get("identifier") or table.get("name", "")))


def _items(value: Any, key: str) -> list[dict[str, Any]]:
    items = value.get(key) if isinstance(value, dict) else None
    return [i for i in items if isinstance(i, dict)] if isinstance(items, list) else []
