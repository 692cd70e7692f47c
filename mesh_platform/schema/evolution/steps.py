"""A product's published schemas, step by step: what each step changed, and whether its version says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mesh_platform.schema.avro.parse import Reading, read_avro
from mesh_platform.schema.avro.problem import SchemaInvalid
from mesh_platform.schema.evolution.change import Change, required_bump
from mesh_platform.schema.evolution.change_kind import Bump
from mesh_platform.schema.evolution.comparison import compare
from mesh_platform.schema.evolution.version import Version, read_version


@dataclass(frozen=True)
class Step:
    """From one published version to a later one."""

    old: str
    new: str
    fresh: tuple[Change, ...]
    """The changes that no shorter step on the way has: what one step has answered for, no longer one has to."""

    @property
    def declared(self) -> Bump:
        """How far the version moved."""
        return declared_bump(_version(self.old), _version(self.new))

    @property
    def required(self) -> Bump:
        """How far it had to move, what no version makes legal left aside."""
        return required_bump(change for change in self.fresh if change.kind.bump < Bump.FORBIDDEN)


def steps(texts: Mapping[str, str]) -> Iterator[Step]:
    """The steps between neighbours, and from every release to the newest version; a schema that cannot be read, or is
    not named by a version, is in none. Only releases bind: what follows a prerelease is compared with what it was to
    become a change of."""
    readings = _readings(texts)
    versions, made = list(readings), dict[str, tuple[str, tuple[Change, ...]]]()
    told: set[Change] = set()
    for old, new in _pairs(versions):
        changes = compare(readings[old], readings[new]).changes
        if new not in made:  # the nearest comes first, and answers for all that it changes
            made[new] = (old, changes)
            told = set(changes)
            yield Step(old, new, changes)
        else:
            told |= _on_the_way(made, old, new)
            yield Step(old, new, tuple(change for change in changes if change not in told))
            told.update(changes)


def declared_bump(old: Version, new: Version) -> Bump:
    """How far a version moved; a prerelease stands for the release it leads to."""
    if old.major != new.major:
        return Bump.MAJOR
    if old.minor != new.minor:
        return Bump.MINOR
    return Bump.PATCH if old.patch != new.patch else Bump.NONE


def next_version(old: Version, bump: Bump) -> str:
    """The least version that moves as far."""
    match bump:
        case Bump.NONE:
            return f"{old.major}.{old.minor}.{old.patch}"
        case Bump.PATCH:
            return f"{old.major}.{old.minor}.{old.patch + 1}"
        case Bump.MINOR:
            return f"{old.major}.{old.minor + 1}.0"
    return f"{old.major + 1}.0.0"


def _readings(texts: Mapping[str, str]) -> dict[str, Reading]:
    """Version → reading of every schema without a problem, the oldest first."""
    versions = {text: version for text in texts if (version := read_version(text))}
    readings = {text: _read(texts[text]) for text in sorted(versions, key=lambda t: versions[t].precedence)}
    return {text: reading for text, reading in readings.items() if reading and reading.kind and not reading.problems}


def _read(text: str) -> Reading | None:
    try:
        return read_avro(text)
    except SchemaInvalid:
        return None


def _pairs(versions: list[str]) -> Iterator[tuple[str, str]]:
    """(earlier, later), by the later one, and of each the nearest first."""
    for place, new in enumerate(versions):
        releases = [old for old in versions[:place] if not _version(old).prerelease]
        for old in reversed(releases if place == len(versions) - 1 else releases[-1:]):
            yield old, new


def _on_the_way(made: Mapping[str, tuple[str, tuple[Change, ...]]], old: str, new: str) -> set[Change]:
    """What the steps between neighbours change from one version to a later one."""
    found = set[Change]()
    while new != old and new in made:
        new, changes = made[new]
        found.update(changes)
    return found


def _version(text: str) -> Version:
    version = read_version(text)
    if version is None:
        raise ValueError(f"`{text}` is no version")
    return version
