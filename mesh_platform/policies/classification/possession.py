"""What the word before personal data, or what the column is part of, makes of it: whose it is."""

from typing import Final

from mesh_platform.policies.classification.by_type import CLOSED
from mesh_platform.policies.classification.judgement import Outcome
from mesh_platform.policies.classification.lexicon import PHRASES
from mesh_platform.policies.classification.match import Match
from mesh_platform.policies.classification.meaning import IN_DOUBT
from mesh_platform.policies.classification.words.around import PLAIN
from mesh_platform.policies.classification.words.persons import DEALINGS, PERSONS, SUBJECTS, TRADES
from mesh_platform.policies.classification.words.things import MACHINES, ORGANIZATIONS, THINGS

GENERIC: Final = frozenset({"name", "nom", "nombre", "nome", "naam", "title", "display name", "legal name", "alias"})
"""What everything has: a person's only if it says so."""
_NAMED: Final = frozenset({"name", "person"})
"""Classes that have names themselves: `nickname_name`, and not `photo_name`."""
_STRUCTURES: Final = frozenset({"map", "array", "set", "box", "data"})
_OF_PERSONS: Final = frozenset({"name", "address", "place", "image", "birth", "login"})
"""Classes that are certain once it is said that they are a person's."""
_VEHICLES: Final = frozenset({"vehicle", "car", "truck", "bus", "fleet"})
_COARSE: Final = frozenset({"title", "age group", "age band", "age range", "age bracket"})
"""What is not certain even of a person's."""
_ELSEWHERE: Final = frozenset(
    {"name", "address", "place", "image", "text", "person", "trait", "login", "vehicle", "birth"}
)
"""Classes that are innocent when they are a thing's."""


def whose(match: Match, owned: tuple[str, ...], written: bool) -> Outcome:
    """The outcome with its owner known: `written` before it, or the word of what it is part of."""
    word, said = (owned or ("",))[0], match.said
    if said == "race" and written and word not in PERSONS:
        return Outcome.FINE
    if match.theirs:
        return Outcome.REVIEW if word in (PERSONS if match.kind == "address" else SUBJECTS) else Outcome.FINE
    if word in IN_DOUBT and said in GENERIC:
        return Outcome.REVIEW
    if match.kind == "network":
        return min(match.outcome, Outcome.REVIEW) if word in MACHINES else match.outcome
    if word in (TRADES if written else DEALINGS) and (not written or match.kind != "name"):
        return match.outcome
    if match.kind == "vehicle" and word in _VEHICLES:
        return match.outcome
    if word in THINGS and word not in PERSONS:
        return _of_thing(match, word)
    if (word in PERSONS and word != "account") or (written and word in PLAIN and match.kind == "address"):
        return Outcome.MUST if match.kind in _OF_PERSONS and said not in _COARSE else match.outcome
    if written and said in GENERIC and not _may_be_named(word):
        return Outcome.FINE
    return Outcome.FINE if said == "age" and written and word not in PLAIN else match.outcome


def _may_be_named(word: str) -> bool:
    """Whether a word before `name` leaves it open whose it is."""
    kind, _ = PHRASES.get((word,), ("", ""))
    return (word in PLAIN and word not in _STRUCTURES) or kind in _NAMED or word == "account"


def _of_thing(match: Match, thing: str) -> Outcome:
    if match.kind in ("contact", "email"):
        return Outcome.FINE if match.said in ("session", "mail", "contact") else min(match.outcome, Outcome.REVIEW)
    if match.kind in ("national", "bank") and thing in ORGANIZATIONS:
        return min(match.outcome, Outcome.REVIEW)
    if match.kind == "trait" and match.outcome is Outcome.MUST:
        return Outcome.FINE if match.said == "income" else Outcome.REVIEW
    if match.kind in CLOSED:
        return Outcome.FINE if match.outcome is Outcome.REVIEW else match.outcome
    return Outcome.FINE if match.kind in _ELSEWHERE else match.outcome
