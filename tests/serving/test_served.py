"""The process that holds the definitions can die alone: it is noticed, started anew, and given up if it keeps dying."""

from pathlib import Path
from typing import Any

import pytest

from mesh_platform.serving import live
from mesh_platform.serving.family import family
from mesh_platform.serving.live import Died, start, supervise
from mesh_platform.serving.news import Runs
from mesh_platform.serving.served import MOST, WITHIN_SECONDS, Flapping, Served
from mesh_platform.serving.ui import Location, reload
from tests.serving.stand_ins import graphql, program

GONE = "DagsterUserCodeUnreachableError: Could not reach user code server. gRPC Error code: UNKNOWN\n"


class CodeServer:
    """Answers as Dagster does: the first reload after a death fails although it worked, the next one says so."""

    def __init__(self, problem: str | None = None) -> None:
        self.problem, self.reloads, self.mends = problem, 0, 2

    def __call__(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "reloadRepositoryLocation" in asked["query"]:
            self.reloads += 1
            if self.reloads % self.mends == 0:
                self.problem = None
            return {"data": {"reloadRepositoryLocation": self.entry}}
        if "workspaceOrError" in asked["query"]:
            return {"data": {"workspaceOrError": {"locationEntries": [self.entry]}}}
        return {"data": {"runsOrError": {"results": []}}}

    @property
    def entry(self) -> dict[str, Any]:
        broken = {"__typename": "PythonError", "message": self.problem}
        inner = broken if self.problem else {"__typename": "RepositoryLocation"}
        return {
            "__typename": "WorkspaceLocationEntry",
            "name": "mesh",
            "loadStatus": "LOADED",
            "locationOrLoadError": inner,
        }


def test_a_reload_after_a_death_says_how_it_is_and_not_how_it_was() -> None:
    with graphql(CodeServer(GONE)) as url:
        assert reload(url, "mesh") == Location("mesh", True)


def test_what_is_served_and_what_is_wrong_in_the_code_are_left_alone() -> None:
    for problem in (None, "SyntaxError: invalid syntax"):
        server = CodeServer(problem)
        with graphql(server) as url:
            assert Served(url).look() is None
        assert server.reloads == 0


def test_a_death_is_mended_and_said_in_one_line() -> None:
    server = CodeServer(GONE)
    with graphql(server) as url:
        served = Served(url)
        assert served.look() == "the process that serves the definitions had ended; it was started anew"
        assert served.look() is None


def test_one_that_keeps_dying_is_given_up_and_one_that_dies_seldom_is_not() -> None:
    server, now = CodeServer(GONE), [0.0]
    with graphql(server) as url:
        served = Served(url, lambda: now[0])
        for _ in range(3 * MOST):
            server.problem = GONE
            served.look()
            now[0] += WITHIN_SECONDS / 2
        with pytest.raises(Flapping):
            for _ in range(MOST + 1):
                server.problem = GONE
                served.look()


def test_one_that_keeps_dying_ends_it_all_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "ASK_SECONDS", 0.0)
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.01)
    server, said = CodeServer(GONE), list[str]()
    server.mends = 1_000_000
    with graphql(server) as url, family() as members:
        log = tmp_path / "definitions.log"
        code = start(members, program("definitions", "import time; print('out of memory', flush=True)\n" + HANG, log))
        with pytest.raises(Died, match="definitions ended `4` times within 10 min") as caught:
            supervise([code], Runs(url, 0), said.append)
    assert caught.value.log == log
    assert len(said) == MOST
    assert said[0].startswith("the process that serves the definitions had ended; starting it anew failed: Dagster")


HANG = "while True: time.sleep(600)"
