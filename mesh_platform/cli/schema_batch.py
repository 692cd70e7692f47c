"""`mesh schema diff --batch`: one pair of schemas a line, one answer a line."""

import json
from collections.abc import Iterable, Iterator
from marshal import dumps
from typing import Any, Final

from mesh_platform.cli.schema_pair import KEYS, MAX_LINE, BadLine, pair_of
from mesh_platform.schema.avro.json_text import plain_json
from mesh_platform.schema.avro.parse import Reading, read_avro, read_sound
from mesh_platform.schema.avro.plain_field import forget_fields
from mesh_platform.schema.evolution.comparison import Comparison, compare
from mesh_platform.schema.evolution.verdict import NoVerdict, as_json, judge

MAX_REMEMBERED: Final = 64 << 20
"""Bytes of lines whose schemas may be remembered, for those that come again."""
_MANY: Final = 4096

_Known = dict[bytes, Reading | None]
"""What a schema's JSON says, under the quickest text that tells `1`, `1.0` and `true` apart."""


def answers(lines: Iterable[bytes], first: int = 1) -> Iterator[str]:
    """The answer to each line, in order; blank lines have none, and a bad one has its reason as `error`.

    `first` is the number of the first line.
    """
    read, known = 0, _Known()
    for number, line in enumerate(lines, first):
        read += len(line)
        if read > MAX_REMEMBERED:
            read_avro.cache_clear()
            forget_fields()
            known.clear()
            read = 0
        if line.strip():
            yield _sound_answer(line, known) or _answer(line, number)


def lines_of(stream: Any) -> Iterator[bytes]:
    """The lines of a binary stream, each as far as it may be long, so that no line fills the memory."""
    while line := stream.readline(MAX_LINE + 1):
        yield line
        while not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE)
            if not line:
                return


def _sound_answer(line: bytes, known: _Known) -> str | None:
    """The answer where nothing at all is wrong with the line and its schemas, which nearly all are: one reading of the
    JSON is enough then. None where there is something to say."""
    try:
        text = line.decode() if len(line) <= MAX_LINE else ""
        pair = plain_json(text)
        if not isinstance(pair, dict) or not all(key in pair for key in KEYS):
            return None
        pair_id, braces = json.dumps(pair["id"], allow_nan=False), text.count("{")
    except ValueError:
        return None
    old, new = _reading(pair["old"], braces, known), _reading(pair["new"], braces, known)
    return _shown(pair_id, compare(old, new)) if old and new else None


def _reading(schema: Any, braces: int, known: _Known) -> Reading | None:
    key = dumps(schema, 2)
    if key not in known:
        if len(known) >= _MANY:
            known.clear()
        known[key] = read_sound(schema, braces)
    return known[key]


def _answer(line: bytes, number: int) -> str:
    try:
        pair_id, old, new = pair_of(line)
    except BadLine as problem:
        return json.dumps({"id": problem.pair_id, "error": f"line {number}: {problem}"})
    try:
        return _shown(json.dumps(pair_id), judge(old, new))
    except NoVerdict as reason:
        return json.dumps({"id": pair_id, "error": f"line {number}: {reason}"})


def _shown(pair_id: str, comparison: Comparison) -> str:
    return f'{{"id": {pair_id}, {json.dumps(as_json(comparison))[1:]}'
