import json
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.schema.avro.avro_type import Enum, Fixed, Primitive, Record, Recursive, Union
from mesh_platform.schema.avro.name import simple_name
from mesh_platform.schema.avro.parse import read_avro
from mesh_platform.schema.evolution import resolution, union_change
from mesh_platform.schema.evolution.leaf_change import is_widening
from mesh_platform.schema.evolution.resolution import can_read
from mesh_platform.schema.evolution.verdict import as_json, judge


def union(chance: Random) -> list[Any]:
    """Types of few names in some namespaces, with aliases, so that many could be meant."""
    made: list[Any] = chance.sample(["null", "int", "long", "float", "double", "string", "bytes"], chance.randint(0, 4))
    for name in chance.sample([f"{space}.{name}" for space in "nm" for name in "ABCD"], chance.randint(0, 6)):
        word = chance.choice(("fixed", "enum", "record"))
        kind: dict[str, Any] = {"type": word, "name": name}
        if chance.random() < 0.3:
            kind["aliases"] = [chance.choice(("n.A", "m.B", "n.X"))]
        if word == "fixed":
            kind["size"] = chance.choice((1, 2))
        elif word == "enum":
            kind["symbols"] = chance.sample(["X", "Y"], chance.randint(1, 2))
        else:
            fields: list[Any] = [{"name": "a", "type": chance.choice(["int", "long", ["null", "R"], ["null", name]])}]
            if chance.random() < 0.2:
                fields[0]["aliases"] = ["b"]
            if chance.random() < 0.3:
                fields.append({"name": "b", "type": "int"})
            kind["fields"] = fields
        made.append(kind)
    chance.shuffle(made)
    return made or ["null"]


def schema(chance: Random) -> str:
    fields = [{"name": name, "type": union(Random(chance.random()))} for name in "u"]
    return json.dumps({"type": "record", "name": "R", "fields": fields})


@settings(max_examples=500, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_types_that_are_passed_over_would_change_no_verdict(chance: Random) -> None:
    old, new = read_avro(schema(chance)), read_avro(schema(chance))
    found = can_read(new, old)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resolution, "_candidates", lambda reader, _writer, _sides: reader.branches)
        assert can_read(new, old) is found


def kept_by_looking_at_each(before: Any, after: Any) -> dict[int, int]:
    named = Record | Enum | Fixed | Recursive

    def same(old: Any, new: Any) -> bool:
        if isinstance(old, named) and isinstance(new, named):
            return old.name == new.name
        return type(old) is type(new) and (not isinstance(old, Primitive) or old.name == new.name)

    def moved(old: Any, new: Any) -> bool:
        if not isinstance(old, named) or type(old) is not type(new):
            return False
        return simple_name(old.name) == simple_name(new.name) or old.name in getattr(new, "aliases", ())

    found: dict[int, int] = {}
    tests: tuple[Callable[[Any, Any], bool], ...] = (same, moved, is_widening)
    for test in tests:
        for i, branch in enumerate(before):
            heirs = [j for j in range(len(after)) if j not in found.values() and test(branch, after[j])]
            if i not in found and heirs:
                found[i] = heirs[0]
    return dict(sorted(found.items()))


@settings(max_examples=500, deadline=None)
@given(st.randoms(use_true_random=False))
def test_each_type_finds_the_heir_that_it_had_when_each_was_held_against_each(chance: Random) -> None:
    kinds = [record.fields[0].type for _ in "on" if isinstance(record := read_avro(schema(chance)).kind, Record)]
    if len(kinds) == 2:
        before, after = (kind.branches for kind in kinds if isinstance(kind, Union))
        assert union_change._kept(before, after) == kept_by_looking_at_each(before, after)


def wide(kind: Callable[[str], Any], unions: int, width: int, prefix: str) -> str:
    fields = [
        {"name": f"u{u}", "type": [kind(f"{prefix}{u}_{i}") for i in range(width)]} for u in range(unions)
    ]  # fmt: skip
    return json.dumps({"type": "record", "name": "R", "fields": fields})


def used(size: int, prefix: str) -> str:
    """One union of fixed types, spelled out once and used by its names a hundred times."""
    names = [f"{prefix}{i}" for i in range(450)]
    first = [{"type": "fixed", "name": name, "size": size} for name in names]
    fields = [{"name": "a", "type": first}, *({"name": f"r{i}", "type": names} for i in range(100))]
    return json.dumps({"type": "record", "name": "R", "fields": fields})


def fixed(name: str) -> Any:
    return {"type": "fixed", "name": name, "size": 1}


def nothing(name: str) -> Any:
    return {"type": "record", "name": name, "fields": []}


def homonym(name: str) -> Any:
    return {"type": "fixed", "name": f"{name}.A", "size": 1 + (name[0] == "B")}


WIDE = {
    "fixed types of other names": (wide(fixed, 10, 480, "A"), wide(fixed, 10, 480, "B")),
    "records of other names": (wide(nothing, 10, 480, "A"), wide(nothing, 10, 480, "B")),
    "one simple name": (wide(homonym, 10, 480, "A"), wide(homonym, 10, 480, "B")),
    "used by name, of another size": (used(1, "A"), used(2, "A")),
    "used by name, of other names": (used(1, "A"), used(1, "B")),
}


@pytest.mark.parametrize("case", WIDE)
def test_wide_unions_are_compared_in_seconds(case: str) -> None:
    started = time.process_time()
    answer = as_json(judge(*WIDE[case]))
    assert time.process_time() - started < 4
    assert answer["backward"] is False
    assert answer["bump"] in ("forbidden", "major")
