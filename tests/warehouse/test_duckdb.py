"""A warehouse that is taken is waited for; one that is broken is told at once, whatever its folder is called."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.slo.measure import SLIS, measure_environment
from mesh_platform.slo.measurement import Verdict
from mesh_platform.warehouse.duckdb import open_duckdb
from mesh_platform.warehouse.protocol import QueryRejected, WarehouseBusy, WarehouseUnavailable

HOLDER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
BLOCK = 4096


def filled(file: Path) -> Path:
    with open_duckdb(file) as warehouse:
        warehouse.execute("create table t as select range as i, md5(range::varchar) as m from range(300000)")
    return file


def overwritten(file: Path, first: int, blocks: int) -> Path:
    """As by `dd if=/dev/urandom bs=4096 seek=first count=blocks conv=notrunc`."""
    with file.open("r+b") as opened:
        opened.seek(first * BLOCK)
        opened.write(os.urandom(blocks * BLOCK))
    return file


@pytest.mark.parametrize("first", [3, 100])
def test_a_corrupt_block_is_an_outage_and_not_a_lock(tmp_path: Path, first: int) -> None:
    file, began = overwritten(filled(tmp_path / "w.duckdb"), first, 1500), time.monotonic()
    with pytest.raises(WarehouseUnavailable), open_duckdb(file, read_only=True) as warehouse:
        warehouse.query("select count(m), max(m) from t")
    assert time.monotonic() - began < 10


def test_garbage_in_a_folder_whose_name_speaks_of_locks_is_told_at_once(tmp_path: Path) -> None:
    file, began = tmp_path / "locked block" / "w.duckdb", time.monotonic()
    file.parent.mkdir()
    file.write_bytes(os.urandom(100_000))
    with pytest.raises(WarehouseUnavailable, match="cannot open"), open_duckdb(file):
        pass
    assert time.monotonic() - began < 10


def test_a_transaction_on_a_file_that_breaks_tells_the_first_reason(tmp_path: Path) -> None:
    file = overwritten(filled(tmp_path / "w.duckdb"), 100, 1500)
    with pytest.raises(WarehouseUnavailable, match="Corrupt"), open_duckdb(file) as warehouse, warehouse.transaction():
        warehouse.execute("create table u as select max(m) as m from t")


def test_every_promise_on_a_corrupt_warehouse_is_unknown(
    environment: Environment, shipped_mesh: Mesh, now: datetime
) -> None:
    home = environment.home / "blocks"
    corrupt = replace(environment, home=home)
    home.mkdir(parents=True)
    overwritten(filled(corrupt.warehouse_file), 3, 1500)
    found = measure_environment(shipped_mesh, corrupt, shipped_mesh.products.values(), SLIS, now)
    assert {m.verdict for m in found} == {Verdict.UNKNOWN}


def test_what_an_index_stands_on_is_a_query_that_cannot_be_and_no_outage(tmp_path: Path) -> None:
    with open_duckdb(filled(tmp_path / "w.duckdb")) as warehouse:
        warehouse.execute("create index a on t(i)")
        for change in ("drop column m", "drop column i", "alter column m type blob"):
            with pytest.raises(QueryRejected):
                warehouse.execute(f"alter table t {change}")
        with pytest.raises(QueryRejected), warehouse.transaction():
            warehouse.execute("alter table t drop column m")
        assert warehouse.query("select count(m) from t") == [(300_000,)]


def test_a_warehouse_that_another_process_holds_is_busy(tmp_path: Path) -> None:
    file = filled(tmp_path / "w.duckdb")
    argv = [sys.executable, "-c", HOLDER, str(file)]
    holder = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "open\n"
    try:
        with pytest.raises(WarehouseBusy, match="another process holds"), open_duckdb(file, wait=0.3):
            pass
    finally:
        holder.communicate("\n")
    with open_duckdb(file, wait=0.3):
        pass
