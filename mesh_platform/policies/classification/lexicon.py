"""The words as they are looked up: phrases, abbreviations, and every word that means something."""

from collections.abc import Iterator, Mapping
from typing import Final

from mesh_platform.policies.classification.words import listed
from mesh_platform.policies.classification.words.around import ABOUT, COUNTS, FLAGS, IDS, PLAIN, PROTECTED
from mesh_platform.policies.classification.words.identity import IDENTITY
from mesh_platform.policies.classification.words.northern import NORTHERN
from mesh_platform.policies.classification.words.persons import PERSONS
from mesh_platform.policies.classification.words.sensitive import SENSITIVE
from mesh_platform.policies.classification.words.short import SHORT
from mesh_platform.policies.classification.words.southern import SOUTHERN
from mesh_platform.policies.classification.words.things import THINGS

MUST: Final = "must"
REVIEW: Final = "review"
THEIRS: Final = "theirs"


def _lines(*tables: str) -> list[str]:
    return [line for table in tables for line in table.split("\n") if line]


def _abbreviations() -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in _lines(SHORT, NORTHERN, SOUTHERN):
        meant, _, written = line.partition(":")
        yield from ((word, tuple(meant.split())) for word in written.split())


ABBREVIATIONS: Final[Mapping[str, tuple[str, ...]]] = dict(_abbreviations())
"""Word → the words it stands for."""


def _phrases() -> Iterator[tuple[tuple[str, ...], tuple[str, str]]]:
    for line in _lines(IDENTITY, SENSITIVE):
        kind, strength, phrases = line.split(None, 2)
        for phrase in phrases.split("|"):
            words = (w for written in phrase.split() for w in ABBREVIATIONS.get(written, (written,)))
            yield tuple(words), (kind, strength)


PHRASES: Final[Mapping[tuple[str, ...], tuple[str, str]]] = dict(_phrases())
"""Words in a row → (class of personal data, how sure): `must` says it is, `review` that a person must look,
`theirs` the same, but only where the name or what is around it says that it is a person's."""

LONGEST_PHRASE: Final = max(map(len, PHRASES))

WORDS: Final = frozenset(
    {w for phrase in PHRASES for w in phrase} | PERSONS | THINGS | ABOUT | FLAGS | COUNTS | PROTECTED | PLAIN | IDS
)
"""Every word that means something here."""

_APART: Final = listed("""
    cell title party race place text post long part line lead port plate rate able fund stop open real note memo face
    tier tool test form list term rest
""")
"""Words that other words hold too often: `postage`, `lineage`, `software`."""
_SHORT: Final = listed("zip tax fax sha dob ssn api app url usr tel job")

COMPOUNDS: Final = frozenset(w for w in WORDS | set(ABBREVIATIONS) if (len(w) > 3 and w not in _APART) or w in _SHORT)
"""Words that may be written together with others."""
