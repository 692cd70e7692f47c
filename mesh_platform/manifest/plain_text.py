"""What a reviewer sees is what the file says: characters that no editor shows are found."""

import re
import unicodedata
from typing import Final

_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, tabs and line ends left out
    "\u2028\u2029\ufeff\ufffe\uffff"  # line ends and marks that only some programs know
    "\u202a-\u202e\u2066-\u2069]"  # turning the direction of writing: the text reads as something else
)
_ESCAPED_BYTE: Final = re.compile("[\udc80-\udcff]")

_LOOK_ALIKE: Final = frozenset("аеорсухѕіјһԁԛԝАВЕКМНОРСТУХЅІЈοΟΑΒΕΖΗΙΚΜΝΡΤΥΧ")
"""Letters of other alphabets that are drawn as ours are."""
_JOINERS: Final = frozenset("\u200c\u200d")
_BLANK: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Letters that are drawn as nothing."""


def control_character(text: str) -> tuple[int, str] | None:
    """(offset, name) of the first character that no editor shows."""
    match = _HIDDEN.search(text.replace("\r\n", "\n ") if "\r" in text else text)
    return (match.start(), f"U+{ord(match.group()):04X}") if match else None


def one_line(text: str) -> str:
    """The text as part of a row: no line ends, nothing that a terminal would obey, no letter drawn as another."""
    return told_apart(printable(" ".join(text.split())))


def told_apart(text: str) -> str:
    """The text with its look-alike letters as their numbers: `\\u043erders` is not `orders`."""
    return text if text.isascii() else re.sub(r"\w+", lambda word: _numbered(word[0]), text)


def look_alike(text: str) -> str | None:
    """The first letter of a name that is drawn as another one is, as `U+043E`; None when there is none."""
    found = next((c for word in re.findall(r"\w+", text) if _deceives(word) for c in word if _is_look_alike(c)), None)
    return f"U+{ord(found):04X}" if found else None


def unseen(text: str) -> str | None:
    """The first character of a name that nobody sees, or takes for a space, as `U+200B`; None when there is none."""
    found = next((c for place, c in enumerate(text) if not c.isascii() and _is_unseen(text, place)), None)
    return f"U+{ord(found):04X}" if found else None


def _is_unseen(text: str, place: int) -> bool:
    character, around = text[place], text[max(0, place - 1) : place + 2]
    if character in _JOINERS and len(around) == 3 and not any(c.isascii() for c in around):
        return False  # as other alphabets and compound pictures have it
    return character in _BLANK or unicodedata.category(character) in ("Cf", "Zs", "Zl", "Zp")


def _numbered(word: str) -> str:
    return "".join(f"\\u{ord(c):04x}" if _is_look_alike(c) else c for c in word) if _deceives(word) else word


def _deceives(word: str) -> bool:
    """Whether it reads as a word of ours and is not: a word of another alphabet has letters that only that one has."""
    return not word.isascii() and all(c.isascii() or _is_look_alike(c) for c in word)


def _is_look_alike(character: str) -> bool:
    plain = unicodedata.normalize("NFKC", character)
    return not character.isascii() and (character in _LOOK_ALIKE or (plain.isascii() and plain.isalnum()))


def printable(text: str) -> str:
    """The text as it can be shown anywhere: what is not text in it is escaped."""
    if text.isprintable():
        return text
    # a byte that is no UTF-8 stands in a file's name as half of a surrogate pair
    shown = _ESCAPED_BYTE.sub(lambda half: f"\\x{ord(half.group()) - 0xDC00:02x}", text)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
