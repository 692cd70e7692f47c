"""Governance at 1,000 products over 40 domains: every rule from cold, one changed product, a change against its commit.

CPU seconds of the whole process, its imports included, where it says `command`; of the judging alone where it says
`again`, which is what the sensor and the hourly job pay in a process that has judged before. Beside: the time there is.

datacontract-cli cannot be installed beside dagster-dbt (they want different versions of typer). `MESH_PEER_PYTHON`
names the Python of an environment that has it, and then it is measured in the same run; else a figure noted before
stands there.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bench import synthetic
from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.gather import gather
from mesh_platform.policies.govern import govern_files

PRODUCTS, PER_DOMAIN, REPEATS = 1000, 25, 5
CHANGED = "domains/area000/product0000/data-product.yaml"
NOTED_MS = 102
"""datacontract-cli 1.2.8 lint, CPU milliseconds a contract, the fastest that was measured before."""
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {name}
name: {name}
version: 1.0.0
status: active
servers: [{{server: production, type: duckdb, database: warehouse, schema: prod}}]
schema:
  - name: {name}
    properties:
      - {{name: id, logicalType: string, required: true}}
      - {{name: happened_at, logicalType: timestamp, required: true}}
      - {{name: amount_cents, logicalType: integer, required: true}}
slaProperties: [{{property: freshness, value: 30, unit: m, element: {name}.happened_at}}]
"""
LINT = """\
import logging, pathlib, sys, time
logging.disable(50)
from datacontract.data_contract import DataContract
files = [str(f) for f in sorted(pathlib.Path(sys.argv[1]).glob("*.yaml"))]
started = time.process_time()
assert all(DataContract(data_contract_file=f).lint().result.value == "passed" for f in files)
print(1000 * (time.process_time() - started) / len(files))
"""
PEER_CONTRACTS = 100


def run() -> Iterator[tuple[str, str, str]]:
    """Rows of (what, figure, beside)."""
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as folder:
        root = Path(folder) / "root"
        synthetic.write(root, PRODUCTS, per_domain=PER_DOMAIN)
        for command in ("init -q", "add -A", "-c user.name=b -c user.email=b@example.com commit -q -m mesh"):
            subprocess.run(["git", *command.split()], cwd=root, check=True, capture_output=True)
        cold = _command(root)
        yield f"validate, {PRODUCTS} products, command", f"{cold:.2f} s CPU", "at most 5 s"
        each = 1000 * cold / PRODUCTS
        yield "the same, each product", f"{each:.2f} ms CPU", _peer(each)
        _edit(root, 0)
        yield (
            "validate --changed-since, one changed, command",
            f"{_command(root, '--changed-since', 'HEAD'):.2f} s CPU",
            "",
        )
        yield "one changed product, judged again", f"{_again(root):.2f} s CPU", "at most 0.5 s"


def _peer(each: float) -> str:
    python = os.environ.get("MESH_PEER_PYTHON")
    if not python:
        return f"datacontract-cli lint {NOTED_MS} ms (noted, not of this run): {NOTED_MS / each:.0f} x"
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as folder:
        for number in range(PEER_CONTRACTS):
            (Path(folder) / f"{number}.yaml").write_text(CONTRACT.format(name=f"product{number}"))
        done = subprocess.run([python, "-c", LINT, folder], check=True, capture_output=True, text=True)
    theirs = float(done.stdout)
    return f"datacontract-cli lint {theirs:.0f} ms CPU a contract, without its start: {theirs / each:.0f} x"


def _command(root: Path, *options: str) -> float:
    return statistics.median(_cpu(root, options) for _ in range(REPEATS))


def _cpu(root: Path, options: tuple[str, ...]) -> float:
    mesh = str(Path(sys.executable).with_name("mesh"))
    variables = {**os.environ, "MESH_ROOT": str(root), "MESH_HOME": str(root.parent / "home")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([mesh, "validate", "--format", "json", *options], env=variables, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _again(root: Path) -> float:
    """One manifest is edited, and the whole mesh is gathered and judged again."""
    environment = Environment(root, root.parent / "home", Target.DUCKDB, "landing")
    govern_files(gather(root), environment, date(2026, 11, 23))
    taken = []
    for number in range(1, REPEATS + 1):
        _edit(root, number)
        started = time.process_time()
        govern_files(gather(root), environment, date(2026, 11, 23))
        taken.append(time.process_time() - started)
    return statistics.median(taken)


def _edit(root: Path, number: int) -> None:
    file = root / CHANGED
    file.write_text(file.read_text() + f"# edit {number}\n")
