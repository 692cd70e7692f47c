"""Avro containers: two readers and one result, whatever is in them."""

import bz2
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fastavro
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.landing.files.avro_engine import is_read_alike, selects
from mesh_platform.landing.files.avro_file import look_at_avro, write_avro_lines
from mesh_platform.landing.files.lines import Unreadable
from mesh_platform.warehouse.duckdb import open_duckdb, reads_avro
from tests.landing.scene import CHANGES, THING, Scene, avro, change, lines, mesh_of

KIND = {"type": "enum", "name": "Kind", "symbols": ["GOOD", "BAD"]}
INNER = {"type": "record", "name": "Inner", "fields": [{"name": "flag", "type": "boolean"}]}
FIELDS: dict[str, tuple[Any, Any]] = {
    "text": ("string", st.text(st.characters(exclude_categories=["Cs"]))),
    "maybe": (["null", "string"], st.none() | st.text(st.characters(exclude_categories=["Cs"]))),
    "big": ("long", st.integers(-(2**63), 2**63 - 1)),
    "small": (["int", "null"], st.none() | st.integers(-(2**31), 2**31 - 1)),
    "kind": (KIND, st.sampled_from(["GOOD", "BAD"])),
    "again": (["null", "Kind"], st.none() | st.sampled_from(["GOOD", "BAD"])),
    "odd": ("string", st.text("a\"\\\n\r\x00\x01\x1fé", max_size=3)),
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
@settings(max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_both_readers_say_the_same(records: list[Any]) -> None:
    content = container(RECORD, records)
    assert read_by_engine(content) == read(content) == records


def read_by_engine(content: bytes) -> list[Any]:
    with TemporaryDirectory() as folder, open_duckdb(Path(folder) / "w.duckdb") as warehouse:
        source = Path(folder) / "7.avro"
        source.write_bytes(content)
        found = look_at_avro(source)
        assert found
        assert reads_avro(warehouse)
        (select,) = selects({str(source): found})
        told = warehouse.query(select)
        assert {number for number, _ in told} <= {7}
        assert len(told) == found.records
        return [json.loads(line) for _, line in told]


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


def test_containers_of_several_schemas_and_lines_land_together(scene: Scene) -> None:
    wide = {"name": "tags", "type": ["null", {"type": "array", "items": "string"}], "default": None}
    first, second, third, fourth = (change("c", key, 10 + n) for n, key in enumerate("abcd"))
    third["after"]["tags"] = ["x"]
    scene.put("1.avro", avro([first, second, first]))
    scene.put("2.avro", avro([second], [*THING, {"name": "more", "type": "string"}]))
    scene.put("3.avro", avro([third], [*THING, wide]))
    scene.put("4.jsonl", lines([fourth, second]))
    assert scene.counts() == (7, 4, 3, 0, 0)
    assert scene.changes("id, _cdc_lsn") == [("a", 10), ("b", 11), ("c", 12), ("d", 13)]
    assert scene.changes("_cdc_path[-6:], _cdc_record, _cdc_extra", CHANGES + " where id in ('a', 'c')") == [
        ("1.avro", 1, None),
        ("3.avro", 1, '{"tags":["x"]}'),
    ]


def test_what_could_become_too_much_in_the_engine_is_read_record_by_record(tmp_path: Path) -> None:
    for name, schema, record in (
        ("block", field("string"), {"x": "y" * (2 << 20)}),
        ("schema", field({"type": "enum", "name": "E", "symbols": [f"S{n}" for n in range(20_000)]}), {"x": "S1"}),
        ("array", field({"type": "array", "items": "string"}), {"x": ["a"]}),
        (
            "column",
            {"type": "record", "name": "R", "fields": [{"name": "Filename", "type": "string"}]},
            {"Filename": "a"},
        ),
    ):
        source = tmp_path / f"{name}.avro"
        source.write_bytes(container(schema, [record]))
        assert look_at_avro(source) is None, name
        assert read(source.read_bytes()) == [record]


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


def raw(schema: Any, *blocks: tuple[int, bytes], codec: str = "null") -> bytes:
    """A container of these blocks, whatever they hold, behind a header that says what it likes."""
    text = schema if isinstance(schema, bytes) else json.dumps(schema).encode()
    metadata = {b"avro.schema": text, b"avro.codec": codec.encode()}
    told = b"".join(number(len(k)) + k + number(len(v)) + v for k, v in metadata.items())
    sync = b"S" * 16
    body = b"".join(number(count) + number(len(data)) + data + sync for count, data in blocks)
    return b"Obj\x01" + number(len(metadata)) + told + number(0) + sync + body


def number(value: int) -> bytes:
    value, out = (value << 1) ^ (value >> 63), b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as problem:
        read(content)
    return str(problem.value)


def test_a_name_that_is_a_pattern_is_only_a_name(scene: Scene) -> None:
    scene.put("xa.avro", avro([change("c", "a", 1)]))
    for n, name in enumerate(("x[ab].avro", "x*.avro", "x?.avro")):
        scene.put(name, avro([change("c", f"k{n}", 2 + n)]))
    assert scene.counts() == (4, 4, 0, 0, 0)
    assert scene.state(columns="id") == [("a",), ("k0",), ("k1",), ("k2",)]


def test_a_folder_that_is_a_pattern_is_only_a_folder(tmp_path: Path) -> None:
    for folder in ("h[ab]*?", "ha!"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.avro").write_bytes(container(field("string"), [{"x": folder}]))
    source = tmp_path / "h[ab]*?" / "1.avro"
    found = look_at_avro(source)
    assert found
    with open_duckdb(tmp_path / "w.duckdb") as warehouse:
        assert reads_avro(warehouse)
        assert warehouse.query(*selects({str(source): found})) == [(1, '{"x":"h[ab]*?"}')]


def test_a_record_within_itself_is_no_change_record(scene: Scene) -> None:
    scene.put("deep.avro", raw(field(["null", "R"]), (1, b"\x02" * 2_000_000 + b"\0")))
    scene.put("good.avro", avro([change("c", "a", 1)]))
    assert scene.counts() == (2, 1, 0, 0, 1)
    assert scene.reasons()[0].startswith("an Avro schema of a record within itself")


@pytest.mark.parametrize(
    "kind",
    [
        {"type": "array", "items": "null"},
        {"type": "array", "items": {"type": "record", "name": "Empty", "fields": []}},
        {"type": "array", "items": {"type": "fixed", "name": "F", "size": 0}},
        {"type": "array", "items": {"type": "record", "name": "N", "fields": [{"name": "n", "type": "null"}]}},
    ],
    ids=str,
)
def test_an_array_of_nothing_could_be_of_any_length(kind: Any) -> None:
    assert refused(raw(field(kind), (1, number(1 << 40) + b"\0"))).startswith("an Avro schema with an array")


def test_a_schema_cannot_promise_any_number_of_values_without_bytes() -> None:
    kind: Any = "null"
    for n in range(20):
        both = [{"name": "a", "type": kind}, {"name": "b", "type": f"R{n - 1}" if n else "null"}]
        kind = {"type": "record", "name": f"R{n}", "fields": both}
    assert "values that take no bytes" in refused(raw(field(kind), (1, b"\0")))


@pytest.mark.parametrize("text", [b"", b"no", b"[" * 100_000, b'{"type": "record"}', b'{"type": 3}', b"7"], ids=repr)
def test_a_schema_that_is_none_is_a_sentence(text: bytes) -> None:
    assert refused(raw(text, (1, b"\0"))).startswith("an Avro schema that is none")


def test_a_schema_is_not_deeper_than_any_row() -> None:
    kind: Any = "string"
    for _ in range(100):
        kind = {"type": "array", "items": kind}
    assert "levels" in refused(raw(field(kind), (1, b"\0")))


def test_what_a_block_claims_is_not_read_before_it_is_believed(tmp_path: Path) -> None:
    source, claimed = tmp_path / "a.avro", 3 << 30
    head = raw(field("string"))
    with source.open("wb") as sparse:
        sparse.write(head + number(1) + number(claimed))
        sparse.truncate(len(head) + claimed + 100)
    with pytest.raises(Unreadable, match="an Avro block of more than"):
        write_avro_lines(source, tmp_path / "a.jsonl")


def test_a_second_stream_in_a_block_is_not_expanded_uncounted() -> None:
    packed = bz2.compress(b"\x02a") + bz2.compress(b"\x02a" * 10)
    assert "several compressed streams" in refused(raw(field("string"), (1, packed), codec="bzip2"))


def logical(kind: str, logical: str, *values: int) -> list[Any]:
    content = raw(field({"type": kind, "logicalType": logical}), (len(values), b"".join(map(number, values))))
    return [record["x"] for record in read(content)]


def test_a_date_outside_of_pythons_calendar_spoils_nothing() -> None:
    assert logical("int", "date", 1, 10_000_000, -2_147_472_691) == ["1970-01-02", 10_000_000, -2_147_472_691]
    assert logical("long", "timestamp-millis", 1, 864_000_000_000_000) == [
        "1970-01-01T00:00:00.001000+00:00",
        "29349-01-26T00:00:00+00:00",
    ]
    assert logical("long", "timestamp-micros", -(2**63), 9_223_372_036_825_200_000) == ["-infinity", "infinity"]
    assert logical("long", "local-timestamp-micros", -63_517_820_276_999_996) == ["-0043-03-15T01:02:03.000004"]
    assert logical("long", "time-micros", 1, 90_000_000_000) == ["00:00:00.000001", "25:00:00.000000"]


def test_a_far_date_lands_from_avro_as_it_does_from_json(scene: Scene) -> None:
    when = {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}}
    day = {"name": "day", "type": {"type": "int", "logicalType": "date"}}
    scene.mesh = mesh_of([{"name": "id", "type": "string"}, *({**c, "type": ["null", c["type"]]} for c in (when, day))])
    rows = [(864_000_000_000_000_000, 10_000_000), (-63_517_820_276_999_996, -1_000_000), (0, 0), (2**63 - 1, 2**31)]
    events = [
        {**change("c", f"k{n}", n + 1), "after": {"id": f"k{n}", "at": a, "day": d}}
        for n, (a, d) in enumerate(rows[:3])
    ]
    scene.put("one.jsonl", lines(events))
    assert scene.counts() == (3, 3, 0, 0, 0)
    plain = [{"name": "id", "type": "string"}, {"name": "at", "type": "long"}, {"name": "day", "type": "int"}]
    content = avro(events, plain, "null")
    blocks = content[content.index(content[-16:]) + 16 :]
    header = avro([], [plain[0], when, day], "null")
    scene.put("two.avro", header[:-16] + content[-16:] + blocks)
    assert scene.counts() == (3, 0, 3, 0, 0)
