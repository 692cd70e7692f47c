"""The connector is set so that nothing the database says is lost on the way to a file."""

from pathlib import Path

from mesh_platform.demo.connector import Connector, properties, read_connector, write_connector

CONNECTOR = Connector(
    port=5432, password="p", database="orders", tables=("public.orders", "public.returns"), zone="z", work="w"
)


def test_the_settings_that_keep_truncates_nulls_numbers_and_transactions() -> None:
    told = properties(CONNECTOR)
    assert told["skipped.operations"] == "none"
    assert told["value.converter.replace.null.with.default"] == "false"
    assert told["decimal.handling.mode"] == "string"
    assert told["provide.transaction.metadata"] == "true"
    assert told["table.include.list"] == "public.orders,public.returns"


def test_how_often_it_writes_beats_and_notes_is_in_milliseconds() -> None:
    told = properties(CONNECTOR)
    assert (told["poll.interval.ms"], told["heartbeat.interval.ms"]) == ("1000", "60000")
    assert told["offset.flush.interval.ms"] == "0"


def test_what_is_kept_for_its_program_is_read_back_and_is_nobody_else_s(tmp_path: Path) -> None:
    connector = Connector(**{**CONNECTOR.__dict__, "work": str(tmp_path / "work")})
    path = write_connector(connector)
    assert read_connector(path) == connector
    assert path.stat().st_mode & 0o077 == 0
