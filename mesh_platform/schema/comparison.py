"""Two schemas held against each other: what changed, which version that takes, and who can still read what."""

from dataclasses import dataclass

from mesh_platform.schema.change import Change, required_bump
from mesh_platform.schema.change_kind import Bump
from mesh_platform.schema.difference import differences
from mesh_platform.schema.parse import Reading
from mesh_platform.schema.problem import SchemaProblem
from mesh_platform.schema.resolution import can_read


@dataclass(frozen=True)
class Comparison:
    """The verdict on a new schema beside an old one."""

    bump: Bump
    backward: bool
    """Whether the new schema reads what the old one wrote: the registry's BACKWARD."""
    forward: bool
    """Whether the old schema reads what the new one writes: the registry's FORWARD."""
    changes: tuple[Change, ...]
    problems: tuple[SchemaProblem, ...] = ()
    """Why the new schema is no Avro; then it is compatible with nothing."""

    @property
    def valid(self) -> bool:
        return not self.problems

    @property
    def full(self) -> bool:
        """The registry's FULL."""
        return self.backward and self.forward


def compare(old: Reading, new: Reading) -> Comparison:
    """The verdict; an old schema is taken as it was published, its illegal names and defaults included."""
    changes = differences(old, new)
    if not new.legal:
        problems = tuple(problem for problem in new.problems if problem.avro)
        return Comparison(Bump.FORBIDDEN, False, False, changes, problems)
    return Comparison(required_bump(changes), can_read(new, old), can_read(old, new), changes)
