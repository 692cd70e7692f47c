"""Envelopes have the shape that a connector was seen to write."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fastavro
import pytest

from mesh_platform.demo.change import COLUMNS, Change
from mesh_platform.demo.envelope import avro_schema, envelope, heartbeat, lines, lsn
from mesh_platform.demo.shop import simulate
from mesh_platform.environment import PROJECT_ROOT

SEEN = json.loads(Path(__file__).with_name("envelope.json").read_text())
"""As Debezium 3.6.3 wrote it of a PostgreSQL 18 table, in the columns of the shop."""
START = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def changes() -> list[Change]:
    return list(simulate(1, START, START + timedelta(days=9)))


def test_an_envelope_has_the_keys_of_a_real_one_in_their_order(changes: list[Change]) -> None:
    for change in changes:
        made = json.loads(lines(change)[0])
        assert list(made) == list(SEEN)
        assert list(made["source"]) == list(SEEN["source"])


def test_its_values_have_the_types_of_a_real_one(changes: list[Change]) -> None:
    made = envelope(next(c for c in changes if c.op == "c"))
    for key, value in SEEN["source"].items():
        assert type(made["source"][key]) is type(value), key
    for key in ("ts_ms", "ts_us", "ts_ns", "op", "transaction", "before"):
        assert type(made[key]) is type(SEEN[key]), key


def test_times_are_iso_with_six_digits_and_a_z(changes: list[Change]) -> None:
    for change in changes:
        for column in ("created_at", "updated_at") if change.row else ():
            assert change.row is not None
            text = str(change.row[column])
            assert (len(text), text[-1]) == (len(SEEN["after"]["created_at"]), "Z")
            datetime.fromisoformat(text)


def test_the_sequence_is_a_json_text_of_the_commit_before_and_this_one(changes: list[Change]) -> None:
    for change in changes:
        before, this = json.loads(envelope(change)["source"]["sequence"])
        assert int(this) == lsn(change)
        assert before is None if change.snapshot == "first" else int(before) < int(this)


def test_a_later_commit_has_a_greater_lsn(changes: list[Change]) -> None:
    streamed = sorted((c for c in changes if c.op != "r"), key=lambda c: c.committed)
    places = [lsn(c) for c in streamed]
    assert places == sorted(places)
    of_a_key: dict[tuple[str, str], int] = {}
    for change in streamed:
        assert of_a_key.get((change.table, change.key), 0) <= lsn(change)
        of_a_key[change.table, change.key] = lsn(change)


def test_a_delete_knows_only_the_key_and_is_followed_by_a_tombstone(changes: list[Change]) -> None:
    deleted = [c for c in changes if c.op == "d"]
    assert deleted
    for change in deleted:
        record, tombstone = lines(change)
        made = json.loads(record)
        assert (made["before"], made["after"], tombstone) == ({"id": change.key}, None, "null")


def test_an_update_does_not_know_the_row_before_it(changes: list[Change]) -> None:
    assert all(envelope(c)["before"] is None for c in changes if c.op != "d")


def test_a_heartbeat_is_a_time_in_milliseconds() -> None:
    assert json.loads(heartbeat(1_795_414_134_607_981)) == {"ts_ms": 1_795_414_134_607}


def test_the_rows_have_the_columns_that_the_mesh_declares_for_them(changes: list[Change]) -> None:
    for table, columns in COLUMNS.items():
        schema = json.loads((PROJECT_ROOT / f"domains/orders/sources/public.{table}.avsc").read_text())
        assert list(columns) == [f["name"] for f in schema["fields"]]
        assert [c.endswith("?") for c in columns.values()] == [isinstance(f["type"], list) for f in schema["fields"]]
        assert all(list(c.row) == list(columns) for c in changes if c.table == table and c.row)


@pytest.mark.parametrize("table", list(COLUMNS))
def test_the_avro_schema_holds_every_envelope_unchanged(table: str, changes: list[Change]) -> None:
    records = [envelope(c) for c in changes if c.table == table][:500]
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema(avro_schema(table)), records)
    out.seek(0)
    for read, made in zip(fastavro.reader(out), records, strict=True):
        if made["op"] == "d":
            assert read["before"]["id"] == made["before"]["id"]
        else:
            assert read == made
