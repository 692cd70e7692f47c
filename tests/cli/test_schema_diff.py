import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.cli.explain import explanations
from mesh_platform.cli.main import run
from mesh_platform.cli.schema import schema as command
from mesh_platform.cli.schema_batch import answers, lines_of
from mesh_platform.cli.schema_pair import MAX_LINE
from mesh_platform.schema.avro import plain_field
from mesh_platform.schema.avro.parse import read_avro
from mesh_platform.schema.evolution.change_kind import KINDS
from tests.schema.avro_schemas import broken, changed, record

OLD = {"type": "record", "name": "R", "fields": [{"name": "id", "type": "int"}]}
NEW = {"type": "record", "name": "R", "fields": [{"name": "id", "type": "long"}]}
DOUBLED = '{"type": "record", "name": "R", "fields": [{"name": "id", "type": "int", "type": "long"}]}'


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.avsc").write_text(json.dumps(OLD))
    (tmp_path / "new.avsc").write_text(json.dumps(NEW))
    return tmp_path


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = run(["schema", "diff", "--format", "json", *arguments])
    return code, json.loads(capsys.readouterr().out)


def batch(*lines: str | bytes) -> list[dict[str, Any]]:
    return [json.loads(a) for a in answers(line if isinstance(line, bytes) else line.encode() for line in lines)]


def line(pair_id: Any, old: Any, new: Any) -> str:
    return json.dumps({"id": pair_id, "old": old, "new": new})


def test_json_is_the_documented_object_and_nothing_else(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, "old.avsc", "new.avsc") == (
        0,
        {
            "bump": "minor",
            "backward": True,
            "forward": False,
            "valid": True,
            "changes": [
                {"code": "SCH122", "level": "warning", "path": "id", "message": "`id` changed from `int` to `long`"}
            ],
        },
    )


def test_it_answers_a_question_whatever_the_answer(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = asked(capsys, "new.avsc", "old.avsc")
    assert (code, answer["bump"]) == (0, "forbidden")


def test_an_invalid_schema_exits_1_and_says_why(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "new.avsc").write_text(DOUBLED)
    code, answer = asked(capsys, "old.avsc", "new.avsc")
    assert (code, answer["valid"], answer["bump"], answer["backward"], answer["forward"]) == (
        1, False, "forbidden", False, False,
    )  # fmt: skip
    assert [(c["code"], c["level"]) for c in answer["changes"]] == [("SCH001", "error")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff{}", "not UTF-8: byte `0xff`"),
        (b"42", "no schema: it is `42`"),
        (b'{"type": "int", "x": NaN}', "`NaN` is no JSON number"),
        (b"[" * 100_000, "nests too deeply"),
        (b" " * (1 << 20) + b"{}", "longer than"),
    ],
)
@pytest.mark.parametrize("which", ["old.avsc", "new.avsc"])
def test_an_unreadable_schema_exits_2_in_one_sentence(
    files: Path, capsys: pytest.CaptureFixture[str], which: str, data: bytes, reason: str
) -> None:
    (files / which).write_bytes(data)
    assert run(["schema", "diff", "old.avsc", "new.avsc", "--format", "json"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert reason in printed.err
    assert printed.err.count("\n") == 1


def test_an_old_schema_that_defines_no_type_cannot_be_compared(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "old.avsc").write_text('{"type": "record", "name": "R"}')
    assert run(["schema", "diff", "old.avsc", "new.avsc"]) == 2
    assert "the old schema defines no type to compare with: a record needs `fields`" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["old.avsc"], ["old.avsc", "new.avsc", "--batch", "x"], ["no.avsc", "new.avsc"]]
)
def test_wrong_usage_exits_2(files: Path, arguments: list[str]) -> None:
    assert run(["schema", "diff", *arguments]) == 2


def test_text_says_what_changed_what_it_takes_and_who_can_read(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "diff", "old.avsc", "new.avsc"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "minor      SCH122  `id` changed from `int` to `long`",
        "",
        "minor: the next minor version is enough",
        "the new schema reads old data: yes; the old schema reads new data: no",
    ]


def test_a_byte_order_mark_and_another_line_end_change_nothing(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "new.avsc").write_bytes(b"\xef\xbb\xbf" + json.dumps(OLD, indent=1).replace("\n", "\r\n").encode())
    assert asked(capsys, "old.avsc", "new.avsc")[1]["changes"] == []


def test_standard_input_is_a_file_too(files: Path) -> None:
    told = CliRunner().invoke(command, ["diff", "-", "new.avsc", "--format", "json"], input=json.dumps(OLD))
    assert json.loads(told.output)["bump"] == "minor"


def test_a_batch_is_answered_line_by_line_in_order(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "pairs.jsonl").write_text(
        "\n".join([line("a", OLD, NEW), "", line(7, NEW, OLD), line(None, "int", "int")])
    )
    assert run(["schema", "diff", "--batch", "pairs.jsonl"]) == 0
    found = [json.loads(answer) for answer in capsys.readouterr().out.splitlines()]
    assert [(a["id"], a["bump"]) for a in found] == [("a", "minor"), (7, "forbidden"), (None, "none")]
    assert all(list(a) == ["id", "bump", "backward", "forward", "valid", "changes"] for a in found)


def test_a_batch_that_is_not_there_exits_2(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "diff", "--batch", "nowhere"]) == 2
    assert "`nowhere` cannot be read" in capsys.readouterr().err


BAD: list[tuple[str | bytes, Any, str]] = [
    ("nothing", None, "not JSON"),
    ("[1]", None, "not an object"),
    ("{}", None, "`id` is missing"),
    ('{"id": 3, "old": "int"}', 3, "`new` is missing"),
    ('{"id": 3, "new": "int"}', 3, "`old` is missing"),
    (line({"k": [1]}, 42, "int"), {"k": [1]}, "the old schema is no schema"),
    (line(1, "int", None), 1, "the new schema is no schema"),
    (line(1, {"type": "record", "name": "R"}, "int"), 1, "defines no type"),
    ('{"id": 1, "old": "int", "new": "int"', None, "not JSON"),
    ('{"id": 1, "old": "int", "new": "int"} x', None, "not JSON"),
    ('{"id": 1, "old": "int", "new": "int", "new": "long"}', None, "`new` is written twice"),
    ('{"id": 1, "old": int, "new": "int"}', None, "not JSON"),
    (b"\xff", None, "not UTF-8"),
    (b"[" * 200_000, None, "not JSON"),
    (b"9" * 10_000, None, "too many digits"),
    ('{"id": NaN, "old": "int", "new": "int"}', None, "`id` is nothing that JSON can repeat"),
    ('{"id": 1e999, "old": "int", "new": "int"}', None, "`id` is nothing that JSON can repeat"),
    ('{"id": 1, "old": "int", "new": {"type": "int", "x": NaN}}', 1, "`NaN` is no JSON number"),
    ('{"id": 1, "old": "int" "new": "int"}', None, "not JSON"),
    ('{"id": 1, "old": "int", "new": "int",}', None, "not JSON"),
    ('{"id" 1}', None, "not JSON"),
    ('{"id": 1}}', None, "not JSON"),
    ("{", None, "not JSON"),
    (b'{"id": 1' + b" " * MAX_LINE + b"}", None, "longer than"),
]


@pytest.mark.parametrize(("bad", "pair_id", "reason"), BAD, ids=range(len(BAD)))
def test_a_bad_line_is_answered_with_its_reason_and_ends_nothing(bad: str | bytes, pair_id: Any, reason: str) -> None:
    first, second = batch(bad, line("next", OLD, NEW))
    assert first["id"] == pair_id
    assert set(first) == {"id", "error"}
    assert reason in first["error"]
    assert (second["id"], second["bump"]) == ("next", "minor")


def test_an_invalid_new_schema_is_an_answer_and_no_bad_line() -> None:
    (answer,) = batch(f'{{"id": 1, "old": "int", "new": {DOUBLED}}}')
    assert (answer["valid"], answer["bump"], answer["changes"][0]["code"]) == (False, "forbidden", "SCH001")


def test_a_long_line_is_never_held_whole(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_bytes(b"x" * (3 * MAX_LINE) + b"\n" + line("next", OLD, NEW).encode())
    with file.open("rb") as stream:
        assert [len(part) for part in lines_of(stream)] == [MAX_LINE + 1, len(line("next", OLD, NEW))]


def test_an_endless_batch_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesh_platform.cli.schema_batch.MAX_REMEMBERED", 10_000)
    read_avro.cache_clear()
    plain_field.forget_fields()
    fields = [{"name": f"x{n}", "type": "int", "default": n} for n in range(1000)]
    lines = [line(n, OLD, {**NEW, "doc": n, "fields": [*NEW["fields"], field]}) for n, field in enumerate(fields)]
    assert len(batch(*lines)) == 1000
    assert read_avro.cache_info().currsize < 100
    assert len(plain_field._KNOWN) < 100


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.binary(max_size=60) | st.sampled_from([line(1, OLD, NEW).encode(), b'{"id":1,"old":']), max_size=4))
def test_no_bytes_fail_otherwise(lines: list[bytes]) -> None:
    found = batch(*lines)
    assert len(found) == sum(bool(line.strip()) for line in lines)
    assert all("error" in answer or "bump" in answer for answer in found)


@settings(max_examples=500, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_is_wrong_with_two_schemas_there_is_an_answer(chance: Random) -> None:
    old = record(chance)
    new = changed(old, chance, 2)
    for _ in range(chance.randint(0, 2)):
        old = broken(old, chance)
    for _ in range(chance.randint(0, 3)):
        new = broken(new, chance)
    (answer,) = batch(line(1, old, new))
    assert answer["id"] == 1
    if "error" not in answer:
        assert answer["valid"] or (answer["bump"], answer["backward"], answer["forward"]) == ("forbidden", False, False)
        assert all(change["message"].isprintable() and change["path"].isprintable() for change in answer["changes"])


def test_every_change_can_be_explained() -> None:
    assert set(KINDS) <= set(explanations())
    assert "No version makes it legal in place" in explanations()["SCH101"].rationale
