"""`mesh quarantine`: what could not be used is shown without values, and a person decides about it."""

import json
import subprocess
from pathlib import Path

from tests.cli.test_land import mesh, mesh_land

SYSTEM = "orders_service_postgres"


def test_the_quarantine_is_shown_without_values_and_ends_by_a_decision(root: Path, tmp_path: Path) -> None:
    home, zone = tmp_path / "home", tmp_path / "home" / "landing" / "orders_service_postgres" / "public.orders"
    zone.mkdir(parents=True)
    source = {"schema": "public", "table": "orders", "lsn": 5, "ts_ms": 1795414134700}
    schema = json.loads((root / "domains" / "orders" / "sources" / "public.orders.avsc").read_text())
    secret = dict.fromkeys((f["name"] for f in schema["fields"]), "2026-11-23T12:00:00Z")
    secret["total_amount_cents"] = "eve@example.com"
    (zone / "a.jsonl").write_text(json.dumps({"op": "c", "after": secret, "source": source}) + "\nnonsense\n")
    (zone / "b.csv").write_text("id\n")
    assert mesh_land(root, home).returncode == 1
    shown = mesh(root, home, "quarantine")
    assert (shown.returncode, "eve@" in shown.stdout) == (1, False)
    assert "a.jsonl record 2: not JSON" in shown.stdout
    assert "b.csv as a whole" in shown.stdout
    assert "do: Compare the column's type" in shown.stdout
    assert "eve@" in mesh(root, home, "quarantine", "--records").stdout
    path = "orders_service_postgres/public.orders/b.csv"
    (zone / "b.csv").unlink()
    assert mesh_land(root, home, "--replay").returncode == 1
    gone = mesh(root, home, "quarantine", "dismiss", path, "--because", "a spreadsheet, put there by hand")
    assert (gone.returncode, gone.stdout) == (0, f"1 record of `{path}` dismissed\n")
    told = json.loads(mesh(root, home, "quarantine", "--table", "public.orders", "--format", "json").stdout)
    assert [(t["record"], t["kind"], t["raw"]) for t in told["quarantine"]][-1] == (2, "not JSON", "nonsense")
    assert mesh(root, home, "quarantine", "reopen", path).returncode == 0
    assert "b.csv" in mesh(root, home, "quarantine").stdout
    mesh(root, home, "quarantine", "dismiss", path, "--because", "again")
    mesh(root, home, "quarantine", "dismiss", path.replace("b.csv", "a.jsonl"), "--because", "sent anew")
    assert mesh(root, home, "quarantine").stdout == "nothing in quarantine\n"
    assert mesh_land(root, home, "--replay").returncode == 0
    assert mesh(root, home, "quarantine", "dismiss", path, "--because", "again").returncode == 1
    assert mesh(root, home, "quarantine", "dismiss", path).returncode == 2


def put(home: Path, name: str, content: str | bytes, folder: str = "public.orders") -> str:
    """The path of a file that is put into a zone, as the ledger has it."""
    zone = home / "landing" / SYSTEM / folder
    zone.mkdir(parents=True, exist_ok=True)
    (zone / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return f"{SYSTEM}/{folder}/{name}"


def quarantine(root: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = mesh(root, home, "quarantine", *arguments)
    assert "Traceback" not in done.stderr
    return done


def test_a_decision_goes_with_no_choice_of_what_to_show_and_a_typo_is_told(root: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for arguments in (
        ("dismiss", "a", "--because", "b", "--system", SYSTEM),
        ("--system", SYSTEM, "dismiss", "a", "--because", "b"),
        ("reopen", "a", "--records"),
        ("dismiss", "a", "--because", " "),
        ("dismis", "a"),
    ):
        assert quarantine(root, home, *arguments).returncode == 2
    assert "dismiss " in quarantine(root, home, "--help").stdout
    assert quarantine(root, home, "list").stdout == quarantine(root, home).stdout == "nothing in quarantine\n"
