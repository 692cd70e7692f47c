"""What the words behind personal data make of it: a number of it, when it was sent, an id of it."""

from typing import Final

from mesh_platform.policies.classification.by_type import CLOSED
from mesh_platform.policies.classification.judgement import Outcome
from mesh_platform.policies.classification.lexicon import PHRASES
from mesh_platform.policies.classification.match import Match
from mesh_platform.policies.classification.possession import GENERIC
from mesh_platform.policies.classification.words.around import ABOUT, PLAIN
from mesh_platform.policies.classification.words.persons import PERSONS

_QUANTITIES: Final = frozenset({"income", "salary", "wage", "compensation", "pay", "rate"})
"""Traits that are amounts: a type of them is none of them."""
_KINDS: Final = frozenset({"type", "kind", "status", "flag", "indicator", "category"})
_NOT_ITSELF: Final = ABOUT - _KINDS - {"level", "class"}
_NOT_AN_AMOUNT: Final = ABOUT - {"level", "class"}
"""A disability's type tells as much as the disability; an income's does not."""
_LINKS: Final = frozenset({"url", "uri", "link", "path", "key", "file", "scan", "copy", "image", "photo", "pdf"})
_FILES: Final = frozenset({"image", "national", "social"})
"""Classes that are found in what a link leads to."""
_PLACES: Final = frozenset({"country", "city", "state", "region", "town", "county"})
_AGES: Final = frozenset({("in", "year"), ("year",), ("in", "years"), ("years",)})
_MEASURED: Final = frozenset({"special", "trait", "birth"})
_BESIDE: Final = PLAIN | PERSONS
_MOMENTS: Final = frozenset({"date", "time", "timestamp"})


def held(match: Match, outcome: Outcome, words: tuple[str, ...]) -> Outcome:
    """The outcome for what the column holds, with all words behind known."""
    if not words:
        return outcome
    if _is_another(match, words):
        return Outcome.FINE
    if words[-1] == "last4" and match.kind != "national":
        return min(outcome, Outcome.REVIEW)
    if all(w in _BESIDE or (w,) in PHRASES for w in words):
        return outcome
    return outcome if _is_itself(match, words) else _about(match, outcome, words)


def _is_another(match: Match, words: tuple[str, ...]) -> bool:
    """Whether the words behind make it something else: `mobile_orders`, `age_unit`, `location_code`."""
    match match.words:
        case ("race",) | ("title",):
            return True
        case ("session",):
            return words[-1] in ("title", "name")
        case ("mobile",) | ("cell",):
            return words[0] in ("first", "name") or any(w not in _BESIDE for w in words)
    return (match.kind in _MEASURED and words[-1] == "unit") or (
        match.kind == "place" and words[-1] in ("code", "name")
    )


def _is_itself(match: Match, words: tuple[str, ...]) -> bool:
    """Whether the words behind leave it what it is: `passport_scan`, `birth_city`, `age_in_years`."""
    last = words[-1]
    return (
        (match.kind in CLOSED and match.outcome is Outcome.MUST and _beside(match).isdisjoint(words))
        or (match.kind in _FILES and last in _LINKS and match.words != ("license",))
        or (match.kind == "birth" and (last in _MOMENTS or (match.said != "age" and last in _PLACES)))
        or (match.said == "age" and (words in _AGES or words[0] == "at"))
        or (match.kind in CLOSED and words == ("description",))
    )


def _beside(match: Match) -> frozenset[str]:
    """Words after which it is something about it."""
    return _NOT_AN_AMOUNT if match.words[-1] in _QUANTITIES else _NOT_ITSELF


def _about(match: Match, outcome: Outcome, words: tuple[str, ...]) -> Outcome:
    last = words[-1]
    if match.kind == "national" and match.outcome is Outcome.MUST and last in _PLACES | {"date", "expiry"}:
        return min(outcome, Outcome.REVIEW)
    if last == "date" or any(w in ABOUT for w in words):
        return Outcome.FINE
    if last == "id":
        innocent = not outcome or match.kind in ("name", "place", "text") or match.said in GENERIC
        return Outcome.FINE if innocent else Outcome.REVIEW
    if last in ("city", "domain", "extension"):
        return min(outcome, Outcome.REVIEW)
    return Outcome(max(outcome - 1, 0))
