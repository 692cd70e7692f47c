"""A line of `mesh schema diff --batch` taken apart: an id and the texts of two schemas, or why it is none."""

import json
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out
from typing import Any, Final

from mesh_platform.manifest.message import cut
from mesh_platform.schema.avro.json_text import past_space, without_advice

MAX_LINE: Final = 4 << 20
"""Bytes: two schemas of the largest size that a mesh reads, and what is around them."""
KEYS: Final = ("id", "old", "new")
_DECODER: Final = json.JSONDecoder()


class BadLine(Exception):
    """What keeps a line from being a pair of schemas."""

    def __init__(self, reason: str, pair_id: Any = None) -> None:
        super().__init__(reason)
        self.pair_id = pair_id


def pair_of(line: bytes) -> tuple[Any, str, str]:
    """(id, text of the old schema, text of the new one)."""
    found = _read(line)
    pair_id = _identity(found.get("id", "null"))
    if missing := [key for key in KEYS if key not in found]:
        raise BadLine(f"the key `{missing[0]}` is missing", pair_id)
    return pair_id, found["old"], found["new"]


def _read(line: bytes) -> dict[str, str]:
    if len(line) > MAX_LINE:
        raise BadLine(f"longer than `{MAX_LINE}` bytes")
    try:
        return _members(line.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise BadLine(f"not UTF-8: byte `0x{line[problem.start]:02x}`") from problem
    except json.JSONDecodeError as problem:
        raise BadLine(f"not JSON: {problem.msg.lower()}") from problem
    except RecursionError as problem:
        raise BadLine("not JSON: nests too deeply") from problem
    except ValueError as problem:
        raise BadLine(without_advice(problem)) from problem


def _identity(text: str) -> Any:
    """The `id` as it goes into the answer, which is JSON whatever Python takes for it."""
    try:
        pair_id = json.loads(text)
        json.dumps(pair_id, allow_nan=False)
    except (ValueError, RecursionError) as problem:
        raise BadLine("`id` is nothing that JSON can repeat") from problem
    return pair_id


def _members(text: str) -> dict[str, str]:
    """The members of a JSON object as texts, so that what a parser would mend in them can still be seen."""
    at = past_space(text, 0)
    if text[at : at + 1] != "{":
        _DECODER.raw_decode(text, at)
        raise ValueError("not an object with `id`, `old` and `new`")
    found: dict[str, str] = {}
    at = past_space(text, at + 1)
    if text[at : at + 1] == "}":
        at += 1
    else:
        at = _member(text, at, found)
        while text[at - 1] == ",":
            at = _member(text, past_space(text, at), found)
    if past_space(text, at) < len(text):
        raise json.JSONDecodeError("more than one value", text, at)
    return found


def _member(text: str, at: int, found: dict[str, str]) -> int:
    """Take in the member that starts here; the offset after the comma or brace that follows it."""
    if text[at : at + 1] != '"':
        raise json.JSONDecodeError("expecting a key in double quotes", text, at)
    key, at = scanstring(text, at + 1, True)
    at = past_space(text, at)
    if text[at : at + 1] != ":":
        raise json.JSONDecodeError("expecting ':'", text, at)
    begin = past_space(text, at + 1)
    _, end = _DECODER.raw_decode(text, begin)
    if key in found:
        raise ValueError(f"the key `{cut(key)}` is written twice")
    found[key] = text[begin:end]
    at = past_space(text, end)
    if text[at : at + 1] not in (",", "}"):
        raise json.JSONDecodeError("expecting ',' or '}'", text, at)
    return at + 1
