"""The verdict on two schemas as other programs read it."""

from typing import Any, Final

from mesh_platform.schema.avro.json_text import read_json
from mesh_platform.schema.avro.parse import Reading, read_avro
from mesh_platform.schema.avro.problem import SchemaInvalid, SchemaProblem, SchemaUnreadable
from mesh_platform.schema.evolution.change import Change
from mesh_platform.schema.evolution.comparison import Comparison, compare

_SCHEMA: Final = (str, list, dict)


class NoVerdict(Exception):
    """Nothing can be said: a text is no schema at all, or the old one defines no types to compare with."""


def judge(old: str, new: str) -> Comparison:
    """The comparison of two avsc texts; raises NoVerdict, in a sentence that names the text."""
    return compare(_old(old), _new(new))


def as_json(comparison: Comparison) -> dict[str, Any]:
    """The answer of `mesh schema diff`; why a new schema is none comes before what changed in it."""
    return {
        "bump": comparison.bump.word,
        "backward": comparison.backward,
        "forward": comparison.forward,
        "valid": comparison.valid,
        "changes": [*map(_problem, comparison.problems), *map(_change, comparison.changes)],
    }


def _old(text: str) -> Reading:
    try:
        reading = _reading(text, "old")
    except SchemaInvalid as invalid:
        raise NoVerdict(f"the old schema is no schema: {invalid.problems[0].message}") from invalid
    if reading.kind is None:
        raise NoVerdict(f"the old schema defines no type to compare with: {reading.problems[0].message}")
    return reading


def _new(text: str) -> Reading:
    try:
        return _reading(text, "new")
    except SchemaUnreadable as problem:
        raise NoVerdict(f"the new schema is no schema: {problem.problems[0].message}") from problem
    except SchemaInvalid as invalid:
        return Reading(None, {}, invalid.problems)


def _reading(text: str, which: str) -> Reading:
    reading = read_avro(text)
    if reading.kind is None and not isinstance(value := read_json(text), _SCHEMA):
        raise NoVerdict(f"the {which} schema is no schema: it is `{value}`, and not a name, a list or an object")
    return reading


def _problem(problem: SchemaProblem) -> dict[str, str]:
    return {"code": problem.code, "level": "error", "path": problem.path, "message": problem.message}


def _change(change: Change) -> dict[str, str]:
    return {"code": change.code, "level": change.kind.level, "path": change.path, "message": change.message}
