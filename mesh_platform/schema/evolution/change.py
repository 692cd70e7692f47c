"""One change from a version of a schema to another."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mesh_platform.manifest.plain_text import printable
from mesh_platform.schema.evolution.change_kind import Bump, ChangeKind


class Change(NamedTuple):
    """What changed, and where."""

    kind: ChangeKind
    predicate: str
    """What happened, as it follows the subject: "was removed; it was `string`"."""
    path: str = ""
    """Where in the record: `order.items[].price`, by the old names; empty for the record itself."""
    old: str = ""
    new: str = ""
    now: str = ""
    """The path by the new names."""

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def message(self) -> str:
        return f"`{self.path}` {self.predicate}" if self.path else f"the schema {self.predicate}"


def below(step: str, changes: Iterable[Change], now: str | None = None) -> Iterator[Change]:
    """The same changes, one step further from the root: a field's name (and its name now), `[]` or `{}`."""
    for change in changes:
        kind, predicate, path, old, new, after = change
        yield Change(kind, predicate, joined(step, path), old, new, joined(now or step, after))


def joined(outer: str, inner: str) -> str:
    """Two parts of a path as one."""
    separator = "." if outer and inner and inner[0] not in "[{" else ""
    return printable(f"{outer}{separator}{inner}")


def required_bump(changes: Iterable[Change]) -> Bump:
    """What the gravest of the changes asks for."""
    return max((change.kind.bump for change in changes), default=Bump.NONE)
