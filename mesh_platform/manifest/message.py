"""What to say about a value that cannot be: the value and the bound, and what to write instead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from mesh_platform.manifest.plain_text import one_line, printable

_WANTED: Final[Mapping[str, tuple[str, str]]] = {
    "string_type": ("text", "write it as text, in quotes if it looks like a number"),
    "int_type": ("a whole number", "write a whole number, without quotes"),
    "int_from_float": ("a whole number", "write a whole number, without a decimal point"),
    "float_type": ("a number", "write a number, without quotes"),
    "bool_type": ("`true` or `false`", "write `true` or `false`, without quotes"),
    "tuple_type": ("a list", "write one item a line, each after `- `"),
    "dict_type": ("a mapping", "write `key: value` lines, indented below it"),
    "model_type": ("a mapping", "write `key: value` lines, indented below it"),
    "date_type": ("a date", "write it as `2027-01-31`"),
    "date_parsing": ("a date", "write it as `2027-01-31`"),
    "date_from_datetime_parsing": ("a date", "write it as `2027-01-31`"),
    "date_from_datetime_inexact": ("a date", "write it as `2027-01-31`, without a time"),
    "datetime_type": ("a moment", "write it as `2027-01-31T22:00:00Z`"),
    "datetime_parsing": ("a moment", "write it as `2027-01-31T22:00:00Z`"),
    "datetime_from_date_parsing": ("a moment", "write it as `2027-01-31T22:00:00Z`"),
    "timezone_aware": ("a moment with its time zone", "write it as `2027-01-31T22:00:00Z`"),
}
_BOUND: Final[Mapping[str, tuple[str, str]]] = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}
_EXAMPLES: Final = {"^https": "write an address that begins with `https://`, without spaces"}
"""How a pattern begins → what to write."""
_VERSION: Final = "schema_version"
_FEW: Final = 30
_UPSTREAM: Final = "write either `{system, table, cdc_tool}` or `{product: domain.name}`"


@dataclass(frozen=True)
class Mistake:
    """What the typing of a tree found wrong at one key."""

    kind: str
    """Pydantic's name for it."""
    key: str
    value: Any
    bounds: Mapping[str, Any]
    siblings: Sequence[str]
    """The keys that may stand where this one does."""


def described(mistake: Mistake, empty: bool) -> tuple[str, str, str]:
    """(code, message, fix) of a mistake; `empty`: the key is written, without a value."""
    subject, value = _subject(mistake), shown(mistake.value)
    match mistake.kind:
        case "missing":
            return _missing(mistake, empty)
        case "extra_forbidden":
            return _unknown(mistake)
        case "union_tag_not_found" | "union_tag_invalid":
            return "MAN009", f"{subject} is no upstream: {_which(mistake.value)}", _UPSTREAM
        case "enum" | "literal_error":
            return _choice(mistake)
        case kind if kind in _WANTED:
            wanted, fix = _WANTED[kind]
            fix = _as_version(mistake.value) if _last(mistake.key) == _VERSION and kind == "string_type" else fix
            return "MAN008", f"{subject} is {value}; it must be {wanted}", fix
        case kind if kind in _BOUND:
            words, bound = _BOUND[kind]
            limit = f"{words} `{mistake.bounds.get(bound)}`"
            return "MAN009", f"{subject} is {value}; it must be {limit}", f"write a number that is {limit}"
        case "string_pattern_mismatch":
            pattern = mistake.bounds.get("pattern")
            return (
                "MAN009",
                f"{subject} is {value}; it must match `{pattern}`",
                _EXAMPLES.get(str(pattern)[:6], "write it as in `datamesh.example.com/v1`"),
            )
        case "too_short":
            return "MAN006", f"{subject} is an empty list", "list at least one item"
    return "MAN009", f"{subject} is {value}, which cannot be ({mistake.kind.replace('_', ' ')})", "correct it"


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`; did you mean …?`, or nothing."""
    close = get_close_matches(word, _worth_comparing(word, known), 1, 0.6)
    return f"; did you mean `{close[0]}`?" if close else ""


def _worth_comparing(word: str, known: Sequence[str]) -> Sequence[str]:
    """Comparing with thousands of names takes longer than everything else; the nearest begin or end alike."""
    if len(known) <= _FEW:
        return known
    return [k for k in known if k[:4] == word[:4] or k[-4:] == word[-4:]][:_FEW]


def listed(words: Sequence[str]) -> str:
    """The words in backticks, with commas."""
    return ", ".join(f"`{w}`" for w in words)


def shown(value: Any) -> str:
    """A value as a reader knows it from the file, cut short."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "empty"
    if isinstance(value, str):
        return f"the text `{cut(value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def cut(text: str) -> str:
    """One line of at most 60 characters."""
    line = one_line(text)
    return line if len(line) <= 60 else f"{line[:57]}…"


def _subject(mistake: Mistake) -> str:
    return f"`{mistake.key}`" if mistake.key else "the file"


def _missing(mistake: Mistake, empty: bool) -> tuple[str, str, str]:
    if empty:
        return "MAN006", f"`{mistake.key}` is empty", f"write a value after `{_last(mistake.key)}:`"
    parent = mistake.key.rpartition(".")[0]
    where = f"below `{parent}`" if parent else "at the top level"
    return "MAN006", f"`{mistake.key}` is missing", f"add `{_last(mistake.key)}` {where}"


def _unknown(mistake: Mistake) -> tuple[str, str, str]:
    name, known = _last(mistake.key), mistake.siblings
    hint = did_you_mean(name, known)
    others = f"remove it, or use one of {listed(known)}" if known else "remove it"
    fix = f"rename it to `{hint.split('`')[1]}`" if hint else others
    return "MAN007", f"`{printable(mistake.key)}` is no known key{hint}", fix


def _as_version(value: Any) -> str:
    """How a version is written that looks like a number: `2.1` is meant as `"2.1.0"`."""
    numbers = str(value).split(".") if isinstance(value, int | float) and not isinstance(value, bool) else []
    plain = numbers if all(n.isdecimal() for n in numbers) else []
    return 'write all three numbers, in quotes: `"{}"`'.format(".".join([*(plain or ["1"]), "0", "0"][:3]))


def _choice(mistake: Mistake) -> tuple[str, str, str]:
    expected = str(mistake.bounds.get("expected", "")).replace("'", "`")
    hint = did_you_mean(
        str(mistake.value), [w for w in expected.replace(" or ", ", ").replace("`", "").split(", ") if w]
    )
    if not isinstance(mistake.value, str):
        return "MAN008", f"`{mistake.key}` is {shown(mistake.value)}; it must be {expected}", f"write {expected}"
    return "MAN009", f"`{mistake.key}` is `{cut(mistake.value)}`; it must be {expected}{hint}", f"write {expected}"


def _which(value: Any) -> str:
    if not isinstance(value, Mapping):
        return f"it is {shown(value)}"
    if "product" in value:
        return "it names both a product and a source table"
    return f"it has {listed(sorted(map(str, value)))}" if value else "it is empty"


def _last(key: str) -> str:
    return key.rpartition(".")[2]
