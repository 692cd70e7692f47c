"""From a file's arrival in the landing zone to the row in the consumer view, under a real `mesh up`.

Beside it, in the same run: one `dbt build` of the same project from the command line, which is the part of that
time that is not ours.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from mesh_platform.environment import PROJECT_ROOT
from tests.ui.live import Live, drop_order, kill, start, until, visible

ARRIVALS = 5


def run() -> Iterator[tuple[str, str, str]]:
    """Rows of (what, figure, beside)."""
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as folder:
        live = start(PROJECT_ROOT, Path(folder) / "home", "--no-shop")
        try:
            times = [_arrival(live, n) for n in range(ARRIVALS)]
        finally:
            live.stop()
            kill(live)
        floor = _dbt_alone(live)
    median = statistics.median(times)
    spread = f"{min(times):.1f} to {max(times):.1f} s"
    yield "a file's arrival to the consumer view", f"{median:.1f} s ({spread})", f"{median / floor:.1f} x one dbt build"


def _arrival(live: Live, number: int) -> float:
    order = f"bench-{number}-{time.time_ns()}"
    drop_order(live, order)
    return until(lambda: visible(live, order), 300, lambda: "".join(live.lines[-30:]))


def _dbt_alone(live: Live) -> float:
    """Seconds of `dbt build` on the prepared project, as an engineer would run it."""
    folder = live.home / "dbt" / "orders"
    project = folder / (folder / "current").read_text().strip()
    dbt = Path(sys.executable).with_name("dbt")
    started = time.perf_counter()
    subprocess.run(
        [dbt, "build", "--profiles-dir", project, "--target-path", live.home / "bench-target"],
        cwd=project,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started
