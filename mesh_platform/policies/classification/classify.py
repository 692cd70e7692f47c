"""What a column is: personal data that must be declared, something a person must look at, or fine; and why."""

from functools import lru_cache
from typing import Final

from mesh_platform.policies.classification.behind import held
from mesh_platform.policies.classification.by_type import CLOSED, of_shape
from mesh_platform.policies.classification.described import belongs, described
from mesh_platform.policies.classification.judgement import FINE, Judgement, Outcome, Shape
from mesh_platform.policies.classification.match import Match, matches, number_last, turned
from mesh_platform.policies.classification.meaning import settled
from mesh_platform.policies.classification.owner import owner
from mesh_platform.policies.classification.possession import whose
from mesh_platform.policies.classification.pseudonym import stands_for_person
from mesh_platform.policies.classification.tokens import tokens
from mesh_platform.policies.classification.words.around import COUNTS, FLAGS, IDS, PROTECTED
from mesh_platform.policies.classification.words.things import THINGS

_ANSWERED: Final = frozenset({"name", "place", "trait"})
"""Classes of which a description may say that they are a thing's."""


@lru_cache(maxsize=65536)
def classify(name: str, shape: Shape = Shape.TEXT, doc: str = "", within: str = "") -> Judgement:
    """The judgement of a column or field; `within` is what it is part of: the record, or the field around it."""
    named = _named(name, shape, doc, tokens(within) if within else ())
    named = _belonging(named, name, shape, doc) if doc else named
    told = of_shape(name, _told(doc), shape)
    if told.outcome > named.outcome and not _is_about(name):
        return told
    return named


def _belonging(named: Judgement, name: str, shape: Shape, doc: str) -> Judgement:
    """`name` with "Name of the patient" must; with "Name of the warehouse" what was asked is answered."""
    what, whose_it_is = belongs(doc)
    if not whose_it_is or what not in tokens(name):
        return named
    read = _named(name, shape, doc, (whose_it_is,))
    answered = named.outcome is Outcome.REVIEW and named.kind in _ANSWERED and whose_it_is in THINGS
    return read if answered or read.outcome > named.outcome else named


def _named(name: str, shape: Shape, doc: str, within: tuple[str, ...]) -> Judgement:
    words = settled(turned(tokens(name)), within, doc)
    words = number_last(words) if shape is Shape.TEXT and not name.lower().endswith("s") else words
    found = [_judged(m, words, within) for m in matches(words)]
    found += [stands_for_person(words), *_together(within, words)]
    return max((of_shape(name, j, shape) for j in found if j.outcome), key=lambda j: j.outcome, default=FINE)


def _together(within: tuple[str, ...], words: tuple[str, ...]) -> list[Judgement]:
    """`number` in `phone`, `id` in `Customer`: what only both names together say."""
    if not within or not words or words[0] in FLAGS | COUNTS - {"number"}:
        return []
    both, edge = (*within, *words), len(within)
    across = [m for m in matches(both) if m.start < edge < m.end]
    owned = [stands_for_person(both)] if words[-1] in IDS and len(words) == 1 else []
    return [*(_judged(m, both, ()) for m in across), *owned]


def _judged(match: Match, words: tuple[str, ...], within: tuple[str, ...]) -> Judgement:
    before, after = words[: match.start], words[match.end :]
    if before[:1] and (before[0] in COUNTS or (before[0] in FLAGS and match.kind not in CLOSED)):
        return FINE
    if any(w in PROTECTED for w in (*before, *after)):
        return Judgement(
            Outcome.REVIEW, match.kind, f"`{match.said}` in its name, made unreadable in a way nobody has reviewed"
        )
    outcome = held(match, whose(match, *owner(match, words, within)), after)
    return Judgement(outcome, match.kind, f"`{match.said}` in its name") if outcome else FINE


def _told(doc: str) -> Judgement:
    """What the description says the column is."""
    found = described(doc)
    if found is None:
        return FINE
    phrase, kind, sure = found
    outcome = Outcome.MUST if sure else Outcome.REVIEW
    return Judgement(outcome, kind, f"`{phrase}` in its description")


def _is_about(name: str) -> bool:
    """Whether the name says that it is a yes or no, a number, or a time."""
    words = tokens(name)
    return bool(words) and (words[0] in FLAGS | COUNTS or words[-1] in ("at", "timestamp", "count", "flag"))
