"""YAML as dbt reads it: as values, and as nodes that know their lines."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import yaml

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_DEPTH: Final = 200
_DUMPER: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def read_yaml(content: bytes) -> Any:
    """The value of the one document; None for what is no YAML, which dbt refuses with its own words."""
    try:
        _refuse_depth(content)
        return yaml.load(content, Loader=_LOADER)  # noqa: S506  a safe loader, by either name
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def compose(content: bytes) -> yaml.Node | None:
    """The root node of the one document; None for what is no YAML."""
    return _composed(content)[0]


def fault(content: bytes) -> Exception | None:
    """Why it is no YAML; None for what is."""
    return _composed(content)[1]


@lru_cache(maxsize=256)
def _composed(content: bytes) -> tuple[yaml.Node | None, Exception | None]:
    """Whoever looks for faults and whoever looks for columns look at the same files, one after the other."""
    try:
        _refuse_depth(content)
        return yaml.compose(content, Loader=_LOADER), None
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        return None, problem


def _refuse_depth(content: bytes) -> None:
    """Raises ValueError for what nests so deeply that building it would end the process."""
    if content.count(b"[") + content.count(b"{") + content.count(b"- -") + content.count(b"? ?") <= _MAX_DEPTH:
        return
    depth = 0
    for event in yaml.parse(content, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise ValueError(f"it nests deeper than {_MAX_DEPTH} levels")


def dump_yaml(value: object) -> bytes:
    """A document that reads as this value."""
    return bytes(yaml.dump(value, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, encoding="utf-8", width=120))


def below(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """The value of a key of a mapping."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def items(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """The items of a list."""
    yield from node.value if isinstance(node, yaml.SequenceNode) else ()


def text(node: yaml.Node | None) -> str | None:
    """The text of a scalar."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else None
