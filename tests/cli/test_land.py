"""`mesh land`: exactly the machine interface's shape and exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

MESH = Path(sys.executable).with_name("mesh")


def mesh_land(root: Path, home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "MESH_ROOT": str(root), "MESH_HOME": str(home)}
    variables.pop("MESH_LANDING", None)
    return subprocess.run([MESH, "land", *options], env=variables, capture_output=True, text=True, check=False)


def test_nothing_new_reads_nothing(root: Path, tmp_path: Path) -> None:
    done = mesh_land(root, tmp_path / "home", "--format", "json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["files"], told["rows"]["read"]) == (0, 0, 0)


def test_what_arrived_is_counted_by_table(root: Path, tmp_path: Path) -> None:
    zone = tmp_path / "home" / "landing" / "orders_service_postgres" / "public.orders"
    zone.mkdir(parents=True)
    (zone / "a.jsonl").write_text('null\n{"ts_ms": 1795414134700}\nnonsense\n')
    done = mesh_land(root, tmp_path / "home", "--format", "json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["rows"] == {"read": 3, "applied": 0, "duplicate": 0, "skipped": 2, "quarantined": 1}
    assert told["tables"]["orders_service_postgres.public.orders"] == told["rows"]
    assert mesh_land(root, tmp_path / "home").returncode == 0


def test_an_unknown_table_is_a_usage_mistake_with_a_hint(root: Path, tmp_path: Path) -> None:
    done = mesh_land(root, tmp_path / "home", "--table", "public.order")
    assert done.returncode == 2
    assert "did you mean `public.orders`?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_landing_zone_that_is_no_folder_or_bucket_is_one_sentence(root: Path, tmp_path: Path) -> None:
    variables = {**os.environ, "MESH_ROOT": str(root), "MESH_HOME": str(tmp_path), "MESH_LANDING": "s3://bucket"}
    done = subprocess.run([MESH, "land"], env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr, "MESH_LANDING" in done.stderr) == (2, False, True)
