"""The version of a schema: semver.org's grammar, without build metadata, which has no precedence."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_NUMBER: Final = r"(0|[1-9][0-9]{0,8})"
_PART: Final = r"(?:0|[1-9][0-9]{0,8}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_GRAMMAR: Final = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-({_PART}(?:\.{_PART})*))?")


@dataclass(frozen=True)
class Version:
    """major.minor.patch, and what comes after a `-` for one that is not released."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[str, ...] = ()

    @property
    def precedence(self) -> tuple[object, ...]:
        """Sorts as semver.org orders: a prerelease before its release, numbers before words."""
        parts = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in self.prerelease)
        return self.major, self.minor, self.patch, not self.prerelease, parts


@lru_cache(maxsize=4096)
def read_version(text: str) -> Version | None:
    """The version a text spells; None when it spells none."""
    match = _GRAMMAR.fullmatch(text)
    if not match:
        return None
    major, minor, patch, prerelease = match.groups()
    return Version(int(major), int(minor), int(patch), tuple(prerelease.split(".")) if prerelease else ())
