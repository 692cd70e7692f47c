"""Where every key of a YAML file stands, so that a finding can name its line."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """A 1-based line and column."""

    line: int
    column: int


FIRST_LINE = Place(1, 1)


@dataclass(frozen=True)
class Document:
    """A YAML file that was read: its path relative to MESH_ROOT and the place of every key."""

    path: str
    places: Mapping[str, Place] = field(default_factory=dict)
    """Dotted key (`spec.lineage.upstream_sources.0.system`) → place of the key."""

    def at(self, key: str) -> Place:
        """The place of the key, or of its nearest ancestor that is written; the file's first line at worst."""
        while key:
            if key in self.places:
                return self.places[key]
            key = key.rpartition(".")[0]
        return FIRST_LINE
