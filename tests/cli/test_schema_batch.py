import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.cli import schema_batch, schema_spread
from mesh_platform.cli.main import run
from mesh_platform.cli.schema_batch import answers, lines_of
from mesh_platform.cli.schema_pair import MAX_LINE
from mesh_platform.cli.schema_spread import chunks_of, told
from tests.schema.avro_schemas import broken, changed, record

OLD = {"type": "record", "name": "R", "fields": [{"name": "id", "type": "int"}]}
BAD = [
    b"nothing",
    b"\xff",
    b"",
    b"{}",
    b'\xef\xbb\xbf{"id": 1, "old": "int", "new": "long"}',
    b'\xef\xbb\xbf\xef\xbb\xbf{"id": 1, "old": "int", "new": "long"}',
    b'{"id": 1e999, "old": "int", "new": "int"}',
    b'{"id": "\\ud800", "old": "int", "new": "int"}',
    b'{"id": 1, "old": "int", "new": "int", "new": "int"}',
    b'{"id": 1, "old": "int", "new": "int", "more": {"a": 1, "a": 2}}',
    b'{"id": 1, "old": NaN, "new": "int"}',
    b'{"id": 1, "old": "int", "new": null}',
    b'{"id": 1, "old": "int", "new": {"type": "array", "items": "int", "items": "int"}}',
    b'{"id": 1, "old": "int", "new": ' + b'{"type": "array", "items": ' * 70 + b'"int"' + b"}" * 71,
    b'{"id": 1, "old": "int", "new": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"id": ' + b"[" * 300 + b"]" * 300 + b', "old": "int", "new": "int"}',
    b'{"id": [' + b"{}," * 300 + b'{}], "old": "int", "new": "int"}',
]


def line(chance: Random, n: int) -> bytes:
    if chance.random() < 0.1:
        return chance.choice(BAD)
    old = record(chance)
    new = changed(old, chance, 2)
    if chance.random() < 0.2:
        old, new = (broken(schema, chance) if chance.random() < 0.5 else schema for schema in (old, new))
    return json.dumps({"id": n, "old": old, "new": new}, ensure_ascii=chance.random() < 0.5).encode(
        errors="surrogatepass"
    )


def corpus(lines: int, seed: int = 1) -> bytes:
    chance = Random(seed)
    return b"\n".join(line(chance, n) for n in range(lines))


def slow(data: bytes) -> list[str]:
    """The answers as the line's text is taken apart for whatever could be wrong with it."""
    return [schema_batch._answer(one, n) for n, one in enumerate(lines_of(BytesIO(data)), 1) if one.strip()]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_a_sound_line_is_answered_as_one_that_is_looked_at_closely(seed: int) -> None:
    data = corpus(12, seed)
    assert list(answers(lines_of(BytesIO(data)))) == slow(data)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([b"\n", b"a", b"bc\n", b"x" * 50, b"\r\n"]), max_size=30), st.integers(1, 40))
def test_chunks_are_whole_lines_whatever_comes_at_once(parts: list[bytes], most: int) -> None:
    chunks = list(chunks_of(Trickle(b"".join(parts), most)))
    assert b"".join(chunk.data for chunk in chunks) == b"".join(parts)
    assert all(chunk.data.endswith(b"\n") for chunk in chunks[:-1])
    before = 0
    for chunk in chunks:
        assert chunk.first == before + 1
        before += chunk.data.count(b"\n")


class Trickle(BytesIO):
    """A pipe into which few bytes come at once."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self.most = most

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(self.most)


def test_a_line_too_long_is_cut_before_it_is_held() -> None:
    data = b"a\n" + b"x" * (3 * MAX_LINE) + b"\nb"
    chunks = list(chunks_of(BytesIO(data)))
    assert max(len(chunk.data) for chunk in chunks) < MAX_LINE + (1 << 19)
    assert [a for c in chunks for a in answers(lines_of(BytesIO(c.data)), c.first)] == slow(data)


@pytest.fixture(params=["file", "pipe"])
def spread(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[bytes], str]:
    """The answers of the real command, given the pairs as a file or through a pipe."""

    def answered(data: bytes) -> str:
        file = tmp_path / "pairs.jsonl"
        file.write_bytes(data)
        given = {"file": str(file), "pipe": "-"}[request.param]
        asked = [sys.executable, "-m", "mesh_platform", "schema", "diff", "--batch", given]
        done = subprocess.run(asked, input=data, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout.decode()

    return answered


def test_a_long_batch_is_answered_in_order_as_a_short_one_is(spread: Callable[[bytes], str]) -> None:
    data = corpus(4000)
    assert len(data) > schema_spread.LIGHT
    assert spread(data).splitlines() == slow(data)


def test_a_short_batch_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(schema_spread, "Process")
    file = tmp_path / "pairs.jsonl"
    file.write_bytes(b'{"id": 1, "old": "int", "new": "int"}\n' * 2000)
    with file.open("rb") as stream:
        assert len(list(told(stream, 4))) == 2000


def asking(**variables: str) -> "subprocess.Popen[bytes]":
    """The command, waiting for pairs, with processes of its own already, in a process group of its own."""
    asked = [sys.executable, "-m", "mesh_platform", "schema", "diff", "--batch", "-"]
    process = subprocess.Popen(
        asked,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **variables},
        start_new_session=True,
    )
    assert process.stdin and process.stdout
    many = max(1, 2 * schema_spread.LIGHT // len(ASKED))
    feeder = Thread(target=process.stdin.write, args=(ASKED * many,))
    feeder.start()
    for _ in range(many):
        assert process.stdout.readline()
    feeder.join()
    process.stdin.flush()
    return process


ASKED = json.dumps({"id": 1, "old": {**OLD, "doc": "x" * 2000}, "new": OLD}).encode() + b"\n"


def test_who_waits_for_an_answer_before_asking_again_gets_it_from_processes_too() -> None:
    process = asking()
    assert process.stdin and process.stdout
    for n in range(3):
        process.stdin.write(json.dumps({"id": n, "old": OLD, "new": OLD}).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == n
    assert process.communicate(timeout=30) == (b"", b"")
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_however_it_is_ended_its_processes_end_with_it(number: signal.Signals, code: int) -> None:
    process = asking()
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # a terminal sends it to all of them
    else:
        process.send_signal(number)
    assert process.communicate(timeout=30)[1].strip() == b""  # comes to an end only when nobody can write there
    assert process.returncode == code


def test_a_killed_process_ends_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schema_spread, "_answer", lambda asked, others: asked.recv() and os._exit(9))
    monkeypatch.setattr(schema_spread, "cores", lambda: 2)
    (tmp_path / "pairs.jsonl").write_bytes(ASKED * 3000)
    assert run(["schema", "diff", "--batch", str(tmp_path / "pairs.jsonl")]) == 2
    assert capsys.readouterr().err == "mesh: a process that answers pairs was stopped; not every pair is answered\n"
