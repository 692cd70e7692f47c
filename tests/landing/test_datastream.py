"""Google Datastream's files: the same changes, told otherwise, in the same tables."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from tests.landing.datastream_scene import datastream, datastream_avro, event, position
from tests.landing.scene import THING, Scene, change, gzipped, lines, mesh_of
from tests.landing.test_land_law import delivery

FOLDER = "public_things/2026/11/23/06/08"
ORDERS = [change("c", "a", 10, size=1), change("u", "a", 20, size=2), change("d", "b", 30), change("r", "c", 5)]


@pytest.fixture
def stream(scene: Scene) -> Scene:
    scene.mesh = mesh_of(connector="datastream")
    return scene


def expected(scene: Scene, envelopes: list[Any]) -> tuple[Any, ...]:
    """The tables that Debezium's telling of these changes comes to."""
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        other = Scene(Path(folder), DuckDbWarehouse(connection))
        other.put("all.jsonl", lines(envelopes))
        other.land()
        return other.state(), other.changes()


@pytest.mark.parametrize("folder", [FOLDER, "public.things", "public.things/2026/11"])
def test_json_avro_and_gzip_in_either_folder_come_to_what_debezium_tells(stream: Scene, folder: str) -> None:
    told = expected(stream, ORDERS)
    events = [datastream(e) for e in ORDERS]
    stream.put("1_postgresql-cdc_1.jsonl", lines(events), folder)
    assert stream.counts() == (4, 4, 0, 0, 0)
    assert (stream.state(), stream.changes()) == told
    stream.put("2_postgresql-cdc_1.jsonl.gz", gzipped(events), folder)
    stream.put("3_postgresql-cdc_1.avro", datastream_avro(events), folder)
    assert stream.counts() == (8, 0, 8, 0, 0)
    assert (stream.state(), stream.changes()) == told
    assert stream.warehouse.query("select distinct source_table from mesh_landing.ledger") == [("public.things",)]


@given(st.integers(0, 2**32), st.integers(1, 14))
@settings(max_examples=15, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_every_delivery_of_a_history_comes_to_what_debezium_tells(seed: int, steps: int) -> None:
    landings = delivery(Random(seed), steps)[1]
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set threads = 1")
        scenes = [
            Scene(Path(folder) / c, DuckDbWarehouse(connection.cursor()), mesh_of(connector=c))
            for c in ("debezium", "datastream")
        ]
        for n, scene in enumerate(scenes):
            scene.warehouse.execute(f"attach ':memory:' as w{n}")
            scene.warehouse.execute(f"use w{n}")
        for landing in landings:
            for name, records in landing:
                scenes[0].put(f"{name}.jsonl", lines(records))
                scenes[1].put(f"{name}.jsonl", lines(map(datastream, records)))
            assert scenes[0].counts() == scenes[1].counts()
        assert scenes[0].state() == scenes[1].state()
        assert scenes[0].changes() == scenes[1].changes()


def test_the_log_tells_the_order_and_neither_files_nor_clocks(stream: Scene) -> None:
    late = event("u", "16/B374D848", {"id": "a", "size": 3}, micros=1)
    stream.put("z.jsonl", lines([late]), FOLDER)
    stream.land()
    stream.put("a.jsonl", lines([event("u", "15/FFFFFFFF", {"id": "a", "size": 2}, micros=2)]), FOLDER)
    assert stream.counts() == (1, 1, 0, 0, 0)
    assert stream.state(columns="id, size, _cdc_lsn") == [("a", 3, 0x16_B374D848)]


def test_a_position_is_taken_from_the_sort_keys_where_it_is_told_only_there(stream: Scene) -> None:
    told = event("c", "1/A", {"id": "a"})
    del told["source_metadata"]["lsn"]
    stream.put("a.jsonl", lines([told]), FOLDER)
    assert stream.counts() == (1, 1, 0, 0, 0)
    assert stream.state(columns="_cdc_lsn") == [(0x1_0000000A,)]


def test_a_backfill_without_a_position_overwrites_nothing_and_resurrects_nothing(stream: Scene) -> None:
    stream.put("a.jsonl", lines([event("u", "0/64", {"id": "a", "size": 9}), event("d", "0/65", {"id": "b"})]), FOLDER)
    stream.land()
    stream.put("b.jsonl", lines([event("r", None, {"id": k, "size": 1}, micros=10**15) for k in "abc"]), FOLDER)
    assert stream.counts() == (3, 3, 0, 0, 0)
    rows = stream.state(columns="id, size, _cdc_deleted, _cdc_op")
    assert rows == [("a", 9, False, "u"), ("b", 1, True, "d"), ("c", 1, False, "r")]


def test_backfills_without_a_position_are_in_the_order_they_were_made_in_whatever_arrives_first(stream: Scene) -> None:
    made = [event("r", lsn, {"id": "a", "size": size}, micros=m) for m, size, lsn in ((1, 1, None), (2, 2, ""))]
    again = event("r", None, {"id": "a", "size": 1}, micros=3)
    for name, told in (("x", again), ("y", made[1]), ("z", made[0])):
        stream.put(f"{name}.jsonl", lines([told]), FOLDER)
        assert stream.counts() == (1, 1, 0, 0, 0)
    stream.put("redelivered.jsonl", lines([*made, again]), FOLDER)
    assert stream.counts() == (3, 0, 3, 0, 0)
    assert stream.state(columns="size, _cdc_lsn, _cdc_source_timestamp") == [
        (1, 0, datetime(1970, 1, 1, 0, 0, 0, 3, tzinfo=UTC))
    ]


@pytest.mark.parametrize(
    ("change_type", "deleted", "op"),
    [
        ("INSERT", False, "c"),
        ("UPDATE", False, "u"),
        ("UPDATE-INSERT", False, "u"),
        ("UPDATE-DELETE", True, "d"),
        ("DELETE", True, "d"),
        ("DELETE", None, "d"),
    ],
)
def test_every_kind_of_change_has_its_op(stream: Scene, change_type: str, deleted: bool | None, op: str) -> None:
    told = event("c", "0/A", {"id": "a"}, change_type=change_type, is_deleted=deleted)
    stream.put("a.jsonl", lines([told]), FOLDER)
    assert stream.counts() == (1, 1, 0, 0, 0)
    assert stream.changes("_cdc_op") == [(op,)]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (event("MERGE", "0/A", {"id": "a"}), "unknown op `MERGE`"),
        (event("c", "16/XYZ", {"id": "a"}), "no source position: `source.lsn` is `16/XYZ`"),
        (event("c", None, {"id": "a"}), "no source position: `source.lsn` is missing"),
        (event("c", "0/A", None), "op `c` without `after`"),
        (event("c", "0/A", {"id": "a", "size": "many"}), "column `size` is `many`; the row schema says long or null"),
    ],
)
def test_what_cannot_be_used_is_kept_whole_with_its_reason(stream: Scene, told: Any, reason: str) -> None:
    stream.put("a.jsonl", lines([told]), FOLDER)
    assert stream.counts() == (1, 0, 0, 0, 1)
    assert stream.reasons() == [reason]
    (kept,) = stream.warehouse.query("select raw from mesh_landing.quarantine")
    assert bytes(kept[0]) + b"\n" == lines([told])


def test_events_of_other_tables_are_skipped_and_their_folders_are_looked_through(stream: Scene) -> None:
    other = event("c", "0/A", {"id": "a"}, table="elsewhere")
    stream.put("a.jsonl", lines([other]), FOLDER)
    stream.put("a.jsonl", lines([other]), "public_elsewhere/2026")
    assert stream.counts() == (2, 0, 0, 2, 0)


def test_a_folder_that_could_be_either_of_two_tables_is_left_alone_and_told(stream: Scene) -> None:
    stream.mesh = mesh_of(connector="datastream", more={"a.b_c": THING, "a_b.c": THING})
    stream.put("x.jsonl", lines([event("c", "0/A", {"id": "a"}, table="b_c", schema="a")]), "a_b_c")
    stream.put("x.jsonl", lines([event("c", "0/A", {"id": "a"}, table="b_c", schema="a")]), "a.b_c")
    report = stream.land()
    assert (report.rows.read, report.rows.applied) == (1, 1)
    reason = "its files may be `a.b_c` or `a_b.c`'s; name the folder as the table is named"
    assert report.unreachable["shop_db.a_b_c"] == reason


def test_a_row_that_speaks_of_source_metadata_is_still_debeziums(scene: Scene) -> None:
    scene.put("a.jsonl", lines([change("c", "a", 10, body='"source_metadata"')]))
    assert scene.counts() == (1, 1, 0, 0, 0)


AT = {"type": "long", "logicalType": "timestamp-micros"}
TIMES = [
    {"name": "zoned", "type": ["null", AT]},
    {"name": "local", "type": ["null", {"type": "long", "logicalType": "local-timestamp-micros"}]},
    {"name": "price", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}]},
    {"name": "told", "type": ["null", "string"]},
]


def test_the_types_that_datastream_made_itself_are_decoded_alike_from_json_and_avro(stream: Scene) -> None:
    stream.mesh = mesh_of([THING[0], *TIMES], connector="datastream")
    row = {"id": "a", "zoned": "2026-11-05T18:19:39.044331Z", "local": "2026-11-05T18:19:39.044331", "price": 12.5}
    stream.put("a.jsonl", lines([event("c", "0/A", {**row, "told": {"b": [1, 2]}})]), FOLDER)
    stream.land()
    zoned = {"name": "zoned", "type": ["null", {"type": "record", "name": "timestampTz", "fields": [
        {"name": "timestamp", "type": AT}, {"name": "offset", "type": "int"}]}]}  # fmt: skip
    local = {"name": "local", "type": ["null", {"type": "record", "name": "datetime", "fields": [
        {"name": "date", "type": "int", "logicalType": "date"},
        {"name": "time", "type": "long", "logicalType": "time-micros"}]}]}  # fmt: skip
    told = {"name": "told", "type": ["null", {"type": "string", "logicalType": "json"}]}
    moment = datetime.fromisoformat(row["zoned"])
    micros = int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000 + 0.5)
    binary = {"id": "a", "zoned": {"timestamp": moment, "offset": 3_600_000}, "price": None, "told": '{"b":[1,2]}'}
    binary["local"] = {"date": micros // 86_400_000_000, "time": micros % 86_400_000_000}
    again = event("u", "0/B", binary)
    stream.put("b.avro", datastream_avro([again], [THING[0], zoned, local, TIMES[2], told]), FOLDER)
    assert stream.counts() == (1, 1, 0, 0, 0)
    columns = "_cdc_lsn, zoned, local, told"
    assert stream.changes(columns) == [(lsn, moment, moment.replace(tzinfo=None), '{"b":[1,2]}') for lsn in (10, 11)]


def test_positions_are_told_as_postgresql_tells_them() -> None:
    assert position(0x16_B374D848) == "16/B374D848"


def test_a_source_timestamp_without_end_spoils_nothing(scene: Scene) -> None:
    scene.mesh = mesh_of(connector="datastream")
    good, far = event("c", "0/1", {"id": "a"}), {**event("c", "0/2", {"id": "b"}), "source_timestamp": 2**63 - 1}
    scene.put("one.jsonl", lines([good, far]))
    assert scene.counts() == (2, 2, 0, 0, 0)
