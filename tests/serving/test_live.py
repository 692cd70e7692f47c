"""What is live is watched: a program that dies is told with its last words, and of the logs what matters is shown."""

from pathlib import Path
from typing import Any

import pytest

from mesh_platform.serving.family import family
from mesh_platform.serving.live import Died, start, supervise
from mesh_platform.serving.log import Follower
from mesh_platform.serving.news import Runs, trouble
from mesh_platform.serving.ui import Location, NoAnswer, locations, reload
from tests.serving.stand_ins import graphql, program


def test_the_first_to_die_is_told_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "dying.log"
    log.write_text("words of another day\n")
    with family() as members:
        living = start(members, program("living", "import time; time.sleep(600)", tmp_path / "living.log"))
        dying = start(members, program("dying", "import sys; print('last words'); sys.exit(7)", log))
        with pytest.raises(Died, match="dying ended with exit code 7") as caught:
            supervise([living, dying], Runs("http://127.0.0.1:9", 0), lambda text: None)
    assert caught.value.last == ["last words"]
    assert living.child.ended() is not None


def test_trouble_in_a_log_is_said_while_it_lives(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "talker.log").write_text("x - dagster - ERROR - of another day\n")
    code = "print('x - dagster - ERROR - the sensor failed'); print('noise')"
    with family() as members:
        talker = start(members, program("talker", code, tmp_path / "talker.log"))
        talker.child.process.wait()
        with pytest.raises(Died):
            supervise([talker], Runs("http://127.0.0.1:9", 0), said.append)
    assert said == ["error: the sensor failed"]


RUN = "x - dagster - ERROR - __ASSET_JOB - 00be6b9e-c171-487a-b041-72c2165dd17a"


@pytest.mark.parametrize(
    "line",
    [
        f'{RUN} - 17484 - orders_dbt - STEP_FAILURE - Execution of step "orders_dbt" failed.',
        f"{RUN} - finance_dbt - Dependencies for step finance_dbt failed: ['orders_dbt']. Not executing.",
        f"{RUN} - 17484 - RUN_FAILURE - Execution of run failed. Steps failed: ['orders_dbt'].",
    ],
)
def test_a_failure_that_its_run_tells_is_not_told_by_the_log_too(line: str) -> None:
    assert trouble(line) is None


def test_what_a_step_says_itself_is_told() -> None:
    said = f"{RUN} - orders_dbt - the disk is full"
    assert trouble(said) == f"error: {said.removeprefix('x - dagster - ERROR - ')}"


def test_each_run_is_told_once_when_it_has_ended_and_a_failed_one_with_its_reason() -> None:
    def run(name: str, status: str, tag: str) -> dict[str, Any]:
        tags = [{"key": "dagster/sensor_name", "value": tag}] if tag else []
        return {
            "runId": name,
            "status": status,
            "jobName": "slo_checks",
            "startTime": 10.0,
            "endTime": 22.4,
            "tags": tags,
        }

    failed = [
        {"__typename": "ExecutionStepSuccessEvent"},
        {
            "stepKey": "orders_dbt",
            "error": {"message": "a trace"},
            "failureMetadata": {"description": "not published:\n x"},
        },
        {"error": {"message": "the process died"}},
    ]

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        if "logsForRun" in asked["query"]:
            return {"data": {"logsForRun": {"events": failed}}}
        results = [run("bbbbbbbbbb", "FAILURE", "orders_landing"), run("aaaaaaaaaa", "SUCCESS", "")]
        return {"data": {"runsOrError": {"results": results}}}

    with graphql(answer) as url:
        runs = Runs(url, 0)
        assert list(runs.ended()) == [
            "run aaaaaaaa (slo_checks) succeeded after 12 s",
            "run bbbbbbbb (orders_landing) failed after 12 s: orders dbt: not published: x; the process died",
        ]
        assert list(runs.ended()) == []


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
