"""A real Debezium on a real PostgreSQL, stopped, killed and restarted: what lands is what the database holds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.demo.extra import missing
from mesh_platform.landing.records.gap import transaction_gaps
from mesh_platform.landing.records.report import LandingReport
from mesh_platform.warehouse.duckdb import open_duckdb
from tests.landing.scene import SYSTEM, THING, Scene, mesh_of, text

absent = missing()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(absent), reason=f"the extra `postgres` is not installed: {', '.join(absent)}"),
]

BIG = 20_000
"""Characters: more than fit into a page, so PostgreSQL keeps them apart and does not repeat them."""

COLOUR = text("colour")
DRAFT = [{"name": "id", "type": "string"}, text("body")]


def kind(name: str, of: Any) -> dict[str, Any]:
    return {"name": name, "type": ["null", of], "default": None}


def logical(name: str, base: str, logical_type: str, **more: Any) -> dict[str, Any]:
    return kind(name, {"type": base, "logicalType": logical_type, **more})


SAMPLE = [
    {"name": "id", "type": "string"},
    logical("price", "bytes", "decimal", precision=12, scale=3),
    text("free_number"),
    logical("moment", "long", "timestamp-micros"),
    logical("wall_clock", "long", "local-timestamp-micros"),
    logical("wall_clock_3", "long", "local-timestamp-millis"),
    logical("day", "int", "date"),
    logical("time_of_day", "long", "time-micros"),
    kind("picture", "bytes"),
    text("document"),
    text("document_b"),
    kind("words", {"type": "array", "items": ["null", "string"]}),
    kind("numbers", {"type": "array", "items": "int"}),
    logical("number", "string", "uuid"),
    text("duration"),
    kind("ratio", "double"),
    kind("small_ratio", "float"),
    kind("small", "int"),
    kind("yes", "boolean"),
    kind("mood", {"type": "enum", "name": "Mood", "symbols": ["sad", "ok"]}),
    text("address"),
    text("span"),
]
SAMPLE_COLUMNS = [c["name"] for c in SAMPLE]
ENDS = "select id, moment::varchar, wall_clock::varchar, day::varchar"
AS_TEXT = ("free_number", "document", "document_b", "number", "duration", "mood", "address", "span")

TABLES = """
create type mood as enum ('sad', 'ok');
create table things (id text primary key, size bigint, body text, note text default 'as usual');
alter table things alter body set storage external;
create table drafts (id text primary key, body text);
create table uncaptured (id int primary key);
create table samples (id text primary key, price numeric(12, 3), free_number numeric, moment timestamptz,
    wall_clock timestamp, wall_clock_3 timestamp(3), day date, time_of_day time, picture bytea, document json,
    document_b jsonb, words text[], numbers int[], number uuid, duration interval, ratio float8, small_ratio real,
    small smallint, yes boolean, mood mood, address inet, span int4range);
"""
A_SAMPLE = """('{id}', {sign}1234.5, {sign}0.00000000000000000001, '2026-01-01 10:00:00.123456+02',
    '1969-12-31 23:59:59.5', '2026-01-01 10:00:00.123', '1815-06-18', '10:11:12.123456', '\\x0001ff',
    '{{"a": [1, "ü"]}}', '{{"b":  null}}', array['x', 'y,"z', null, ''], array[1, {sign}2],
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '1 year 2 mons 3 days 04:05:06.789',
    {sign}1.5e300, 1.25, {sign}7, true, 'ok', '10.0.0.1/8', '[1,5)')"""


def sample(name: str, sign: str = "") -> str:
    return f"insert into samples values {A_SAMPLE.format(id=name, sign=sign)}"


BEFORE_THE_CAPTURE = (
    TABLES,
    f"insert into things select x, 1, repeat(x, {BIG}), x from unnest(array['a', 'b', 'c', 'd', 'e']) x",
    "insert into drafts values ('x', 'first'), ('y', 'second')",
    "insert into uncaptured values (1)",
    sample("before"),
)
WHILE_IT_STREAMS = (
    "insert into things values ('f', 6, 'short', null)",
    """update things set size = 10 where id = 'a'; update things set size = 11, note = 'twice' where id = 'a';
       delete from things where id = 'c'; insert into things values ('c', 3, 'again', 'reborn')""",
    "update things set note = 'the big one is not repeated' where id = 'b'",
    "update things set id = 'd2' where id = 'd'",
    "begin; insert into things values ('never', 0, '', ''); rollback",
    sample("streamed", "-"),
    "insert into samples (id, ratio, small_ratio) values ('odd', 'nan', '-infinity')",
    """insert into samples (id, moment, wall_clock, day) values
       ('ever', 'infinity', 'infinity', 'infinity'), ('never', '-infinity', '-infinity', '-infinity')""",
    "update samples set words = '{}', picture = '', document = 'null' where id = 'before'",
)
WHILE_IT_IS_DOWN = (
    "delete from things where id = 'e'",
    f"update things set body = repeat('B', {BIG}) where id = 'b'",
    "insert into things select 'n' || n, n, 'many', null from generate_series(1, 50) n",
    "update things set size = size + 1",
    "truncate drafts",
    "insert into drafts values ('x', 'after the truncate')",
)
A_COLUMN_IS_ADDED = (
    "alter table things add column colour text",
    "update things set colour = 'blue' where id in ('a', 'b')",
    "insert into things values ('g', 7, 'new', 'note', 'green'), ('h', 8, 'new', 'note', null)",
    "update things set note = 'unchanged colour' where id = 'b'",
    "delete from things where id = 'g'",
    "insert into things select 'm' || n, n, 'many more', null, 'pink' from generate_series(1, 200) n",
)
AFTER_THE_KILL = (
    "delete from things where id = 'f'; insert into things values ('f', 66, 'f', null, 'yellow')",
    "update things set id = 'b2' where id = 'b'",
    "update things set colour = null where id = 'a'",
    "delete from samples where id = 'streamed'",
)


@dataclass
class History:
    """What was landed after each act, and what the database held in the end."""

    scene: Scene
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    landed: list[LandingReport] = field(default_factory=list)
    kept_beside: list[tuple[Any, ...]] = field(default_factory=list)
    resolved: list[tuple[Any, ...]] = field(default_factory=list)
    noted: bool = False
    """Whether the connector had noted the last act before it was killed, although told to wait an hour."""

    def land(self) -> None:
        """Landing, as it is when the files are there; later files do not wait for a later clock."""
        self.landed.append(self.scene.land())


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """All of it once, in four acts: streamed, stopped; restarted, killed before it noted how far it got; restarted."""
    from tests.landing.postgres import captured

    home = tmp_path_factory.mktemp("debezium")
    more = {"public.drafts": DRAFT, "public.samples": SAMPLE}
    with open_duckdb(home / "warehouse.duckdb") as warehouse:
        told = History(Scene(home, warehouse, mesh_of(THING, more=more)))
        with captured(told.scene, ("public.things", "public.drafts", "public.samples")) as capture:
            capture.run(*BEFORE_THE_CAPTURE)
            capture.start()
            capture.run(*WHILE_IT_STREAMS)
            capture.delivered()
            told.land()
            told.resolved = told.scene.changes("id, length(body), _cdc_unavailable")
            capture.stop()
            capture.run(*WHILE_IT_IS_DOWN)
            capture.start(commit_seconds=3600)  # it notes the first batch, and then nothing for an hour
            capture.delivered()
            told.land()
            noted = capture.noted()
            capture.run(*A_COLUMN_IS_ADDED)
            capture.delivered()
            told.land()
            told.kept_beside = told.scene.changes("id, _cdc_op, _cdc_extra")
            capture.kill()
            told.noted = capture.noted() != noted
            capture.run(*AFTER_THE_KILL)
            capture.start()
            capture.delivered()
            told.rows = {t: capture.rows(f"select * from {t}") for t in ("things", "drafts")}
            listed = ", ".join(f"{c}::text" if c in AS_TEXT else c for c in SAMPLE_COLUMNS)
            capture.run("alter database orders set intervalstyle = 'iso_8601'")
            told.rows["samples"] = capture.rows(f"select {listed} from samples where id not in ('ever', 'never')")
            told.rows["ends"] = capture.rows(f"{ENDS} from samples where id in ('ever', 'never')")
        told.scene.mesh = mesh_of([*THING, COLOUR], more=more)
        told.land()
        yield told


def current(history: History, table: str, columns: str) -> list[tuple[Any, ...]]:
    return [
        tuple(_plain(v) for v in row)
        for row in sorted(
            history.scene.warehouse.query(f"select {columns} from {table} where not _cdc_deleted"), key=str
        )
    ]


def _plain(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value


def test_the_current_state_is_the_database_row_for_row(history: History) -> None:
    assert len(history.rows["things"]) > 50
    assert current(history, "shop_cdc.things", "id, size, body, note, colour") == history.rows["things"]


def test_every_type_comes_through_as_it_is(history: History) -> None:
    theirs = [tuple(map(_plain, row)) for row in history.rows["samples"]]
    ours = current(history, "(from shop_cdc.samples where day is null or isfinite(day))", ", ".join(SAMPLE_COLUMNS))
    assert [str(row) for row in ours] == [str(row) for row in theirs]  # nan is not equal to itself


def test_times_without_end_stay_so(history: History) -> None:
    ours = sorted(history.scene.warehouse.query(f"{ENDS} from shop_cdc.samples where not isfinite(day)"))
    assert ours == history.rows["ends"] and len(ours) == 2


def test_a_truncated_table_holds_what_came_after(history: History) -> None:
    assert current(history, "shop_cdc.drafts", "id, body") == history.rows["drafts"] == [("x", "after the truncate")]


def test_nothing_is_quarantined_and_everything_is_counted(history: History) -> None:
    assert history.scene.reasons() == []
    for report in history.landed:
        rows = report.rows
        assert rows.read == rows.applied + rows.duplicate + rows.skipped + rows.quarantined
        assert rows.applied
        assert report.unreachable == {}


def test_a_connector_that_stopped_decently_repeats_nothing(history: History) -> None:
    assert [report.rows.duplicate for report in history.landed[:3]] == [0, 0, 0]


def test_a_killed_connector_repeats_all_it_had_not_noted_and_all_of_it_is_recognised(history: History) -> None:
    assert history.landed[2].rows.applied > 200
    assert history.landed[3].rows.duplicate == (0 if history.noted else history.landed[2].rows.applied)


def test_every_commit_is_in_the_change_log_once(history: History) -> None:
    log = history.scene.changes("id, _cdc_op", "shop_cdc.things__changes")
    assert log.count(("d", "d")) == log.count(("d2", "c")) == 1  # the key that changed
    assert [op for key, op in log if key == "f"].count("c") == 2
    assert not any(key == "never" for key, _ in log)
    assert len([1 for key, op in log if key == "n7"]) == 2


def test_what_was_too_big_to_be_repeated_is_filled_in(history: History) -> None:
    assert ("b", BIG, ["body"]) in history.resolved
    assert ("d2", BIG, None) in history.resolved or ("d2", BIG, ["body"]) in history.resolved
    assert not history.scene.changes("id", "shop_cdc.things__changes where body like '%unavailable%'")


def test_a_column_the_schema_does_not_know_is_kept_and_then_taken_in(history: History) -> None:
    assert ("a", "u", '{"colour":"blue"}') in history.kept_beside
    assert ("h", "c", '{"colour":null}') in history.kept_beside
    assert not [extra for (extra,) in history.scene.changes("_cdc_extra") if extra]
    colours = history.scene.changes("_cdc_op, colour", "shop_cdc.things__changes where id = 'a' and _cdc_op = 'u'")
    assert [c for _, c in colours].count("blue") == 1


def test_every_transaction_is_whole(history: History) -> None:
    """None was missing anything after a landing of all files, whatever was repeated after the kill."""
    told = history.scene.warehouse.query("select count(distinct transaction_id) from mesh_landing.transactions")
    assert told[0][0] > 20
    assert transaction_gaps(history.scene.warehouse, [SYSTEM]) == {}


def test_the_connector_s_signs_of_life_are_known(history: History) -> None:
    [(beat,)] = history.scene.warehouse.query("select count(*) from mesh_landing.heartbeats")
    assert beat == 1


def test_files_are_whole_and_leave_nothing_half_written_behind(history: History) -> None:
    zone = Path(history.scene.home) / "landing"
    files = [p for p in zone.rglob("*") if p.is_file()]
    assert {p.suffix for p in files} == {".jsonl"}
    assert all(p.read_bytes().endswith(b"\n") for p in files)
