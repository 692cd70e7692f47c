"""What a sink makes of an envelope on its way into a file: with its schema or without, packed or plain."""

import json
from typing import Any

import pytest

from tests.landing.scene import Scene, change, envelope, gzipped, lines

BIG = 1_795_414_134_700
ORDERS = [change("c", "a", 10, size=1), change("u", "a", 20, size=2), change("d", "a", 30), change("c", "b", 40)]
NOISE = [None, {"ts_ms": BIG}, envelope("c", 50, after={"id": "q"}, table="elsewhere")]


def wrapped(payload: Any) -> dict[str, Any]:
    """As a converter with `schemas.enable=true` writes it."""
    return {"schema": {"type": "struct", "fields": [{"field": "payload"}], "name": "shop.Envelope"}, "payload": payload}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_an_envelope_in_its_schema_is_the_envelope(scene: Scene, packed: bool) -> None:
    write, name = (gzipped, "x.jsonl.gz") if packed else (lines, "x.jsonl")
    scene.put("bare.jsonl", lines(ORDERS))
    scene.land()
    state, log = scene.state(), scene.changes()
    scene.put(name, write(map(wrapped, ORDERS)))
    assert scene.counts() == (4, 0, 4, 0, 0)
    assert (scene.state(), scene.changes()) == (state, log)


@pytest.mark.parametrize("shape", [lambda told: told, wrapped], ids=["bare", "in its schema"])
def test_tombstones_heartbeats_and_other_tables_in_a_sinks_files_are_skipped(scene: Scene, shape: Any) -> None:
    scene.put("topic+0+0000000000.jsonl", lines(shape(e) for e in [ORDERS[0], *NOISE, ORDERS[2]]))
    assert scene.counts() == (5, 2, 0, 3, 0)
    assert scene.warehouse.query("select epoch_ms(last_heartbeat_at) from mesh_landing.heartbeats") == [(BIG,)]


def test_both_halves_of_a_tombstone_may_be_null(scene: Scene) -> None:
    scene.put("x.jsonl", lines([{"schema": None, "payload": None}, "null", " null "]))
    assert scene.counts() == (3, 0, 0, 3, 0)


def test_a_column_that_is_called_payload_or_schema_is_a_column(scene: Scene) -> None:
    scene.put("x.jsonl", lines([change("c", "a", 10, payload={"op": "x"}, schema="y")]))
    assert scene.counts() == (1, 1, 0, 0, 0)
    assert scene.changes("_cdc_extra") == [('{"payload":{"op":"x"},"schema":"y"}',)]


def test_a_wrapper_with_two_envelopes_is_none(scene: Scene) -> None:
    event, other = (json.dumps(change("c", key, 10)) for key in "ab")
    scene.put("one.jsonl", f'{{"schema": null, "payload": {event}}}\n{{"payload": {event}, "payload": {other}}}\n')
    assert scene.counts() == (2, 1, 0, 0, 1)
    assert scene.reasons() == ["the record has a key twice"]
