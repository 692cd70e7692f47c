import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.schema.avro.parse import read_avro
from mesh_platform.schema.evolution.comparison import compare
from mesh_platform.schema.registry import client
from mesh_platform.schema.registry.access import Access
from mesh_platform.schema.registry.exchange import open_registry
from mesh_platform.schema.registry.level import Level, broken
from tests.schema.avro_schemas import changed, record
from tests.schema.registry.stand_in import StandIn


@pytest.mark.parametrize(
    ("level", "transitive", "backward", "forward"),
    [
        ("NONE", False, False, False),
        ("BACKWARD", False, True, False),
        ("BACKWARD_TRANSITIVE", True, True, False),
        ("FORWARD", False, False, True),
        ("FORWARD_TRANSITIVE", True, False, True),
        ("FULL", False, True, True),
        ("FULL_TRANSITIVE", True, True, True),
    ],
)
def test_a_level_says_whom_it_protects(level: str, transitive: bool, backward: bool, forward: bool) -> None:
    found = Level(level)
    assert (found.transitive, found.backward, found.forward) == (transitive, backward, forward)


@settings(max_examples=60)
@given(st.randoms(use_true_random=False), st.sampled_from(list(Level)))
def test_the_stand_in_answers_over_http_what_the_comparison_says(
    stand_in_server: StandIn, chance: Random, level: Level
) -> None:
    """The same resolution on both sides: what is held together here is level, history, encoding and transport."""
    stand_in_server.reset()
    texts = [json.dumps(record(chance))]
    for _ in range(chance.randint(1, 3)):
        texts.append(json.dumps(changed(json.loads(texts[-1]), chance)))
    *old, new = texts
    stand_in_server.subjects["s"] = list(enumerate(old, 1))
    stand_in_server.default = level
    with open_registry(Access(stand_in_server.url)) as registry:
        verdict = client.compatibility(registry, "s", new)
    asked = old if level.transitive else old[-1:]
    found = [compare(read_avro(text), read_avro(new)) for text in asked]
    legal = read_avro(new).legal
    backward, forward = all(c.backward for c in found), all(c.forward for c in found)
    expected = legal and (not level.backward or backward) and (not level.forward or forward)
    assert verdict.compatible == expected
    if legal:
        assert (broken(level, read_avro(new), [read_avro(t) for t in old]) == []) == expected
