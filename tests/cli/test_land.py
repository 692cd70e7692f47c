"""`mesh land`: exactly the machine interface's shape and exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

MESH = Path(sys.executable).with_name("mesh")


def mesh_land(root: Path, home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return mesh(root, home, "land", *options)


def mesh(root: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "MESH_ROOT": str(root), "MESH_HOME": str(home)}
    variables.pop("MESH_LANDING", None)
    return subprocess.run([MESH, *arguments], env=variables, capture_output=True, text=True, check=False)


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


def test_nothing_new_is_said_in_words(root: Path, tmp_path: Path) -> None:
    done = mesh_land(root, tmp_path / "home")
    assert (done.returncode, done.stdout) == (0, "nothing new in 2 zones\n")
    one = mesh_land(root, tmp_path / "home", "--table", "public.orders", "--replay")
    assert (one.returncode, one.stdout) == (0, "nothing new in 1 zone, and nothing in quarantine\n")


def test_a_replay_reads_again_what_was_quarantined_and_keeps_the_shape(root: Path, tmp_path: Path) -> None:
    zone = tmp_path / "home" / "landing" / "orders_service_postgres" / "public.orders"
    zone.mkdir(parents=True)
    source = {"schema": "public", "table": "orders", "lsn": 5, "ts_ms": 1795414134700}
    (zone / "a.jsonl").write_text(json.dumps({"op": "c", "after": {"id": 1, "status": "NEW"}, "source": source}) + "\n")
    assert mesh_land(root, tmp_path / "home").returncode == 1
    still = mesh_land(root, tmp_path / "home", "--replay", "--format", "json")
    assert (still.returncode, json.loads(still.stdout)["rows"]["quarantined"]) == (1, 1)
    schema = root / "domains" / "orders" / "sources" / "public.orders.avsc"
    told = json.loads(schema.read_text())
    kept = [f for f in told["fields"] if f["name"] in ("id", "status")]
    schema.write_text(json.dumps({**told, "fields": kept}))
    done = mesh_land(root, tmp_path / "home", "--replay", "--format", "json")
    told = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    assert told["rows"] == {"read": 1, "applied": 1, "duplicate": 0, "skipped": 0, "quarantined": 0}
    assert set(told) == {"files", "rows", "tables"}


def test_a_folder_of_a_misspelt_system_is_not_passed_over_in_silence(root: Path, tmp_path: Path) -> None:
    zone = tmp_path / "home" / "landing" / "orders_service_postgress" / "public.orders"
    zone.mkdir(parents=True)
    (zone / "a.jsonl").write_text("null\n")
    done = mesh_land(root, tmp_path / "home")
    assert (done.returncode, done.stdout) == (0, "nothing new in 2 zones\n")
    assert "no domain declares a source system `orders_service_postgress`" in done.stderr
    assert "postgress" not in mesh_land(root, tmp_path / "home", "--system", "orders_service_postgres").stderr


def test_a_zone_that_was_not_landed_is_in_the_answer_of_a_program_too(root: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert mesh_land(root, home).returncode == 0
    schema = root / "domains" / "orders" / "sources" / "public.orders.avsc"
    schema.write_text("no schema")
    told = json.loads(mesh_land(root, home, "--format", "json").stdout)
    assert "is missing or invalid" in told["unreachable"]["orders_service_postgres.public.orders"]
