import json
from typing import Any

import pytest

from mesh_platform.schema.evolution.change_kind import Bump
from mesh_platform.schema.evolution.steps import Step, declared_bump, next_version, steps
from mesh_platform.schema.evolution.version import Version, read_version
from mesh_platform.schema.reference import PAGE, page

ID = {"name": "id", "type": "string"}
NOTE = {"name": "note", "type": ["null", "string"], "default": None}


def schema(*fields: dict[str, Any], **more: Any) -> str:
    return json.dumps({"type": "record", "name": "R", "fields": list(fields), **more})


def told(**texts: str) -> list[tuple[str, str, list[str]]]:
    """(from, to, codes) of every step that has to answer for something; `v1_0_0=` stands for 1.0.0."""
    found = steps({name[1:].replace("_rc", "-rc.1").replace("_", "."): text for name, text in texts.items()})
    return [(s.old, s.new, [c.code for c in s.fresh]) for s in found if s.fresh]


def version(text: str) -> Version:
    found = read_version(text)
    assert found is not None
    return found


def test_each_version_answers_to_the_one_before_and_for_no_more_than_it_did() -> None:
    plain, noted, said = schema(ID), schema(ID, NOTE), schema(ID, NOTE, doc="Why.")
    assert told(v1_0_0=plain, v1_1_0=noted, v1_1_1=said) == [
        ("1.0.0", "1.1.0", ["SCH121"]),
        ("1.1.0", "1.1.1", ["SCH133"]),
    ]


def test_one_to_two_and_two_to_three_may_pass_and_one_to_three_fail() -> None:
    with_default = schema(ID, {"name": "note", "type": "string", "default": ""})
    without = schema(ID, {"name": "note", "type": "string"})
    assert told(v1_0_0=schema(ID), v1_1_0=with_default, v1_2_0=without) == [
        ("1.0.0", "1.1.0", ["SCH121"]),
        ("1.1.0", "1.2.0", ["SCH123"]),
        ("1.0.0", "1.2.0", ["SCH103"]),
    ]


def test_versions_are_compared_in_their_order_and_not_in_that_of_their_names() -> None:
    assert told(v1_10_0=schema(ID, NOTE), v1_9_0=schema(ID)) == [("1.9.0", "1.10.0", ["SCH121"])]


def test_a_prerelease_is_compared_with_the_release_before_it_and_binds_nobody() -> None:
    texts = {"v1_0_0": schema(ID), "v1_1_0_rc": schema(ID, {"name": "n", "type": "int", "default": 0})}
    assert told(**texts) == [("1.0.0", "1.1.0-rc.1", ["SCH121"])]
    assert told(**texts, v1_1_0=schema(ID, NOTE)) == [
        ("1.0.0", "1.1.0-rc.1", ["SCH121"]),
        ("1.0.0", "1.1.0", ["SCH121"]),
    ]


@pytest.mark.parametrize("broken", ["{", '"nothing"', schema(ID, ID), schema({**ID, "pii": 3})])
def test_a_schema_with_problems_has_its_own_findings_and_is_in_no_step(broken: str) -> None:
    assert told(v1_0_0=schema(ID), v1_1_0=broken, v1_2_0=schema(ID, NOTE)) == [("1.0.0", "1.2.0", ["SCH121"])]


def test_a_file_that_is_named_by_no_version_is_in_no_step() -> None:
    assert list(steps({"1.0.0": schema(ID), "latest": schema()})) == []


def test_what_no_version_makes_legal_asks_for_none() -> None:
    (step,) = steps({"1.0.0": schema(ID, NOTE), "1.0.1": schema(NOTE, doc="Why.")})
    assert isinstance(step, Step)
    assert (step.declared, step.required) == (Bump.PATCH, Bump.PATCH)


@pytest.mark.parametrize(
    ("old", "new", "bump"),
    [
        ("1.2.3", "2.0.0", Bump.MAJOR),
        ("1.2.3", "1.3.0", Bump.MINOR),
        ("1.2.3", "1.2.4", Bump.PATCH),
        ("1.2.3", "2.0.0-rc.1", Bump.MAJOR),
        ("1.2.3", "1.2.3", Bump.NONE),
        ("0.1.0", "0.2.0", Bump.MINOR),
    ],
)
def test_how_far_a_version_moved(old: str, new: str, bump: Bump) -> None:
    assert declared_bump(version(old), version(new)) is bump


def test_the_next_version_of_each_kind() -> None:
    old = version("1.2.3-rc.1")
    assert [next_version(old, bump) for bump in Bump] == ["1.2.3", "1.2.4", "1.3.0", "2.0.0", "2.0.0"]


def test_the_page_in_docs_is_that_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m mesh_platform.schema.reference`"


def test_a_change_that_is_made_again_answers_again() -> None:
    both, one = (
        schema({"name": "kind", "type": {"type": "enum", "name": "K", "symbols": s}}) for s in (["A", "B"], ["A"])
    )
    assert told(v1_0_0=both, v2_0_0=one, v2_1_0=both, v2_1_1=one) == [
        ("1.0.0", "2.0.0", ["SCH112"]),
        ("2.0.0", "2.1.0", ["SCH124"]),
        ("2.1.0", "2.1.1", ["SCH112"]),
    ]
    without, with_note = schema(ID), schema(ID, NOTE)
    assert told(v1_0_0=with_note, v2_0_0=without, v2_1_0=with_note, v2_1_1=without) == [
        ("1.0.0", "2.0.0", ["SCH101"]),
        ("2.0.0", "2.1.0", ["SCH121"]),
        ("2.1.0", "2.1.1", ["SCH101"]),
    ]


def test_a_default_that_is_toggled_answers_each_time() -> None:
    old, new = (schema({**ID, "default": d}) for d in ("a", "b"))
    assert told(v1_0_0=old, v1_1_0=new, v1_2_0=old, v1_2_1=new) == [
        ("1.0.0", "1.1.0", ["SCH123"]),
        ("1.1.0", "1.2.0", ["SCH123"]),
        ("1.2.0", "1.2.1", ["SCH123"]),
    ]


def test_a_longer_step_answers_only_for_what_no_shorter_one_does() -> None:
    both, one = (
        schema({"name": "kind", "type": {"type": "enum", "name": "K", "symbols": s}}) for s in (["A", "B"], ["A"])
    )
    assert told(v1_0_0=one, v1_1_0=both, v1_2_0=both) == [("1.0.0", "1.1.0", ["SCH124"])]
    defaulted, bare = (
        schema(ID, {"name": "note", "type": "string", "default": ""}),
        schema(ID, {"name": "note", "type": "string"}),
    )
    assert told(v1_0_0=schema(ID), v1_0_1=schema(ID), v1_1_0=defaulted, v1_2_0=bare) == [
        ("1.0.1", "1.1.0", ["SCH121"]),
        ("1.1.0", "1.2.0", ["SCH123"]),
        ("1.0.1", "1.2.0", ["SCH103"]),
    ]
