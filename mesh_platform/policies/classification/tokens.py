"""A column's name as words, whatever style it is written in: never substrings."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from mesh_platform.policies.classification.lexicon import ABBREVIATIONS, COMPOUNDS, WORDS

_PIECE: Final = re.compile(r"[A-Za-z0-9]+")
_DIGIT: Final = re.compile(r"[0-9]")
_PLURAL: Final = re.compile(r"(ID|IP)s(?![a-z])")
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_WITH_DIGITS: Final = re.compile(r"(?i)(?<![a-z0-9])(md5|sha1|sha256|sha512|ipv4|ipv6|e164|last4)(?![a-z0-9])")
_WITHIN: Final = re.compile(r"(?<=[a-z])(?=(?:Md5|Sha1|Sha256|Sha512|Ipv4|IPv4|Ipv6|IPv6|E164|Last4)(?![a-z0-9]))")
"""Before such a word that ends a name in camel case."""
_BEHIND: Final = re.compile(r"(?<![A-Za-z0-9])((?i:md5|sha1|sha256|sha512|ipv4|ipv6|e164|last4))(?=[A-Z])")
"""Such a word that another one in camel case follows."""
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
)
"""Letters that are no other letter with a mark."""
_SHORT_ENDS: Final = ("no", "nr", "id", "ip")
_SHORTEST: Final = 3
_LONGEST: Final = 40
"""Letters of one word that are looked at for words written together."""
_MOST: Final = 200
"""Characters of a name that are read."""


@lru_cache(maxsize=65536)
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name in order, lower case, singular, abbreviations written out; digits alone are left out."""
    return tuple(_joined([word for piece in _PIECE.findall(_plain(name[:_MOST])) for word in _of_piece(piece)]))


def _plain(name: str) -> str:
    """The name in ASCII, with words such as `Sha256` apart from those in camel case beside them."""
    if not name.isascii():
        name = unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return _BEHIND.sub(r"\1_", _WITHIN.sub("_", name)) if _DIGIT.search(name) else name


def _of_piece(piece: str) -> list[str]:
    """The words of what stands between two characters that are neither letters nor digits."""
    if _WITH_DIGITS.fullmatch(piece):
        return _words(piece.lower())
    return [word for part in _PARTS.findall(_cased(piece)) if not part.isdigit() for word in _words(part.lower())]


def _cased(piece: str) -> str:
    """`IDs` and `IPs` are one word each; a piece in capitals is one word."""
    if piece.islower():
        return piece
    return _PLURAL.sub(lambda m: m[1] + "S", piece) if any(c.islower() for c in piece) else piece.lower()


def _words(word: str) -> list[str]:
    known = _known(word)
    if known is not None:
        return list(ABBREVIATIONS.get(known, (known,)))
    pieces = _apart(word) if _SHORTEST * 2 - 1 <= len(word) <= _LONGEST else None
    return [w for p in pieces for w in _words(p)] if pieces else [_singular(word)]


def _known(word: str) -> str | None:
    if word in WORDS or word in ABBREVIATIONS:
        return word
    if word.endswith("nr") and (word[:-2] + "nummer" in ABBREVIATIONS or word[:-2] + "nummer" in WORDS):
        return word[:-2] + "nummer"
    single = _singular(word)
    return single if single in WORDS or single in ABBREVIATIONS else None


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and word[:-1] in WORDS:
        return word[:-1]
    if word.endswith("sses") or (word.endswith("es") and word[:-2] in WORDS):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2 else word


def _apart(word: str) -> list[str] | None:
    """Words written together, as `emailaddress` or `passportno`; only where every letter belongs to a word."""
    if word[-2:] in _SHORT_ENDS and word[:-2] in COMPOUNDS:
        return [word[:-2], word[-2:]]
    ways: dict[int, list[str]] = {0: []}
    for end in range(_SHORTEST, len(word) + 1):
        for start in sorted(ways):
            piece = word[start:end]
            if len(piece) >= _SHORTEST and (piece in COMPOUNDS or _singular(piece) in COMPOUNDS):
                ways.setdefault(end, [*ways[start], piece])
    return ways.get(len(word)) if len(ways.get(len(word), ())) > 1 else None


def _joined(found: list[str]) -> list[str]:
    """`e_mail` is one word; so is `i_p` for nobody."""
    joined: list[str] = []
    for word in found:
        if joined and joined[-1] == "e" and word in ("mail", "post"):
            joined[-1] = "email"
        else:
            joined.append(word)
    return joined
