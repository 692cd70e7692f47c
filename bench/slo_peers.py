"""What other tools take to judge the table whose every promise ours judges: the same million rows, in the same run.

dbt is installed here. `MESH_PEER_PYTHON` names the Pythons, joined by `:`, of environments that have
datacontract-cli or soda-core for DuckDB (they and dagster-dbt want different versions of the same packages); without,
they are left out. Each opens a copy of the warehouse that holds the one table, for each wants the file for itself.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb

REPEATS = 3
_PROJECT = """\
{name: peer, version: 1.0.0, profile: peer, model-paths: [models], flags: {send_anonymous_usage_stats: false}}
"""
_SOURCES = """\
version: 2
sources:
  - name: shop
    schema: main
    tables:
      - name: things
        loaded_at_field: happened_at
        freshness: {warn_after: {count: 45, period: minute}, error_after: {count: 36500, period: day}}
        columns:
          - {name: id, data_tests: [unique, not_null, {relationships: {to: "source('shop', 'expected')", field: id}}]}
          - {name: happened_at, data_tests: [not_null]}
      - name: expected
"""
_CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: things
name: things
version: 1.0.0
status: active
servers: [{server: here, type: duckdb, database: warehouse.duckdb, schema: main}]
schema:
  - name: things
    properties:
      - {name: id, logicalType: string, required: true, unique: true}
      - {name: happened_at, logicalType: timestamp, required: true}
slaProperties: [{property: freshness, value: 36500, unit: d, element: things.happened_at}]
"""
_SODA_SOURCE = "type: duckdb\nname: shop\nconnection: {database: warehouse.duckdb}\n"
_SODA = """\
dataset: shop/main/things
checks:
  - schema:
  - row_count:
  - freshness: {column: happened_at, threshold: {unit: day, must_be_less_than: 36500}}
columns:
  - {name: id, checks: [{missing: null}, {duplicate: null}]}
  - {name: happened_at, checks: [{missing: null}]}
  - {name: amount_cents}
"""


def peers(warehouse: DuckDbWarehouse, published: str, expected: str, folder: Path) -> Iterator[tuple[str, float]]:
    """(Tool, seconds of its whole command); the fastest of a few."""
    _copy(warehouse, published, expected, folder)
    dbt = str(Path(sys.executable).with_name("dbt"))
    where = ["--project-dir", ".", "--profiles-dir", ".", "--no-use-colors"]
    yield "dbt test, 4 tests", _seconds([dbt, "test", *where], folder)
    yield "dbt source freshness", _seconds([dbt, "source", "freshness", *where], folder)
    for python in filter(None, os.environ.get("MESH_PEER_PYTHON", "").split(":")):
        binaries = Path(python).parent
        if (binaries / "datacontract").exists():
            yield "datacontract test", _seconds([str(binaries / "datacontract"), "test", "contract.yaml"], folder)
        if (binaries / "soda").exists():
            verify = ["contract", "verify", "--data-source", "soda.yaml", "--contract", "soda-contract.yaml"]
            yield "soda contract verify", _seconds([str(binaries / "soda"), *verify], folder)


def _copy(warehouse: DuckDbWarehouse, published: str, expected: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "models").mkdir(parents=True)
    for name, text in {
        "dbt_project.yml": _PROJECT,
        "profiles.yml": "peer: {target: here, outputs: {here: {type: duckdb, path: warehouse.duckdb, threads: 2}}}\n",
        "models/sources.yml": _SOURCES,
        "contract.yaml": _CONTRACT,
        "soda.yaml": _SODA_SOURCE,
        "soda-contract.yaml": _SODA,
    }.items():
        (folder / name).write_text(text)
    for name, table in (("things", published), ("expected", expected)):
        warehouse.execute(f"copy (select * from {table}) to '{folder / name}.parquet'")
    with open_duckdb(folder / "warehouse.duckdb") as copy:
        copy.execute(f"create table expected as from '{folder}/expected.parquet'")
        copy.execute(
            f"create table things as select id, happened_at::timestamp as happened_at, amount_cents"
            f" from '{folder}/things.parquet'"
        )


def _seconds(command: Sequence[str], folder: Path) -> float:
    return min(_once(command, folder) for _ in range(REPEATS))


def _once(command: Sequence[str], folder: Path) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return time.perf_counter() - began
