"""A run of the whole mesh is told step by step, and its end is honest."""

import json
from dataclasses import replace
from pathlib import Path

from mesh_platform.serving.family import family
from mesh_platform.serving.step import LOADING, RunEnded, State, Step, run_mesh
from tests.serving.stand_ins import program

START = {"event": "start", "steps": 2}
LAND = {"event": "step", "name": "orders landing", "status": "succeeded", "message": "12 rows", "seconds": 1.5}
LOADED = Step(LOADING, State.SUCCEEDED, "2 steps")
END = {"event": "end", "status": "success", "run_id": "r1"}


def told(lines: list[object], log: Path, *, code: int = 0) -> list[Step | RunEnded]:
    said = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    text = f"import sys; print({said!r}, end=''); print('a word', file=sys.stderr); sys.exit({code})"
    with family() as members:
        first, *events = run_mesh(members, program("run", text, log, piped=True))
    assert first == Step(LOADING, State.STARTED)
    return [replace(e, seconds=None) if isinstance(e, Step) else e for e in events]


def test_steps_are_told_and_then_the_end(tmp_path: Path) -> None:
    events = told([START, LAND, END], tmp_path / "run.log")
    assert events == [LOADED, Step("orders landing", State.SUCCEEDED, "12 rows"), RunEnded(True, "r1")]


def test_a_failure_comes_with_the_last_lines_of_this_runs_log(tmp_path: Path) -> None:
    (tmp_path / "run.log").write_text("of the run before\n")
    events = told([START, {**END, "status": "failure"}], tmp_path / "run.log", code=1)
    assert events == [LOADED, RunEnded(False, "r1", ("a word",))]
    assert (tmp_path / "run.log").read_text() == "of the run before\na word\n"


def test_a_run_that_dies_without_a_word_has_failed(tmp_path: Path) -> None:
    assert told([START, LAND], tmp_path / "a.log")[-1] == RunEnded(False, None, ("a word",))
    assert told([START, END], tmp_path / "b.log", code=3)[-1] == RunEnded(False, "r1", ("a word",))


def test_what_is_no_event_is_passed_over(tmp_path: Path) -> None:
    lines = ["hello", "{", "[1]", '{"event": "step"}', '{"event":"step","name":"x","status":"odd"}', END]
    assert told(lines, tmp_path / "run.log") == [RunEnded(True, "r1")]
