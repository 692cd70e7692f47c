"""The word that says whose the personal data in a name is."""

from typing import Final

from mesh_platform.policies.classification.lexicon import PHRASES
from mesh_platform.policies.classification.match import Match
from mesh_platform.policies.classification.words.around import PLAIN
from mesh_platform.policies.classification.words.persons import PERSONS, SUBJECTS
from mesh_platform.policies.classification.words.things import THINGS

_OWNERS: Final = PERSONS | THINGS
_BETWEEN: Final = PLAIN - _OWNERS
"""Words that may stand between: `player_real_name`."""
_LAST: Final = SUBJECTS - {"manager", "agent"}
"""Persons that a name may end with and still be of what it begins with."""


def owner(match: Match, words: tuple[str, ...], within: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """The owner's word, if there is one, and whether the name itself says it."""
    said = _before(words[: match.start]) or _behind(match, words[match.end :])
    return said or _around(within), bool(said)


def _before(words: tuple[str, ...]) -> tuple[str, ...]:
    at = len(words)
    while at and words[at - 1] in _BETWEEN:
        at -= 1
    word = words[at - 1 : at] if at and words[at - 1] in _OWNERS else words[-1:]
    its_own = word == ("account",) and words[-2:-1] and words[-2] in THINGS and words[-2:] not in PHRASES
    return words[-2:-1] if its_own else word


def _behind(match: Match, words: tuple[str, ...]) -> tuple[str, ...]:
    """The person that a name ends with, where a language says whose it is last: `ville_client`."""
    return words if len(words) == 1 and match.kind in ("name", "address") and words[0] in _LAST else ()


def _around(within: tuple[str, ...]) -> tuple[str, ...]:
    """The word of what it is part of: `billing` of `billing_address`."""
    persons = [w for w in within if w in PERSONS]
    return within[-1:] if not persons or within[-1] in THINGS else tuple(persons[-1:])
