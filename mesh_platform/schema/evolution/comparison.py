"""Two schemas held against each other: what changed, which version that takes, and who can still read what."""

from dataclasses import dataclass
from functools import cached_property

from mesh_platform.schema.avro.parse import Reading
from mesh_platform.schema.avro.problem import SchemaProblem
from mesh_platform.schema.evolution.change import Change, required_bump
from mesh_platform.schema.evolution.change_kind import OLD_DATA_REFUSED, Bump
from mesh_platform.schema.evolution.difference import differences
from mesh_platform.schema.evolution.resolution import can_read


@dataclass(frozen=True)
class Comparison:
    """The verdict on a new schema beside an old one."""

    old: Reading
    new: Reading
    changes: tuple[Change, ...]

    @property
    def bump(self) -> Bump:
        """What the changes ask for; nothing makes a schema legal that is no Avro."""
        return required_bump(self.changes) if self.valid else Bump.FORBIDDEN

    @property
    def valid(self) -> bool:
        """Whether the new schema is Avro."""
        return self.new.legal

    @property
    def problems(self) -> tuple[SchemaProblem, ...]:
        """Why the new schema is no Avro; then it is compatible with nothing."""
        return tuple(problem for problem in self.new.problems if problem.avro)

    @cached_property
    def backward(self) -> bool:
        """Whether the new schema reads what the old one wrote: the registry's BACKWARD."""
        return self.valid and can_read(self.new, self.old)

    @cached_property
    def forward(self) -> bool:
        """Whether the old schema reads what the new one writes: the registry's FORWARD."""
        return self.valid and can_read(self.old, self.new)

    @property
    def full(self) -> bool:
        """The registry's FULL."""
        return self.backward and self.forward


def compare(old: Reading, new: Reading) -> Comparison:
    """The verdict; an old schema is taken as it was published, its illegal names and defaults included."""
    changes = differences(old, new)
    if new.legal and new.problems and Bump.NONE < required_bump(changes) < Bump.MAJOR and not can_read(new, old):
        # of a schema without a problem, what breaks a reader of old data is among the changes
        changes = (*changes, Change(OLD_DATA_REFUSED, "cannot read what the old one wrote"))
    return Comparison(old, new, changes)
