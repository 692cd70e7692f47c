"""What is live is watched: a program that dies is told with its last words, and of the logs what matters is shown."""

from pathlib import Path
from typing import Any

import pytest

from mesh_platform.serving.family import family
from mesh_platform.serving.live import Died, start, supervise
from mesh_platform.serving.log import Follower, last_lines
from mesh_platform.serving.news import news
from mesh_platform.serving.ui import Location, NoAnswer, locations, reload
from tests.serving.stand_ins import graphql, program

RUN = "2026-11-23 09:00:01 +0000 - dagster - DEBUG - __ASSET_JOB - 3f2a1b4c-0000-4000-8000-000000000000 - 991 - "


def test_the_first_to_die_is_told_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "dying.log"
    log.write_text("words of another day\n")
    with family() as members:
        living = start(members, program("living", "import time; time.sleep(600)", tmp_path / "living.log"))
        dying = start(members, program("dying", "import sys; print('last words'); sys.exit(7)", log))
        with pytest.raises(Died, match="dying ended with exit code 7") as caught:
            supervise([living, dying], lambda text: None)
    assert caught.value.last == ["last words"]
    assert living.child.ended() is not None


def test_telling_lines_are_shown_while_it_lives(tmp_path: Path) -> None:
    code = f"import time; print({RUN + 'RUN_SUCCESS - Finished execution of run for x.'!r}); print('noise')"
    shown: list[str] = []
    with family() as members:
        talker = start(members, program("talker", code, tmp_path / "talker.log"))
        follower = Follower.at_end(tmp_path / "talker.log")
        assert follower.path.exists()
        talker.child.process.wait()
        with pytest.raises(Died):
            supervise([talker], shown.append)
    assert [news(line) for line in last_lines(tmp_path / "talker.log")] == ["run 3f2a1b4c succeeded", None]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (RUN + "RUN_SUCCESS - Finished execution of run.", "run 3f2a1b4c succeeded"),
        (RUN + "RUN_FAILURE - Execution of run failed.", "run 3f2a1b4c failed"),
        (
            RUN + "orders_dbt - STEP_FAILURE - Execution failed.",
            "step orders_dbt of run 3f2a1b4c failed: Execution failed.",
        ),
        (RUN + "orders_dbt - STEP_SUCCESS - Finished.", None),
        ("2026-11-23 09:00:01 +0000 - dagster.daemon.SensorDaemon - ERROR - Sensor failed", "error: Sensor failed"),
        ("2026-11-23 09:00:01 +0000 - dagster.daemon.SensorDaemon - INFO - Checking for new runs", None),
    ],
)
def test_of_many_lines_few_are_news(line: str, told: str | None) -> None:
    assert news(line) == told


def test_a_follower_reads_each_whole_line_once(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    follower = Follower(log)
    assert list(follower.lines()) == []
    log.write_bytes(b"one\n\x1b[31mtw")
    assert list(follower.lines()) == ["one"]
    with log.open("ab") as file:
        file.write(b"o\x1b[0m\nthr")
    assert list(follower.lines()) == ["two"]


def test_a_ui_is_asked_for_its_locations_and_to_load_one_anew() -> None:
    broken = {"__typename": "PythonError", "message": "no such column"}

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        if "reload" in asked["query"]:
            entry = {
                "__typename": "WorkspaceLocationEntry",
                "name": asked["variables"]["name"],
                "locationOrLoadError": broken,
            }
            return {"data": {"reloadRepositoryLocation": {**entry, "loadStatus": "LOADED"}}}
        entries = [
            {"name": "mesh", "loadStatus": "LOADED", "locationOrLoadError": {"__typename": "RepositoryLocation"}},
            {"name": "late", "loadStatus": "LOADING", "locationOrLoadError": None},
        ]
        return {"data": {"workspaceOrError": {"__typename": "Workspace", "locationEntries": entries}}}

    with graphql(answer) as url:
        assert locations(url) == [Location("mesh", True)]
        assert reload(url, "mesh") == Location("mesh", False, "no such column")


@pytest.mark.parametrize("answer", [{"errors": ["no"]}, {"data": None}])
def test_an_answer_without_data_is_none(answer: dict[str, Any]) -> None:
    with graphql(lambda asked: answer) as url, pytest.raises(NoAnswer):
        locations(url)
    with pytest.raises(NoAnswer):
        locations(url)
