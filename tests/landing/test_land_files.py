"""Files as they arrive: every format, every state of brokenness, and every generation exactly once."""

import gzip
import json
import os
from errno import EIO, EMFILE, ENFILE, ENOMEM, ESTALE
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.landing import batch
from mesh_platform.landing.files.lines import LONGEST_LINE, clean
from tests.landing.scene import Scene, avro, change, envelope, gzipped, lines

ORDERS = [change("c", "a", 10, size=1), change("u", "a", 20, size=2), change("c", "b", 30, note="x")]


def test_the_three_formats_come_to_the_same_tables(scene: Scene) -> None:
    scene.put("one.jsonl", lines(ORDERS))
    assert scene.counts() == (3, 3, 0, 0, 0)
    state, log = scene.state(), scene.changes()
    scene.put("two.jsonl.gz", gzipped(ORDERS))
    scene.put("three.avro", avro(ORDERS))
    assert scene.counts() == (6, 0, 6, 0, 0)
    assert (scene.state(), scene.changes()) == (state, log)


def test_landing_again_reads_nothing(scene: Scene) -> None:
    scene.put("one.jsonl", lines(ORDERS))
    scene.land()
    assert scene.counts() == (0, 0, 0, 0, 0)


def test_a_rewritten_file_is_read_again_and_only_its_news_is_applied(scene: Scene) -> None:
    scene.put("one.jsonl", lines(ORDERS))
    scene.land()
    scene.put("one.jsonl", lines([*ORDERS, change("u", "b", 40, note="y")]))
    assert scene.counts() == (4, 1, 3, 0, 0)
    assert scene.state(columns="id, note") == [("a", None), ("b", "y")]


def test_hidden_marker_and_unfinished_files_are_no_files(scene: Scene) -> None:
    for name in (".hidden.jsonl", "_SUCCESS", "half.jsonl.tmp", "_temporary/part.jsonl", ".git/x.jsonl"):
        scene.put(name, lines(ORDERS))
    assert scene.land().files == 0


def test_names_that_mean_something_to_a_shell_are_only_names(scene: Scene) -> None:
    for n, name in enumerate(
        ("a*b.jsonl", "c?.jsonl", "[d].jsonl", "it's.jsonl", 'say "hi".jsonl', "sp ace.jsonl", "é.jsonl")
    ):
        scene.put(name, lines([change("c", f"k{n}", 10 + n)]))
    assert scene.counts() == (7, 7, 0, 0, 0)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.jsonl.gz", gzip.compress(lines(ORDERS))[:-9]),
        ("no.jsonl.gz", b"this is not gzip"),
        ("cut.avro", avro(ORDERS)[:-5]),
        ("no.avro", b"Obj\x01 and then nonsense"),
        ("table.csv", b"id,size\n1,2\n"),
        ("rows.parquet", b"PAR1"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_row_read_and_one_quarantined(
    scene: Scene, name: str, content: bytes
) -> None:
    scene.put(name, content)
    scene.put("good.jsonl", lines([change("c", "z", 99)]))
    assert scene.counts() == (2, 1, 0, 0, 1)
    assert scene.warehouse.query("select path like ?, state from mesh_landing.ledger order by state", [f"%{name}"]) == [
        (False, "landed"),
        (True, "quarantined"),
    ]
    assert len(scene.reasons()) == 1


@pytest.mark.parametrize(
    "line",
    [
        '{"half": ',
        "[1, 2]",
        '"text"',
        json.dumps(change("c", "x", 5, size="many")),
        json.dumps({**change("c", "x", 5), "op": "z"}),
        json.dumps(
            {"before": None, "after": {"size": 3}, **{k: change("c", "x", 5)[k] for k in ("source", "op", "ts_ms")}}
        ),
        "[" * 5000,
    ],
    ids=["cut", "a list", "a string", "a misfit", "an unknown op", "no key", "deep"],
)
def test_a_record_that_cannot_be_used_is_kept_whole_with_its_reason(scene: Scene, line: str) -> None:
    scene.put("mixed.jsonl", lines([ORDERS[0], line, ORDERS[2]]))
    assert scene.counts() == (3, 2, 0, 0, 1)
    kept = scene.warehouse.query("select record, raw from mesh_landing.quarantine")
    assert [(record, bytes(raw).decode()) for record, raw in kept] == [(2, line)]


def test_tombstones_heartbeats_transactions_and_other_tables_are_skipped_and_counted(scene: Scene) -> None:
    begin = {"status": "BEGIN", "id": "7:1", "event_count": None, "data_collections": None, "ts_ms": 1_795_414_134_700}
    message = {"op": "m", "ts_ms": 1, "source": ORDERS[0]["source"], "message": {"prefix": "p", "content": "eA=="}}
    other = envelope("c", 50, after={"id": "q"}, table="elsewhere")
    scene.put("mixed.jsonl", lines(["null", {"ts_ms": 1_795_414_134_700}, begin, message, other, ORDERS[0]]))
    assert scene.counts() == (6, 1, 0, 5, 0)
    assert scene.warehouse.query("select system, epoch_ms(last_heartbeat_at) from mesh_landing.heartbeats") == [
        ("shop_db", 1_795_414_134_700)
    ]


def test_a_deleted_row_stays_marked_with_what_was_last_known(scene: Scene) -> None:
    scene.put("one.jsonl", lines([*ORDERS, change("d", "a", 40), "null"]))
    scene.land()
    assert scene.state(columns="id, size, _cdc_deleted") == [("a", 2, True), ("b", None, False)]


def test_a_snapshot_never_overwrites_what_streamed_later_and_never_resurrects(scene: Scene) -> None:
    scene.put("one.jsonl", lines([change("u", "a", 50, size=9), change("d", "b", 60)]))
    scene.land()
    scene.put("two.jsonl", lines([change("r", "a", 40, size=1), change("r", "b", 40, size=1)]))
    scene.land()
    assert scene.state(columns="id, size, _cdc_deleted")[0] == ("a", 9, False)
    assert scene.state(columns="id, _cdc_deleted")[1] == ("b", True)


def test_a_later_position_wins_whatever_the_files_and_clocks_say(scene: Scene) -> None:
    scene.put("z.jsonl", lines([change("u", "a", 30, size=3)]))
    scene.land()
    scene.put("a.jsonl", lines([change("c", "a", 10, size=1), change("u", "a", 20, size=2)]))
    scene.land()
    assert scene.state(columns="id, size, _cdc_lsn") == [("a", 3, 30)]


def test_a_landing_that_breaks_off_leaves_everything_as_it_was(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.put("one.jsonl", lines(ORDERS))
    scene.land()
    before = (scene.state(), scene.changes(), scene.warehouse.query("from mesh_landing.ledger"))
    scene.put("two.jsonl", lines([change("u", "a", 70, size=7)]))
    real = scene.warehouse.execute

    def breaks(sql: str, parameters: object = ()) -> None:
        if "mesh_landing.ledger" in sql and "insert" in sql:
            raise KeyboardInterrupt
        real(sql, parameters)  # type: ignore[arg-type]

    monkeypatch.setattr(scene.warehouse, "execute", breaks)
    with pytest.raises(KeyboardInterrupt):
        scene.land()
    monkeypatch.undo()
    assert (scene.state(), scene.changes(), scene.warehouse.query("from mesh_landing.ledger")) == before
    assert scene.counts() == (1, 1, 0, 0, 0)


def test_nobody_can_write_what_our_own_stagers_say_of_a_bad_line(scene: Scene) -> None:
    line = '{"_mesh_bad": "not JSON", "_mesh_raw": "AAAA", "precious": 1}'
    scene.put("one.jsonl", f"{line}\n")
    scene.land()
    [(reason, raw)] = scene.warehouse.query("select reason, raw from mesh_landing.quarantine")
    assert (reason, bytes(raw).decode()) == ("not a change record: it has no `op`", line)


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r\r\n", b"  \r\n", b"xx\n", b"x\n", b"xyz\r\n"], ids=repr)
def test_a_line_is_one_line_however_long_and_however_it_ends(end: bytes) -> None:
    lines: list[bytes] = []
    clean(BytesIO(b"x" * LONGEST_LINE + end + b"null\r\n"), lines.append)
    assert len(lines) == 2
    assert lines[1] == b"null\n"


def test_names_of_other_bytes_are_other_names(scene: Scene) -> None:
    folder = os.fsencode(scene.put("x.jsonl", lines([change("c", "x", 1)])).parent)
    told = [b"\xff", b"\\xff", b"\\\\xff", b"\\\xff", "é\\".encode(), b"a\\b"]
    for n, name in enumerate(told):
        Path(os.fsdecode(folder + b"/" + name + b".jsonl")).write_bytes(lines([change("c", f"k{n}", 2 + n)]))
    assert scene.counts() == (7, 7, 0, 0, 0)
    assert scene.counts() == (0, 0, 0, 0, 0)
    paths = {p.rsplit("/", 1)[1] for (p,) in scene.warehouse.query("select path from mesh_landing.ledger")}
    assert len(paths) == 7
    assert {"a\\b.jsonl", "é\\.jsonl", "x.jsonl"} <= paths


@pytest.mark.parametrize("code", [EMFILE, ENFILE, ENOMEM, EIO, ESTALE], ids=os.strerror)
@pytest.mark.parametrize("name", ["one.jsonl", "one.jsonl.gz", "one.avro"])
def test_an_error_that_passes_is_no_verdict(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, code: int, name: str
) -> None:
    content = {"one.jsonl": lines(ORDERS), "one.jsonl.gz": gzipped(ORDERS), "one.avro": avro(ORDERS)}[name]
    scene.put(name, content)
    real = Path.open

    def breaks(path: Path, *told: Any, **more: Any) -> Any:
        if path.name == name:
            raise OSError(code, os.strerror(code))
        return real(path, *told, **more)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "open", breaks)
        broken.setattr("gzip.open", breaks)
        report = scene.land()
    assert report.rows.read == 0
    assert report.unreachable["shop_db.public.things"].startswith("cannot be read now")
    assert scene.counts() == (3, 3, 0, 0, 0)


@pytest.mark.parametrize("gone", [("one",), ("one", "two", "three")])
def test_a_file_that_is_deleted_while_it_lands_costs_nothing_but_itself(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, gone: tuple[str, ...]
) -> None:
    paths = {name: scene.put(f"{name}.jsonl", lines([change("c", name, 10)])) for name in ("one", "two", "three")}
    parse = batch._parse

    def late(*given: Any) -> None:
        for name in gone:
            paths[name].unlink(missing_ok=True)
        parse(*given)

    monkeypatch.setattr(batch, "_parse", late)
    left = len(paths) - len(gone)
    assert scene.counts() == (left, left, 0, 0, 0)
    assert scene.warehouse.query("select count(*) from mesh_landing.ledger") == [(left,)]


def test_two_rows_on_one_position_are_two_whatever_their_texts_hold(scene: Scene) -> None:
    told = [change("c", "x", 10, body="1", note="b"), change("c", "x\x1fnote=b", 10, body="1")]
    told += [change("c", "y", 10, body="a\x1fnote=b"), change("c", "y", 10, body="a", note="b")]
    scene.put("one.jsonl", lines(told))
    assert scene.counts() == (4, 4, 0, 0, 0)
