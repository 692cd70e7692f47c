"""What a column is: personal data that must be declared, something a person must look at, or fine; and why."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mesh_platform.policies.classification.by_type import CLOSED, of_shape
from mesh_platform.policies.classification.described import described
from mesh_platform.policies.classification.judgement import FINE, Judgement, Outcome, Shape
from mesh_platform.policies.classification.phrases import LONGEST_PHRASE, MUST, PHRASES
from mesh_platform.policies.classification.tokens import tokens
from mesh_platform.policies.classification.vocabulary import (
    ABOUT,
    COUNTS,
    DEALINGS,
    FLAGS,
    IDS,
    MACHINES,
    ORGANIZATIONS,
    PERSONS,
    PLAIN,
    PROTECTED,
    SUBJECTS,
    THINGS,
    TRADES,
)


@dataclass(frozen=True)
class _Match:
    """Words of a name that are personal data's."""

    words: tuple[str, ...]
    start: int
    kind: str
    outcome: Outcome

    @property
    def end(self) -> int:
        return self.start + len(self.words)


_GENERIC: Final = frozenset({"name", "nom", "nombre", "nome", "naam", "title", "display name", "legal name", "alias"})
_ARTICLES: Final = frozenset({"of", "de", "the", "del", "du", "la", "le", "des", "und", "and", "s", "for", "to", "or"})
_TOWNS: Final = frozenset({"city", "town", "village", "suburb"})
_LEVELS: Final = frozenset({"status", "level", "type", "class", "category", "flag", "indicator"})
_LINKS: Final = frozenset({"url", "uri", "link", "path", "key", "file", "scan", "copy", "image", "photo", "pdf"})
_FILES: Final = frozenset({"image", "national", "social"})
"""Classes that are found in what a link leads to."""
_PLACES: Final = frozenset({"country", "city", "state", "region", "town", "county"})
_AGES: Final = frozenset({("in", "year"), ("year",), ("in", "years"), ("years",)})
_ADJECTIVES: Final = frozenset({"mobile", "cell"})
"""Words that before another are about a kind of device: `mobile_orders`."""
_MOMENTS: Final = frozenset({"date", "time", "timestamp"})
_ELSEWHERE: Final = frozenset(
    {"name", "address", "place", "image", "text", "person", "trait", "login", "vehicle", "birth"}
)
"""Classes that are innocent when they are a thing's."""


@lru_cache(maxsize=65536)
def classify(name: str, shape: Shape = Shape.TEXT, doc: str = "", within: str = "") -> Judgement:
    """The judgement of a column or field; `within` is what it is part of: the record, or the field around it."""
    named = of_shape(name, _named(name, tokens(within) if within else ()), shape)
    told = of_shape(name, _told(doc), shape)
    if told.outcome > named.outcome and not _is_about(name):
        return told
    return named


def _named(name: str, within: tuple[str, ...]) -> Judgement:
    words = _turned(tokens(name))
    found = [_judged(m, words, _owner(within)) for m in _matches(words)]
    found += [_of_person(words), *_together(within, words)]
    return max(found, key=lambda j: j.outcome, default=FINE)


def _owner(within: tuple[str, ...]) -> tuple[str, ...]:
    """The word of what it is part of that says whose it is: `billing` of `billing_address`."""
    persons = [w for w in within if w in PERSONS]
    return within[-1:] if not persons or within[-1] in THINGS else tuple(persons[-1:])


def _together(within: tuple[str, ...], words: tuple[str, ...]) -> list[Judgement]:
    """`number` in `phone`, `id` in `Customer`: what only both names together say."""
    if not within or not words or words[0] in FLAGS | COUNTS - {"number"}:
        return []
    both, edge = (*within, *words), len(within)
    across = [m for m in _matches(both) if m.start < edge < m.end]
    owned = [_of_person(both)] if words[-1] in IDS and len(words) == 1 else []
    return [*(_judged(m, both, ()) for m in across), *owned]


def _turned(words: tuple[str, ...]) -> tuple[str, ...]:
    """`name_of_product` as `product_name`; `number_of_emails` as it is, since it is a number."""
    if "of" in words[1:-1] and words[0] not in COUNTS:
        at = words.index("of", 1)
        if (words[at - 1], words[at + 1]) not in PHRASES:
            words = (*words[at + 1 :], *words[:at])
    words = (*words[:-1], "code") if words[1:] and words[-1] == "cd" else words
    return tuple(w for i, w in enumerate(words) if not _is_small(w) or words[i - 1 : i + 1] in _SAID)


def _is_small(word: str) -> bool:
    """An article, or one letter, as modellers put it before every column of a table: `c_name`."""
    return word in _ARTICLES or (len(word) == 1 and word not in COUNTS)


_SAID: Final = frozenset({("assigned", "to"), ("sent", "to"), ("forwarded", "for")})


def _matches(words: tuple[str, ...]) -> list[_Match]:
    """The longest phrases, from the left."""
    found, at = [], 0
    while at < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
            phrase = words[at : at + length]
            if phrase in PHRASES:
                kind, strength = PHRASES[phrase]
                found.append(_Match(phrase, at, kind, Outcome.MUST if strength == MUST else Outcome.REVIEW))
                at += length - 1
                break
        at += 1
    return found


def _judged(match: _Match, words: tuple[str, ...], within: tuple[str, ...]) -> Judgement:
    before, after = words[: match.start], words[match.end :]
    said = " ".join(match.words)
    if before[:1] and (before[0] in COUNTS or (before[0] in FLAGS and match.kind not in CLOSED)):
        return FINE
    if any(w in PROTECTED for w in (*before, *after)):
        return Judgement(
            Outcome.REVIEW, match.kind, f"`{said}` in its name, made unreadable in a way nobody has reviewed"
        )
    outcome = _whose(match, before[-1:] or within, bool(before))
    outcome = _what(match, outcome, after)
    return Judgement(outcome, match.kind, f"`{said}` in its name") if outcome else FINE


def _whose(match: _Match, owner: tuple[str, ...], written: bool) -> Outcome:
    """What the word before, or what it is part of, makes of it."""
    word, said = (owner or ("",))[0], " ".join(match.words)
    if said == "race" and written and word not in PERSONS:
        return Outcome.FINE
    if said in _TOWNS:
        return Outcome.REVIEW if word in PERSONS else Outcome.FINE
    if match.kind == "network":
        return min(match.outcome, Outcome.REVIEW) if word in MACHINES else match.outcome
    if word in (TRADES if written else DEALINGS) and (not written or match.kind != "name"):
        return match.outcome
    if word in THINGS and word not in PERSONS:
        return _of_thing(match, said, word)
    if (word in PERSONS and word != "account") or (written and word in PLAIN and match.kind == "address"):
        raised = match.kind in ("name", "address", "place", "image", "birth", "login") and said != "title"
        return Outcome.MUST if raised else match.outcome
    if written and word not in PLAIN and (word,) not in PHRASES and said in _GENERIC and word != "account":
        return Outcome.FINE
    return Outcome.FINE if said == "age" and written and word not in PLAIN else match.outcome


def _of_thing(match: _Match, said: str, word: str) -> Outcome:
    owner_known = {"session": Outcome.FINE, "mail": Outcome.FINE, "contact": Outcome.FINE}
    if match.kind in ("contact", "email"):
        return owner_known.get(said, min(match.outcome, Outcome.REVIEW))
    if match.kind in ("national", "bank") and word in ORGANIZATIONS:
        return min(match.outcome, Outcome.REVIEW)
    if match.kind == "trait" and match.outcome is Outcome.MUST:
        return Outcome.FINE if said == "income" else Outcome.REVIEW
    if match.kind in CLOSED:
        return Outcome.FINE if match.outcome is Outcome.REVIEW else match.outcome
    return Outcome.FINE if match.kind in _ELSEWHERE else match.outcome


def _what(match: _Match, outcome: Outcome, words: tuple[str, ...]) -> Outcome:
    """What the words after make of it: a number of it, when it was sent, an id of it."""
    last, said = words[-1] if words else "", " ".join(match.words)
    if said in ("race", "title") and words:
        return Outcome.FINE
    if said in _ADJECTIVES and words[:1] == ("first",):
        return Outcome.FINE
    if not words or all(w in PLAIN or w in PERSONS or (w,) in PHRASES for w in words):
        return outcome
    if said in _ADJECTIVES:
        return Outcome.FINE
    if match.kind in CLOSED and match.outcome is Outcome.MUST and not any(w in ABOUT - _LEVELS for w in words):
        return outcome
    if match.kind in _FILES and last in _LINKS:
        return outcome
    if last == "last4":
        return Outcome.REVIEW
    if match.kind == "birth" and last in _MOMENTS:
        return outcome
    if match.kind == "birth" and said != "age" and last in _PLACES:
        return outcome
    if said == "age" and words in _AGES:
        return outcome
    if any(w in ABOUT for w in words):
        return Outcome.FINE
    if last == "date":
        return Outcome.FINE
    if last == "id":
        return (
            Outcome.REVIEW
            if outcome and match.kind not in ("name", "place", "text") and said not in _GENERIC
            else Outcome.FINE
        )
    if last in ("city", "domain", "extension"):
        return min(outcome, Outcome.REVIEW)
    return Outcome(max(outcome - 1, 0))


def _of_person(words: tuple[str, ...]) -> Judgement:
    """`customer_id`, `patient`, `closed_by`: a number or word that stands for a person."""
    if words[-1:] == ("by",) and words[-2:-1] and words[-2].endswith("ed"):
        return Judgement(Outcome.REVIEW, "person", f"`{words[-2]} by` in its name: it says who")
    rest = words
    while len(rest) > 1 and rest[-1] in PLAIN | IDS:
        rest = rest[:-1]
    if not words or rest[-1] not in SUBJECTS | {"account"} or words[0] in FLAGS | COUNTS:
        return FINE
    ends = words[len(rest) :]
    if not ends and len(words) > 1 and words[-2] not in PERSONS:
        return FINE
    if words == ("account",) or (rest[-1] == "account" and not ends):
        return FINE
    if ends and not any(w in IDS for w in ends):
        return FINE
    if any(w in THINGS for w in rest[:-1]) and rest[-1] in ("owner", "account", "manager", "agent", "client", "author"):
        return FINE
    return Judgement(Outcome.REVIEW, "pseudonym", f"`{rest[-1]}` in its name: it stands for a person")


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
