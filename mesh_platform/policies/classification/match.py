"""Where in a name the words of personal data stand."""

from dataclasses import dataclass
from typing import Final

from mesh_platform.policies.classification.judgement import Outcome
from mesh_platform.policies.classification.lexicon import LONGEST_PHRASE, MUST, PHRASES, THEIRS
from mesh_platform.policies.classification.words.around import COUNTS

_ARTICLES: Final = frozenset({"of", "de", "the", "del", "du", "la", "le", "des", "und", "and", "s", "for", "to", "or"})
_SAID: Final = frozenset(tuple(said.split()) for said in (
    "assigned to", "sent to", "report to", "reply to", "mail to", "forwarded for",
    "a number", "b number", "a party", "b party",
))  # fmt: skip
"""Where an article or a letter is part of what is said."""


@dataclass(frozen=True)
class Match:
    """Words of a name that are personal data's."""

    words: tuple[str, ...]
    start: int
    kind: str
    outcome: Outcome
    theirs: bool
    """Whether it is personal data only where it is said to be a person's."""

    @property
    def end(self) -> int:
        return self.start + len(self.words)

    @property
    def said(self) -> str:
        return " ".join(self.words)


def matches(words: tuple[str, ...]) -> list[Match]:
    """The longest phrases, from the left."""
    found, at = [], 0
    while at < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
            phrase = words[at : at + length]
            if phrase in PHRASES:
                kind, strength = PHRASES[phrase]
                outcome = Outcome.MUST if strength == MUST else Outcome.REVIEW
                found.append(Match(phrase, at, kind, outcome, strength == THEIRS))
                at += length - 1
                break
        at += 1
    return found


def turned(words: tuple[str, ...]) -> tuple[str, ...]:
    """`name_of_product` as `product_name`; `number_of_emails` as it is, since it is a number."""
    if "of" in words[1:-1] and words[0] not in COUNTS:
        at = words.index("of", 1)
        if (words[at - 1], words[at + 1]) not in PHRASES:
            words = (*words[at + 1 :], *words[:at])
    words = (*words[:-1], "code") if words[1:] and words[-1] == "cd" else words
    words = (*words[:-2], "value") if words[1:] and words[-2:] == ("source", "value") else words
    return tuple(w for i, w in enumerate(words) if not _is_small(w) or _is_said(words, i))


def number_last(words: tuple[str, ...]) -> tuple[str, ...]:
    """`num_telefono` as `telefono_num`: for a text that is no number of things."""
    return (words[1], "number") if len(words) == 2 and words[0] == "number" else words


def _is_said(words: tuple[str, ...], at: int) -> bool:
    return words[at - 1 : at + 1] in _SAID or words[at : at + 2] in _SAID


def _is_small(word: str) -> bool:
    """An article, or one letter, as modellers put it before every column of a table: `c_name`."""
    return word in _ARTICLES or (len(word) == 1 and word not in COUNTS)
