"""Words that stand for a person or for a program: which of them is meant, by what is around."""

from collections.abc import Iterator, Mapping
from typing import Final

from mesh_platform.policies.classification.lexicon import PHRASES
from mesh_platform.policies.classification.tokens import tokens
from mesh_platform.policies.classification.words.persons import DOUBLE


def _readings() -> Iterator[tuple[str, tuple[str, frozenset[str]]]]:
    for line in DOUBLE.strip().split("\n"):
        word, _, told = line.partition(": ")
        reading, _, by = told.partition(" | ")
        yield word, (reading, frozenset(by.split()))


def _by_word() -> Mapping[str, dict[str, frozenset[str]]]:
    found: dict[str, dict[str, frozenset[str]]] = {}
    for word, (reading, by) in _readings():
        found.setdefault(word, {}).setdefault(reading, frozenset())
        found[word][reading] |= by
    return found


_READINGS: Final = _by_word()
IN_DOUBT: Final = frozenset(word for word, readings in _READINGS.items() if len(readings) > 1) | {"tenant"}
"""Words of which a name alone does not say which is meant."""


def settled(words: tuple[str, ...], within: tuple[str, ...], doc: str) -> tuple[str, ...]:
    """`driver` of `jdbc_driver_name` is software, that of a trip a chauffeur; without a word on it, it stays."""
    if _READINGS.keys().isdisjoint(words):
        return words
    around = frozenset((*words, *within, *(w for part in doc.split() for w in tokens(part))))
    return tuple(w if _is_bound(words, i) else _read(w, around) for i, w in enumerate(words))


def _is_bound(words: tuple[str, ...], at: int) -> bool:
    """Whether the word beside it leaves no doubt: `driver license`, `user agent`."""
    return words[at - 1 : at + 1] in PHRASES or words[at : at + 2] in PHRASES


def _read(word: str, around: frozenset[str]) -> str:
    readings = _READINGS.get(word, {})
    return next((reading for reading, by in readings.items() if by & around), word)
