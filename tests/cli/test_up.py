"""`mesh up` brings the mesh to life, and when it ends, however it ends, nothing of it is left."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.stand_in_up import pids
from tests.serving.stand_ins import runs, wait_for

ROOT = Path(__file__).resolve().parents[2]
ALL = {"run", "definitions", "ui", "daemon", "watch", "shop"}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def a_mesh(root: Path) -> dict[str, str]:
    """A mesh that captures the orders service and makes nothing of it."""
    folder = root / "domains" / "orders"
    folder.mkdir(parents=True, exist_ok=True)
    source = ROOT / "domains" / "orders"
    (folder / "domain.yaml").write_text((source / "domain.yaml").read_text())
    (folder / "sources").mkdir(exist_ok=True)
    for file in (source / "sources").iterdir():
        (folder / "sources" / file.name).write_text(file.read_text())
    mine = {"MESH_ROOT": str(root), "MESH_HOME": str(root / "home"), "PYTHONPATH": str(ROOT)}
    return {**{k: v for k, v in os.environ.items() if not k.startswith(("MESH_", "STAND_IN_"))}, **mine}


@contextmanager
def up(root: Path, *arguments: str, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    """`mesh up`, made to end at the end."""
    environment = {**a_mesh(root), **variables}
    argv = [sys.executable, "-m", "tests.cli.stand_in_up", "up", "--port", str(free_port()), *arguments]
    output = (root / "output").open("a")
    process = subprocess.Popen(argv, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL, text=True)
    output.close()
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def output(root: Path) -> str:
    return (root / "output").read_text()


def live(root: Path, process: "subprocess.Popen[str]", names: set[str] = ALL) -> dict[str, int]:
    """The processes, once all of them run."""

    def there() -> bool:
        assert process.poll() is None, output(root)
        return "What happens:" in output(root) and names <= set(pids(root / "home"))

    wait_for(there, "the mesh being live")
    return pids(root / "home")


def family_of(started: dict[str, int]) -> list[int]:
    """The processes and those they started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) in started.values():
            found.append(int(stat.parent.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_every_process_it_started(number: signal.Signals, tmp_path: Path) -> None:
    with up(tmp_path) as process:
        started = live(tmp_path, process)
        family = family_of({n: p for n, p in started.items() if n != "run"})
        assert len(family) == 6  # the five and what the code server started
        process.send_signal(number)
        assert process.wait(60) == 0
        assert not any(runs(p) for p in family)
    assert "stopped; `mesh up` goes on from here" in output(tmp_path)
    assert "Traceback" not in output(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_killed_without_mercy_it_leaves_nothing_and_the_next_one_starts(tmp_path: Path) -> None:
    with up(tmp_path) as process:
        family = family_of(live(tmp_path, process))
        process.kill()
        wait_for(lambda: not any(runs(p) for p in family), "the end of all that was started")
    (tmp_path / "home" / "pids").unlink()
    (tmp_path / "output").unlink()
    with up(tmp_path) as process:
        live(tmp_path, process, ALL - {"run"} if (tmp_path / "home" / "warehouse.duckdb").exists() else ALL)


def test_an_empty_mesh_is_filled_and_run_once_and_its_shop_trades(tmp_path: Path) -> None:
    with up(tmp_path) as process:
        live(tmp_path, process)
    assert (tmp_path / "home" / "ran").read_text() == "once\n"
    said = output(tmp_path)
    assert "the demo shop traded 0.1 days: " in said
    assert "orders landing  12 rows" in said
    assert "The mesh is live at http://127.0.0.1:" in said
    assert (tmp_path / "home" / "dagster" / "dagster.yaml").exists()


def test_a_landing_zone_of_somebody_else_gets_no_invented_orders(tmp_path: Path) -> None:
    file = tmp_path / "home" / "landing" / "orders_service_postgres" / "public.orders" / "real.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text("null\n")
    with up(tmp_path) as process:
        assert "shop" not in live(tmp_path, process, ALL - {"shop"})
    assert [p for p in (tmp_path / "home" / "landing").rglob("*") if p.is_file()] == [file]


def test_the_shop_can_be_left_closed(tmp_path: Path) -> None:
    with up(tmp_path, "--no-shop") as process:
        assert "shop" not in live(tmp_path, process, ALL - {"shop"})


def test_a_process_that_dies_ends_it_all_with_its_last_words(tmp_path: Path) -> None:
    with up(tmp_path, STAND_IN_DAEMON_DIES="1") as process:
        assert process.wait(60) == 1
        family = family_of(pids(tmp_path / "home"))
        assert not any(runs(p) for p in family)
    assert "daemon ended with exit code 3; everything is stopped" in output(tmp_path)
    assert "  | this is the end" in output(tmp_path)


def test_a_first_run_that_fails_is_said_and_the_ui_comes_up_all_the_same(tmp_path: Path) -> None:
    with up(tmp_path, STAND_IN_FAILS="1") as process:
        live(tmp_path, process)
    assert "The mesh did not run to its end" in output(tmp_path)
    assert "  | a line of the log" in output(tmp_path)


def test_a_signal_during_the_first_run_ends_that_too(tmp_path: Path) -> None:
    with up(tmp_path, STAND_IN_HANGS="1") as process:
        run = wait_for(lambda: pids(tmp_path / "home").get("run"), "the first run")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert not runs(run)
    assert "Traceback" not in output(tmp_path)


def test_a_second_one_is_told_of_the_first(tmp_path: Path) -> None:
    with up(tmp_path) as first:
        live(tmp_path, first)
        with up(tmp_path) as second:
            assert second.wait(60) == 2
        assert f"mesh: mesh up (process {first.pid}) is at work in" in output(tmp_path)
        assert first.poll() is None


def test_a_taken_port_is_a_sentence_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with up(tmp_path, "--port", str(taken.getsockname()[1])) as process:
            assert process.wait(60) == 2
    assert "another program listens there; choose another with `--port`" in output(tmp_path)
    assert not (tmp_path / "home").exists()
