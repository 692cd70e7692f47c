"""What the words behind personal data make of it: a number of it, when it was sent, an id of it."""

from typing import Final

from mesh_platform.policies.classification.by_type import CLOSED
from mesh_platform.policies.classification.judgement import Outcome
from mesh_platform.policies.classification.lexicon import PHRASES
from mesh_platform.policies.classification.match import Match
from mesh_platform.policies.classification.owner import GENERIC
from mesh_platform.policies.classification.words.around import ABOUT, PLAIN
from mesh_platform.policies.classification.words.persons import PERSONS

_QUANTITIES: Final = frozenset({"income", "salary", "wage", "compensation", "pay", "bmi", "rate"})
"""Traits that are amounts: a type of them is none of them."""
_KINDS: Final = frozenset({"type", "kind", "status", "flag", "indicator"})
_LEVELS: Final = frozenset({"status", "level", "type", "class", "category", "flag", "indicator"})
_LINKS: Final = frozenset({"url", "uri", "link", "path", "key", "file", "scan", "copy", "image", "photo", "pdf"})
_FILES: Final = frozenset({"image", "national", "social"})
"""Classes that are found in what a link leads to."""
_PLACES: Final = frozenset({"country", "city", "state", "region", "town", "county"})
_AGES: Final = frozenset({("in", "year"), ("year",), ("in", "years"), ("years",)})
_ADJECTIVES: Final = frozenset({"mobile", "cell"})
"""Words that before another are about a kind of device: `mobile_orders`."""
_MOMENTS: Final = frozenset({"date", "time", "timestamp"})


def held(match: Match, outcome: Outcome, words: tuple[str, ...]) -> Outcome:
    """The outcome for what the column holds, with all words behind known."""
    said = match.said
    if (said in ("race", "title") and words) or (said in _ADJECTIVES and words[:1] == ("first",)):
        return Outcome.FINE
    if not words or all(w in PLAIN or w in PERSONS for w in words):
        return outcome
    if said in _ADJECTIVES:
        return Outcome.FINE
    if all(w in PLAIN or w in PERSONS or (w,) in PHRASES for w in words):
        return outcome
    return outcome if _is_itself(match, words) else _about(match, outcome, words)


def _is_itself(match: Match, words: tuple[str, ...]) -> bool:
    """Whether the words behind leave it what it is: `passport_scan`, `birth_city`, `age_in_years`."""
    last = words[-1]
    return (
        (match.kind in CLOSED and match.outcome is Outcome.MUST and not any(w in ABOUT - _levels(match) for w in words))
        or (match.kind in _FILES and last in _LINKS and match.words != ("license",))
        or (match.kind == "birth" and (last in _MOMENTS or (match.said != "age" and last in _PLACES)))
        or (match.said == "age" and words in _AGES)
    )


def _levels(match: Match) -> frozenset[str]:
    """Words that tell as much as the thing itself: a disability's type, and not an income's."""
    return _LEVELS - _KINDS if match.words[-1] in _QUANTITIES else _LEVELS


def _about(match: Match, outcome: Outcome, words: tuple[str, ...]) -> Outcome:
    last = words[-1]
    if last == "last4":
        return Outcome.REVIEW
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
