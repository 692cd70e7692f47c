"""Names of what stands for a person: `customer_id`, `patient`, `closed_by`."""

from typing import Final

from mesh_platform.policies.classification.judgement import FINE, Judgement, Outcome
from mesh_platform.policies.classification.words.around import COUNTS, FLAGS, IDS, PLAIN
from mesh_platform.policies.classification.words.persons import PERSONS, SUBJECTS
from mesh_platform.policies.classification.words.things import THINGS

_MEANT: Final = SUBJECTS | {"account"}
_WHO: Final = SUBJECTS | IDS
_NUMBERS: Final = FLAGS | COUNTS
_LEAVING: Final = PLAIN | IDS
_FIRST: Final = frozenset({"id", "numero", "ref", "codigo", "codice"})
"""Words that some languages say first: `id_cliente`."""
_ROLES: Final = frozenset({"owner", "account", "manager", "agent", "client", "author"})
"""Words for persons that programs and things have too: `task_owner_id`."""


def stands_for_person(words: tuple[str, ...]) -> Judgement:
    """The judgement of a name as a number or word that stands for a person."""
    at = words.index("by") if "by" in words[1:] else 0
    if at and words[at - 1].endswith("ed") and all(w in _WHO for w in words[at + 1 :]):
        return Judgement(Outcome.REVIEW, "person", f"`{words[at - 1]} by` in its name: it says who")
    words = words[::-1] if len(words) == 2 and words[0] in _FIRST and words[1] in SUBJECTS else words
    rest = _without_ids(words)
    if not words or rest[-1] not in _MEANT or words[0] in _NUMBERS:
        return FINE
    if not _is_one(rest, words[len(rest) :]):
        return FINE
    return Judgement(Outcome.REVIEW, "pseudonym", f"`{rest[-1]}` in its name: it stands for a person")


def _without_ids(words: tuple[str, ...]) -> tuple[str, ...]:
    while len(words) > 1 and words[-1] in _LEAVING:
        words = words[:-1]
    return words


def _is_one(rest: tuple[str, ...], ends: tuple[str, ...]) -> bool:
    """Whether the person, with what ends the name, is meant by a number, and not something of theirs."""
    if not ends and (rest[-1] == "account" or (len(rest) > 1 and rest[-2] not in PERSONS)):
        return False
    if ends and not any(w in IDS for w in ends):
        return False
    return not (rest[-1] in _ROLES and any(w in THINGS for w in rest[:-1]))
