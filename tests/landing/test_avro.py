"""Avro containers: two readers and one result, whatever is in them."""

import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fastavro
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.landing.files import avro_engine
from mesh_platform.landing.files.avro_engine import is_read_alike, write_lines
from mesh_platform.landing.files.avro_file import write_avro_lines
from tests.landing.scene import Scene, avro, change, lines

KIND = {"type": "enum", "name": "Kind", "symbols": ["GOOD", "BAD"]}
INNER = {"type": "record", "name": "Inner", "fields": [{"name": "flag", "type": "boolean"}]}
FIELDS: dict[str, tuple[Any, Any]] = {
    "text": ("string", st.text(st.characters(exclude_categories=["Cs"]))),
    "maybe": (["null", "string"], st.none() | st.text(st.characters(exclude_categories=["Cs"]))),
    "big": ("long", st.integers(-(2**63), 2**63 - 1)),
    "small": (["int", "null"], st.none() | st.integers(-(2**31), 2**31 - 1)),
    "kind": (KIND, st.sampled_from(["GOOD", "BAD"])),
    "again": (["null", "Kind"], st.none() | st.sampled_from(["GOOD", "BAD"])),
    "tags": (
        {"type": "array", "items": ["null", "string"]},
        st.lists(st.none() | st.text("a\"\\\n\r\x00\x01é", max_size=3)),
    ),
    "inner": (["null", INNER], st.none() | st.fixed_dictionaries({"flag": st.booleans()})),
    "nothing": ("null", st.none()),
}  # fmt: skip
RECORD = {"type": "record", "name": "R", "fields": [{"name": n, "type": t} for n, (t, _) in FIELDS.items()]}


def container(schema: Any, records: list[Any], codec: str = "null") -> bytes:
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema(schema), records, codec=codec)
    return out.getvalue()


def read(content: bytes) -> list[Any]:
    """The records of a container as the lines it is staged to tell them."""
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.avro", Path(folder) / "a.jsonl"
        source.write_bytes(content)
        longest = write_avro_lines(source, target)
        told = target.read_bytes().splitlines(keepends=True)
        assert longest >= max(map(len, told), default=0)
        return [json.loads(line) for line in told]


@given(st.lists(st.fixed_dictionaries({n: values for n, (_, values) in FIELDS.items()}), max_size=8))
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_both_readers_say_the_same(records: list[Any]) -> None:
    content = container(RECORD, records)
    asked: list[bool] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(avro_engine, "write_lines", lambda *a: asked.append(write_lines(*a)) or asked[-1])
        by_engine = read(content)
        patched.setattr(avro_engine, "avro_reader", lambda: None)
        one_by_one = read(content)
    assert asked == [True, False]
    assert by_engine == one_by_one == records


def field(kind: Any) -> dict[str, Any]:
    return {"type": "record", "name": "R", "fields": [{"name": "x", "type": kind}]}


@pytest.mark.parametrize(
    "kind",
    [
        "double",
        "float",
        "bytes",
        {"type": "fixed", "name": "F", "size": 2},
        {"type": "long", "logicalType": "timestamp-micros"},
        {"type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"type": "map", "values": "string"},
        ["null", "string", "long"],
        ["null", "R"],
        {"type": "array", "items": "double"},
        {"type": "record", "name": "Empty", "fields": []},
        {"type": "record", "name": "Twice", "fields": [{"name": "id", "type": "int"}, {"name": "ID", "type": "int"}]},
    ],
    ids=str,
)
def test_what_the_readers_tell_differently_is_left_to_one_of_them(kind: Any) -> None:
    assert not is_read_alike(field(kind))
    assert not is_read_alike(["null", field("string")])


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz"])
def test_every_codec_comes_to_the_same_tables(scene: Scene, codec: str) -> None:
    orders = [change("c", "a", 10, body='é\n"\\'), change("u", "a", 20, size=2), change("d", "b", 30)]
    scene.put("one.jsonl", lines(orders))
    scene.put("two.avro", avro(orders, codec=codec))
    assert scene.counts() == (6, 3, 3, 0, 0)


def test_a_block_that_the_engine_would_stop_in_is_quarantined_whole(scene: Scene) -> None:
    """The frame is whole, the records are not: the engine answers with those before, and says nothing."""
    content = bytearray(avro([change("c", f"k{n}", 10 + n, size=n) for n in range(50)], codec="null"))
    place = content.index(b"k25")
    content[place - 1] = 0xFF
    scene.put("broken.avro", bytes(content))
    assert scene.counts() == (1, 0, 0, 0, 1)
    assert "cannot be decoded" in scene.reasons()[0]


def test_a_container_without_records_is_a_file_without_rows(scene: Scene) -> None:
    scene.put("empty.avro", avro([]))
    assert scene.counts() == (0, 0, 0, 0, 0)
    assert scene.warehouse.query("select state, rows_read from mesh_landing.ledger") == [("landed", 0)]


def test_a_tombstone_may_be_the_null_of_a_union() -> None:
    assert read(container(["null", field("string")], [{"x": "a"}, None])) == [{"x": "a"}, None]
