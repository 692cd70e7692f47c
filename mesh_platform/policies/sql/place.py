"""Where in a model's file a relation, or a column, is named."""

import re
from typing import Final

from mesh_platform.manifest.document import FIRST_LINE, Place
from mesh_platform.policies.sql.relation import MODEL, SOURCE, parts

_ASIDE: Final = re.compile(r"--[^\n]*|/\*.*?\*/|\{#.*?#\}|'[^']*'", re.DOTALL)
"""What is said beside the query: comments and texts."""
_BRACKET_OR_SELECT: Final = re.compile(r"[()]|\bselect\b", re.IGNORECASE)
_QUOTE = r"[\"'`\[]?"


def place_of_relation(text: str, relation: str) -> Place:
    """Line and column of the `ref()`, the `source()` or the name; the first line where a macro wrote it."""
    kind, schema, name = parts(relation)
    bare, last = re.escape(name), re.escape(schema.rpartition(".")[2])
    patterns = {
        MODEL: [rf"\bref\s*\([^)]*[\"']{bare}[\"']"],
        SOURCE: [
            rf"\bsource\s*\(\s*[\"']{last}[\"']\s*,\s*[\"']{bare}[\"']",
            rf"\bsource\s*\([^)]*[\"']{bare}[\"']",
            r"\bsource\s*\(",
        ],
    }.get(kind, [])
    patterns += [rf"{_QUOTE}\b{last}{_QUOTE}\s*\.\s*{_QUOTE}{bare}\b"] if last else []
    patterns += [rf"\b{bare}\b"]
    match = next((m for p in patterns if (m := re.search(p, text, re.IGNORECASE))), None)
    return _place(text, match.start()) if match else FIRST_LINE


def place_of_word(text: str, word: str) -> Place:
    """Line and column of a name; the first line where a macro wrote it."""
    match = re.search(rf"(?<![\w$]){re.escape(word)}(?![\w$])", text, re.IGNORECASE)
    return _place(text, match.start()) if match else FIRST_LINE


def place_of_result(text: str) -> Place:
    """Line and column of the select that makes the rows: the last that stands in the fewest brackets."""
    plain = _ASIDE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    depth, best = 0, (0, -1)
    for found in _BRACKET_OR_SELECT.finditer(plain):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if found[0] not in "()" and (best[1] < 0 or depth <= best[0]):
            best = (depth, found.start())
    return _place(text, best[1]) if best[1] >= 0 else FIRST_LINE


def _place(text: str, offset: int) -> Place:
    return Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
