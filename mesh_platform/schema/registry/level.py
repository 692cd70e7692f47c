"""What a registry holds a new version to, and whether it holds, told by the resolution the platform itself goes by."""

from collections.abc import Sequence
from enum import StrEnum

from mesh_platform.schema.avro.parse import Reading
from mesh_platform.schema.evolution.resolution import can_read


class Level(StrEnum):
    """Which readers a new version must not leave behind."""

    NONE = "NONE"
    BACKWARD = "BACKWARD"
    BACKWARD_TRANSITIVE = "BACKWARD_TRANSITIVE"
    FORWARD = "FORWARD"
    FORWARD_TRANSITIVE = "FORWARD_TRANSITIVE"
    FULL = "FULL"
    FULL_TRANSITIVE = "FULL_TRANSITIVE"

    @property
    def transitive(self) -> bool:
        """Whether every published version counts, not only the latest."""
        return self.endswith("_TRANSITIVE")

    @property
    def backward(self) -> bool:
        """Whether the new version must read what the old ones wrote."""
        return self.startswith(("BACKWARD", "FULL"))

    @property
    def forward(self) -> bool:
        """Whether the old versions must read what the new one writes."""
        return self.startswith(("FORWARD", "FULL"))


def broken(level: Level, new: Reading, published: Sequence[Reading]) -> list[int]:
    """Which of the published versions, oldest first and by their places, the new one does not go with."""
    asked = range(len(published)) if level.transitive else range(max(0, len(published) - 1), len(published))
    return [place for place in asked if not _goes_with(level, new, published[place])]


def _goes_with(level: Level, new: Reading, old: Reading) -> bool:
    return (not level.backward or can_read(new, old)) and (not level.forward or can_read(old, new))
