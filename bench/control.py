"""The control journey at 10, 100 and 1,000 products: validate, and load of the Dagster definitions.

Beside them, in the same run: merely parsing the same YAML with PyYAML's C loader, and merely importing Dagster and
dbt's integration. Both are what no implementation on these libraries can go below.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import synthetic

SIZES = (10, 100, 1000)
REPEATS = 3
YAML_ONLY = (
    "import sys, pathlib, yaml\n"
    "for p in pathlib.Path(sys.argv[1]).rglob('*.yaml'): yaml.load(p.read_bytes(), Loader=yaml.CSafeLoader)"
)
IMPORT_ONLY = "import dagster, dagster_dbt"
LOAD = "import dagster as dg; from mesh_platform.definitions import defs; defs().get_repository_def()"


def run() -> Iterator[tuple[str, str, str]]:
    """Rows of (what, figure, beside)."""
    mesh = Path(sys.executable).with_name("mesh")
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as folder:
        for size in SIZES:
            root = Path(folder) / str(size)
            synthetic.write(root / "root", size)
            variables = {"MESH_ROOT": str(root / "root"), "MESH_HOME": str(root / "home")}
            validate = _median([mesh, "validate", "--format", "json"], variables)
            floor = _median([sys.executable, "-c", YAML_ONLY, root / "root" / "domains"], variables)
            yield f"mesh validate, {size} products", f"{validate:.2f} s", f"{validate / floor:.1f} x PyYAML alone"
            prepare = _median([mesh, "prepare", "--format", "json"], variables, repeats=1)
            again = _median([mesh, "prepare", "--format", "json"], variables)
            yield f"mesh prepare, {size} products, all new", f"{prepare:.1f} s", f"unchanged: {again:.2f} s"
            load = _median([sys.executable, "-W", "ignore", "-c", LOAD], variables)
            bare = _median([sys.executable, "-W", "ignore", "-c", IMPORT_ONLY], variables)
            yield f"definitions load, {size} products", f"{load:.2f} s", f"{load / bare:.1f} x importing Dagster alone"


def _median(command: list[object], variables: dict[str, str], repeats: int = REPEATS) -> float:
    return statistics.median(_seconds([str(c) for c in command], variables) for _ in range(repeats))


def _seconds(command: list[str], variables: dict[str, str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{json.dumps(command)}: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    return time.perf_counter() - started
