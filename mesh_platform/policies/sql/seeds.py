"""What the properties files of a dbt project say of its seeds."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from mesh_platform.manifest.mesh import TextFile
from mesh_platform.transformation.yaml_text import read_yaml


def personal_columns(properties: Iterable[TextFile]) -> Mapping[str, frozenset[str]]:
    """Seed → its columns, lower case, whose `meta` declares `pii`."""
    found: dict[str, frozenset[str]] = {}
    for file in properties:
        if "seeds" in file.text and "pii" in file.text:
            for seed, column in _of(file.text):
                found[seed] = found.get(seed, frozenset()) | {column}
    return found


@lru_cache(maxsize=1024)
def _of(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(_in(read_yaml(text.encode("utf-8", "replace"))))


def _in(value: Any) -> Iterator[tuple[str, str]]:
    for seed in _items(value, "seeds"):
        for column in _items(seed, "columns"):
            config = column.get("config")
            if _is_personal(column) or (isinstance(config, dict) and _is_personal(config)):
                yield str(seed.get("name", "")), str(column.get("name", "")).lower()


def _is_personal(said: dict[str, Any]) -> bool:
    meta, tags = said.get("meta"), said.get("tags")
    named = meta.get("pii") if isinstance(meta, dict) else None
    return named is True or (isinstance(named, str) and bool(named)) or (isinstance(tags, list) and "pii" in tags)


def _items(value: Any, key: str) -> list[dict[str, Any]]:
    items = value.get(key) if isinstance(value, dict) else None
    return [i for i in items if isinstance(i, dict)] if isinstance(items, list) else []
