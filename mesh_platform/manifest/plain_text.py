"""What a reviewer sees is what the file says: characters that no editor shows are found."""

import re
from typing import Final

_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, tabs and line ends left out
    "\u2028\u2029\ufeff\ufffe\uffff"  # line ends and marks that only some programs know
    "\u202a-\u202e\u2066-\u2069]"  # turning the direction of writing: the text reads as something else
)
_ESCAPED_BYTE: Final = re.compile("[\udc80-\udcff]")


def control_character(text: str) -> tuple[int, str] | None:
    """(offset, name) of the first character that no editor shows."""
    match = _HIDDEN.search(text.replace("\r\n", "\n ") if "\r" in text else text)
    return (match.start(), f"U+{ord(match.group()):04X}") if match else None


def one_line(text: str) -> str:
    """The text as part of a row: no line ends, nothing that a terminal would obey."""
    return printable(" ".join(text.split()))


def printable(text: str) -> str:
    """The text as it can be shown anywhere: what is not text in it is escaped."""
    if text.isprintable():
        return text
    # a byte that is no UTF-8 stands in a file's name as half of a surrogate pair
    shown = _ESCAPED_BYTE.sub(lambda half: f"\\x{ord(half.group()) - 0xDC00:02x}", text)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
