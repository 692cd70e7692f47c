"""Which tables the sources of a dbt project stand for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mesh_platform.manifest.mesh import TextFile
from mesh_platform.transformation.yaml_text import read_yaml

Sources = Mapping[tuple[str, str], tuple[str, str]]
"""(source, table) as `source()` names it → (schema, table) in the warehouse."""


def sources(properties: Iterable[TextFile]) -> Sources:
    """The sources that these files declare; what cannot be read declares none, and dbt says so."""
    return dict(found for file in properties for found in _in(file.text))


def _in(text: str) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    for source in _items(read_yaml(text.encode("utf-8", "replace")), "sources"):
        name = str(source.get("name", ""))
        schema = str(source.get("schema") or name)
        for table in _items(source, "tables"):
            yield (name, str(table.get("name", ""))), (schema, str(table.get("identifier") or table.get("name", "")))


def _items(value: Any, key: str) -> list[dict[str, Any]]:
    items = value.get(key) if isinstance(value, dict) else None
    return [i for i in items if isinstance(i, dict)] if isinstance(items, list) else []
