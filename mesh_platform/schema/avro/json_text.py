"""JSON that is strict about what a schema may not leave open: duplicate keys, numbers that are none, endless depth."""

import json
import re
from bisect import bisect_left
from collections.abc import Mapping
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out
from typing import Any, Final

from mesh_platform.schema.avro.problem import SchemaInvalid, SchemaProblem, SchemaUnreadable

Where = tuple[str | int, ...]
"""The keys and indexes that lead to a JSON value."""

MAX_DEPTH: Final = 200
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_ATOM: Final = re.compile(r"[^\s,\]}]+")
_LINE_END: Final = re.compile("\n")
_REPEATED: Final = object()


def read_json(text: str) -> Any:
    """The value of a JSON text; raises SchemaInvalid, with lines, for what is malformed or ambiguous."""
    text = text.removeprefix("\ufeff")
    try:
        value = _loaded(text)
    except json.JSONDecodeError as problem:
        raise _malformed(f"is not JSON: {problem.msg.lower()}", problem.lineno, problem.colno) from problem
    except (ValueError, RecursionError) as problem:
        reason = "nests too deeply" if isinstance(problem, RecursionError) else without_advice(problem)
        raise _malformed(f"is not JSON: {reason}", 1, 1) from problem
    if _may_be_deep(text) and _too_deep(value):
        raise _malformed(f"nests deeper than `{MAX_DEPTH}` levels", 1, 1)
    if value is _REPEATED:
        raise SchemaInvalid(tuple(_duplicates(text)))
    return value


def plain_json(text: str) -> Any:
    """The same value, quicker; raises ValueError, which does not say where, for what `read_json` would complain of."""
    try:
        value = _DECODER.decode(text)
    except RecursionError as problem:
        raise ValueError("nests too deeply") from problem
    if _may_be_deep(text) and _too_deep(value):
        raise ValueError("nests too deeply")
    return value


def places(text: str) -> dict[Where, tuple[int, int]]:
    """Where every value of a JSON text stands (its key's line and column, 1-based); the text must be valid."""
    ends = [-1, *(match.start() for match in _LINE_END.finditer(text))]
    return {where: _line_and_column(ends, offset) for where, offset in reversed(_walk(text))}


def telling(found: Mapping[Where, tuple[int, int]], where: Where, about: str = "name") -> tuple[int, int]:
    """The place of a value; of a field or type that opens on a line of its own, that of the key that tells most."""
    opens = found.get(where, (1, 1))
    told = next((found[w] for key in (about, "name") if (w := (*where, key)) in found), opens)
    return told if told[0] > opens[0] else opens


class _Repeated(ValueError):
    """A key is written twice."""


def _loaded(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except _Repeated:
        if _too_deep(_LAX.decode(text)):
            raise RecursionError from None
        return _REPEATED


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _Repeated
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"`{constant}` is no JSON number")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse)
_LAX: Final = json.JSONDecoder(parse_constant=_refuse)


def without_advice(problem: ValueError) -> str:
    """Python's own word on an endless number is about Python's settings."""
    return "a number has too many digits" if "set_int_max_str_digits" in str(problem) else str(problem)


def past_space(text: str, at: int) -> int:
    """The offset of what comes next, whatever JSON lets stand before it."""
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _malformed(message: str, line: int, column: int) -> SchemaUnreadable:
    return SchemaUnreadable((SchemaProblem("SCH001", "", f"the schema {message}", line, column),))


def _may_be_deep(text: str) -> bool:
    """What has few brackets cannot nest deeply."""
    return text.count("{") + text.count("[") > MAX_DEPTH


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [c for v in level for c in (v.values() if isinstance(v, dict) else v if isinstance(v, list) else ())]
        if not level:
            return False
    return True


def _duplicates(text: str) -> list[SchemaProblem]:
    ends = [-1, *(match.start() for match in _LINE_END.finditer(text))]
    seen: set[Where] = set()
    problems = []
    for where, offset in _walk(text):
        if where in seen:
            line, column = _line_and_column(ends, offset)
            problems.append(SchemaProblem("SCH001", "", f"the key `{where[-1]}` is written twice", line, column))
        seen.add(where)
    return problems or [SchemaProblem("SCH001", "", "a key is written twice")]


def _line_and_column(ends: list[int], offset: int) -> tuple[int, int]:
    line = bisect_left(ends, offset)
    return line, offset - ends[line - 1]


def _walk(text: str) -> list[tuple[Where, int]]:
    found: list[tuple[Where, int]] = []
    _value(text, past_space(text, 1 if text.startswith("\ufeff") else 0), (), found)
    return found


def _value(text: str, at: int, where: Where, found: list[tuple[Where, int]]) -> int:
    if not where or isinstance(where[-1], int):
        found.append((where, at))
    if text[at] == '"':
        return int(scanstring(text, at + 1, False)[1])
    if text[at] not in "{[":
        atom = _ATOM.match(text, at)
        return atom.end() if atom else at + 1
    return _members(text, at, where, found)


def _members(text: str, at: int, where: Where, found: list[tuple[Where, int]]) -> int:
    closing, index, at = {"{": "}", "[": "]"}[text[at]], 0, past_space(text, at + 1)
    while text[at] != closing:
        step: str | int = index
        if closing == "}":
            key_at = at
            step, at = scanstring(text, at + 1, False)
            found.append(((*where, step), key_at))
            at = past_space(text, past_space(text, at) + 1)
        at = past_space(text, _value(text, at, (*where, step), found))
        if text[at] == ",":
            at = past_space(text, at + 1)
        index += 1
    return at + 1
