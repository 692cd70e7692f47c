"""Which tables the sources of a dbt project stand for."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from mesh_platform.manifest.mesh import TextFile
from mesh_platform.transformation.yaml_text import read_yaml

Sources = Mapping[tuple[str, str], tuple[str, str]]
"""(source, table) as `source()` names it → (schema, table) in the warehouse."""
_Declared = tuple[tuple[str, str], tuple[str, str], bool]


def sources(properties: Iterable[TextFile]) -> Sources:
    """The sources that these files declare; what cannot be read declares none, and dbt says so."""
    return {names: table for file in properties for names, table, _ in _of(file.text) or ()}


def guessed(properties: Iterable[TextFile]) -> frozenset[tuple[str, str]]:
    """Those of the tables, (schema, table), whose names Jinja makes: another run may make others."""
    return frozenset(table for file in properties for _, table, is_guess in _of(file.text) or () if is_guess)


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
        for entry in _items(source, "tables"):
            table = str(entry.get("name", ""))
            said = (schema, str(entry.get("identifier") or table))
            yield (name, table), (_rendered(said[0]), _rendered(said[1])), any("{" in text for text in said)


def _rendered(text: str) -> str:
    """A name as its Jinja makes it where nobody sets anything; the Jinja itself where that makes none."""
    if "{" not in text:
        return text
    from mesh_platform.policies.sql.jinja import Renderer
    from mesh_platform.policies.sql.sandbox import Unrendered

    try:
        return Renderer((), "duckdb").render(text, "").strip() or text
    except Unrendered:
        return text


def _items(value: Any, key: str) -> list[dict[str, Any]]:
    items = value.get(key) if isinstance(value, dict) else None
    return [i for i in items if isinstance(i, dict)] if isinstance(items, list) else []
