"""Processes that were started together end together."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mesh_platform.serving.family import family, stop
from tests.serving.stand_ins import program, runs, wait_for

PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1] if len(sys.argv) > 1 else {file!r}, "w").write(f"{{os.getpid()}} {{child.pid}}")
time.sleep(600)
"""
STUBBORN = """
import os, signal, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
open({file!r}, "w").write(str(os.getpid()))
while True: time.sleep(600)
"""
STARTER = """
import sys
from mesh_platform.serving.family import family
from tests.serving.stand_ins import program
with family() as members:
    members.start(program("parent", {parent!r}))
    members.start(program("stubborn", {stubborn!r}))
    print(members.guard.pid, flush=True)
    sys.stdin.read()
"""


def pids(file: Path) -> list[int]:
    text = wait_for(lambda: file.exists() and file.read_text(), f"{file.name} being written")
    return [int(p) for p in text.split()]


def test_a_process_and_what_it_started_are_gone_when_the_family_is(tmp_path: Path) -> None:
    with family() as members:
        members.start(program("parent", PARENT.format(file=str(tmp_path / "pids"))))
        started = pids(tmp_path / "pids")
        assert all(runs(p) for p in started)
    assert len(started) == 2
    assert not any(runs(p) for p in [*started, members.guard.pid])


def test_a_process_that_will_not_end_is_made_to(tmp_path: Path) -> None:
    with family() as members:
        child = members.start(program("stubborn", STUBBORN.format(file=str(tmp_path / "pids"))))
        (pid,) = pids(tmp_path / "pids")
        stop([child], [(signal.SIGINT, 0.1), (signal.SIGTERM, 0.1), (signal.SIGKILL, 5.0)])
        assert not runs(pid)
        assert child.ended() == -signal.SIGKILL


def test_a_child_can_end_before_the_others(tmp_path: Path) -> None:
    with family() as members:
        first = members.start(program("first", "import time; time.sleep(600)"))
        second = members.start(program("second", "import time; time.sleep(600)"))
        members.dismiss(first)
        assert first.ended() is not None
        assert second.ended() is None


def test_the_family_ends_when_something_goes_wrong_in_it() -> None:
    with pytest.raises(ZeroDivisionError), family() as members:
        child = members.start(program("child", "import time; time.sleep(600)"))
        raise ZeroDivisionError
    assert child.ended() is not None


def test_words_go_to_the_log_and_are_added_to_it(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "talker.log"
    for _ in range(2):
        with family() as members:
            child = members.start(program("talker", "import sys; print('out'); print('err', file=sys.stderr)", log))
            child.process.wait()
    assert sorted(log.read_text().split()) == ["err", "err", "out", "out"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_process_survives_a_starter_that_was_killed(tmp_path: Path) -> None:
    parent, stubborn = tmp_path / "parent", tmp_path / "stubborn"
    code = STARTER.format(parent=PARENT.format(file=str(parent)), stubborn=STUBBORN.format(file=str(stubborn)))
    root = str(Path(__file__).resolve().parents[2])
    starter = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert starter.stdout
    guard = int(starter.stdout.readline())
    started = [*pids(parent), *pids(stubborn)]
    starter.kill()
    starter.wait()
    wait_for(lambda: not any(runs(p) for p in [*started, guard]), "the end of all that was started")
