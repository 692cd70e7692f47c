"""What a description says: the thing itself, first, or something about it."""

import re
from functools import lru_cache
from typing import Final

from mesh_platform.policies.classification.lexicon import LONGEST_PHRASE, MUST, PHRASES, REVIEW
from mesh_platform.policies.classification.tokens import tokens
from mesh_platform.policies.classification.words import listed
from mesh_platform.policies.classification.words.around import ABOUT, PLAIN, PROTECTED
from mesh_platform.policies.classification.words.persons import PERSONS
from mesh_platform.policies.classification.words.things import THINGS

_SENTENCE: Final = re.compile(r"[.;:!?\n]|, ")
_POSSESSIVE: Final = re.compile(r"['’]s?\b")
_NOT: Final = frozenset(
    {"no", "not", "never", "without", "non", "none", "nor", "excluding", "except", "neither", "isn"}
)
_ABOUT: Final = frozenset(
    {"whether", "when", "number", "count", "how", "time", "date", "moment", "true", "if", "total"}
)
_SAID: Final = frozenset({"personal data", "pii", "personally identifiable", "personal information", "gdpr"})
_ARTICLES: Final = frozenset({"the", "a", "an", "of", "his", "her", "their", "its", "your", "this", "that"})
_ENDS: Final = listed("who that which in for as to from with where when on at by and or")
"""Words that end what "of" is followed by."""
_BEFORE: Final = PERSONS | PLAIN
_KINDS: Final = frozenset(kind for kind, _ in PHRASES.values()) - {"place", "text", "person", "social"}
_NOT_FIRST: Final = frozenset({"name", "person"})
_LONGEST: Final = 2_000


@lru_cache(maxsize=16384)
def described(doc: str) -> tuple[str, str, bool] | None:
    """(words, class, whether it says that this is the thing itself) of what a description tells; None if nothing."""
    for sentence in _SENTENCE.split(_POSSESSIVE.sub("", doc[:_LONGEST])):
        found = _sentence(_plainly(sentence))
        if found:
            return found
    return None


@lru_cache(maxsize=16384)
def belongs(doc: str) -> tuple[str, str]:
    """(what, whose) of a description that begins as "Name of the warehouse"; empty words if it does not."""
    words = _plainly(_SENTENCE.split(_POSSESSIVE.sub("", doc[:_LONGEST]))[0])
    at = words.index("of") if "of" in words[1:] else 0
    rest = words[at + 1 :]
    end = next((i for i, w in enumerate(rest) if w in _ENDS), len(rest))
    whose = next((w for w in reversed(rest[:end]) if w in PERSONS or w in THINGS), "")
    return (words[at - 1], whose) if at and whose else ("", "")


def _plainly(sentence: str) -> tuple[str, ...]:
    return tuple(
        w for part in sentence.replace("e-mail", "email").replace("E-mail", "email").split() for w in tokens(part)
    )


def _sentence(words: tuple[str, ...]) -> tuple[str, str, bool] | None:
    words = tuple(w for w in words if w not in _ARTICLES)
    starts = any(words[:n] in PHRASES for n in range(2, LONGEST_PHRASE + 1))
    if not words or _NOT & set(words) or (words[0] in _ABOUT and not starts):
        return None
    if any(" ".join(words[i : i + 2]) in _SAID or words[i] in _SAID for i in range(len(words))):
        return "personal data", "personal", True
    for start in range(len(words)):
        for length in range(min(LONGEST_PHRASE, len(words) - start), 0, -1):
            phrase = words[start : start + length]
            kind, strength = PHRASES.get(phrase, ("", ""))
            if strength == MUST and kind in _KINDS and not _another(words, start, start + length):
                sure = all(w in _BEFORE for w in words[:start])
                return " ".join(phrase), kind, sure and not PROTECTED & set(words)
    return _first(words)


def _first(words: tuple[str, ...]) -> tuple[str, str, bool] | None:
    """What a person must look at, where the description begins with it: "Age bracket of the customer"."""
    for length in range(LONGEST_PHRASE, 1, -1):
        kind, strength = PHRASES.get(words[:length], ("", ""))
        if strength == REVIEW and kind not in _NOT_FIRST and not _another(words, 0, length):
            return " ".join(words[:length]), kind, False
    return None


def _another(words: tuple[str, ...], start: int, end: int) -> bool:
    """Whether the words beside it make it a thing's, or something about it."""
    before, after = words[start - 1] if start else "", words[end] if end < len(words) else ""
    return (before in THINGS and before not in PERSONS) or after in ABOUT
