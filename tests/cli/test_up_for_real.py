"""A real mesh, killed in the middle of a refresh: nothing of it is left, and the next `mesh up` refreshes again."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_up import family_of
from tests.conftest import copied_mesh
from tests.serving.stand_ins import runs as process_runs
from tests.ui.live import MESH, Live, kill, runs, start, until, variables

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("up"), linux]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A root and a home that `mesh demo` has filled and run."""
    root, home = copied_mesh(tmp_path / "root"), tmp_path / "home"
    argv = [MESH, "demo", "--days", "1", "--format", "json"]
    ended = subprocess.run(argv, env=variables(root, home), capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout)
    assert {p["product"]: set(p["verdicts"].values()) for p in told["products"]} == {
        "finance.revenue_daily": {"pass"},
        "orders.order_events": {"pass"},
    }
    yield root, home


def test_a_mesh_killed_in_the_middle_of_a_refresh_refreshes_after_the_next_start(demo: tuple[Path, Path]) -> None:
    live = start(*demo)
    try:
        until(lambda: any(r["status"] == "STARTED" for r in runs(live)), 120, lambda: "".join(live.lines))
        interrupted = {r["runId"] for r in runs(live) if r["status"] == "STARTED"}
        family = family_of(children(live.process.pid))
        assert len(family) >= 7  # keeper, code server and its worker, UI, daemon, watcher, shop
        live.process.kill()
        live.process.wait()
        until(lambda: not any(process_runs(p) for p in family), 60, lambda: "something survived")
    finally:
        kill(live)
    again = start(*demo)
    try:
        states = {r["runId"]: r["status"] for r in runs(again)}
        assert {states[run] for run in interrupted} == {"FAILURE"}
        until(lambda: refreshed(again, set(states)), 180, lambda: "".join(again.lines))
        assert again.stop() == 0
    finally:
        kill(again)


def refreshed(live: Live, before: set[str]) -> bool:
    new = [r for r in runs(live) if r["runId"] not in before]
    assert not any(r["status"] == "FAILURE" for r in new)
    return any(r["status"] == "SUCCESS" and any("sensor" in t["key"] for t in r["tags"]) for r in new)


def children(pid: int) -> dict[str, int]:
    """The processes that this one started itself; each leads a group."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found[stat.parent.name] = int(stat.parent.name)
    return found
