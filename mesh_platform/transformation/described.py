"""Which models of a dbt project nobody has described, and which product's key no test holds."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import yaml

from mesh_platform.transformation.yaml_text import below, compose, items, text

_TESTS: Final = ("data_tests", "tests")


@dataclass(frozen=True)
class Entry:
    """What a properties file says of a model."""

    path: str
    node: yaml.Node

    @property
    def description(self) -> str:
        return (text(below(self.node, "description")) or "").strip()

    @property
    def has_unique_key(self) -> bool:
        """Whether a test holds that some column, or some columns together, are unique."""
        columns = [node for column in items(below(self.node, "columns")) for node in _tests(column)]
        return any(_name(t).rpartition(".")[2].startswith("unique") for t in [*columns, *_tests(self.node)])


@dataclass(frozen=True)
class Lack:
    """A model without a description, or without a key."""

    model: str
    path: str
    """Relative to the project."""
    line: int
    column: int


def entries(files: Mapping[str, bytes]) -> dict[str, Entry]:
    """Model → what the properties files say of it; of two entries the first, for dbt refuses the second itself."""
    found: dict[str, Entry] = {}
    for path, content in files.items():
        for node in items(below(compose(content), "models")):
            if name := text(below(node, "name")):
                found.setdefault(name, Entry(path, node))
    return found


def undescribed(models: Mapping[str, str], known: Mapping[str, Entry]) -> Iterator[Lack]:
    """Models (name → path in the project) that no file says a word about."""
    for model, path in models.items():
        entry = known.get(model)
        if entry is None:
            yield Lack(model, path, 1, 1)
        elif not entry.description:
            yield _at(model, entry)


def unkeyed(models: Collection[str], known: Mapping[str, Entry], paths: Mapping[str, str]) -> Iterator[Lack]:
    """Those of the models whose rows no test tells apart."""
    for model in models:
        entry = known.get(model)
        if entry is None and model in paths:
            yield Lack(model, paths[model], 1, 1)
        elif entry and not entry.has_unique_key:
            yield _at(model, entry)


def _at(model: str, entry: Entry) -> Lack:
    mark = entry.node.start_mark
    return Lack(model, entry.path, mark.line + 1, mark.column + 1)


def _tests(node: yaml.Node) -> Iterator[yaml.Node]:
    for key in _TESTS:
        yield from items(below(node, key))


def _name(test: yaml.Node) -> str:
    """`unique`, or the one key of `unique: {…}`."""
    if isinstance(test, yaml.MappingNode):
        return next((text(key) or "" for key, _ in test.value), "")
    return text(test) or ""
