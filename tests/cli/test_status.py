"""`mesh status` and `mesh report`: how every product stands, on a terminal, for a program and as a page."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mesh_platform.manifest.gather import gather
from mesh_platform.warehouse.duckdb import open_duckdb
from mesh_platform.warehouse.protocol import WarehouseBusy
from tests.cli.desk import Desk
from tests.reporting.scene import troubled
from tests.slo.scene import ORDERS

REVENUE = "finance.revenue_daily"


def breaks(desk: Desk) -> None:
    """A connector is dead, and orders-oncall is on it."""
    with open_duckdb(desk.environment.warehouse_file) as warehouse:
        troubled(warehouse, gather(desk.environment.root), datetime.now(UTC) - timedelta(seconds=30))


def test_without_a_warehouse_everything_is_unknown_and_nothing_fails(desk: Desk) -> None:
    asked = desk.mesh("status")
    assert (asked.code, asked.err) == (0, "")
    lines = asked.out.splitlines()
    first = " ".join(lines[: lines.index("")])
    assert first.startswith("none of 2 products can be judged: there is no warehouse at ")
    assert first.endswith("; whether an incident is open is unknown")
    assert asked.out.count("there is no warehouse") == 1
    assert not desk.environment.warehouse_file.exists()


def test_a_warehouse_that_cannot_be_read_is_no_good_news(desk: Desk) -> None:
    desk.environment.warehouse_file.parent.mkdir(parents=True, exist_ok=True)
    desk.environment.warehouse_file.write_bytes(b"this is no warehouse" * 1000)
    asked = desk.mesh("status")
    assert asked.out.startswith("none of 2 products can be judged: ")
    for told in (asked.out, desk.mesh("report").out, desk.mesh("status", "--format", "json").out):
        assert "whether an incident is open is unknown" in " ".join(told.split())
        assert "no incident open" not in " ".join(told.split())


def test_where_nothing_was_ever_published_nothing_can_be_judged(desk: Desk) -> None:
    with open_duckdb(desk.environment.warehouse_file):
        pass
    first = desk.mesh("status").out.splitlines()[0]
    assert first.startswith("none of 2 products can be judged")
    assert first.endswith("; no incident open")


def test_the_worst_comes_first_with_its_incident(desk: Desk) -> None:
    breaks(desk)
    asked = desk.mesh("status")
    lines = asked.out.splitlines()
    assert asked.code == 1
    assert lines[0] == "1 of 2 products breaks a promise; 1 incident open"
    assert lines[2].split()[:2] == ["product", "freshness"]
    assert lines[3].startswith(f"{ORDERS}  ")
    assert re.search(r"  error 1\d\d\.\d min  ", lines[3])
    assert "7 %" in lines[3]
    assert "orders-oncall is on it" in lines[3]
    assert "4,000" in lines[3]
    assert lines[4].startswith(REVENUE)
    assert re.search(r"  warn 1\d\d\.\d min  ", lines[4])
    assert lines[-1].startswith(f"{ORDERS} freshness: nothing has been heard of `orders_service_postgres` for")


def test_a_narrow_terminal_gets_lines_and_no_word_is_cut(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(desk)
    monkeypatch.setattr("mesh_platform.cli.progress._WIDE", 60)
    asked = desk.mesh("status")
    lines = asked.out.splitlines()
    assert lines[2] == f"error   {ORDERS}"
    assert max(map(len, lines)) <= 60
    said = " ".join(asked.out.split())
    assert "budget 7 %, 4,000 rows, published" in said
    assert "nobody" not in said
    assert "orders-oncall is on it" in said
    assert "…" not in asked.out


def test_a_program_gets_the_same(desk: Desk) -> None:
    breaks(desk)
    asked = desk.mesh("status", "--format", "json")
    told = asked.json
    assert (asked.code, told["broken"], told["open_incidents"]) == (1, 1, 1)
    first, second = told["products"]
    assert (first["product"], first["verdict"], second["product"]) == (ORDERS, "error", REVENUE)
    assert set(first["promises"]) == {"freshness", "latency", "completeness", "accuracy", "contract"}
    assert first["promises"]["freshness"]["verdict"] == "error"
    [incident] = first["incidents"]
    assert (incident["acknowledged_by"], incident["severity"]) == ("orders-oncall", "page")
    assert first["rows"] == 4000
    assert 0 < first["budget_remaining"] < 0.1


def test_what_is_named_decides_what_is_shown_and_the_exit_code(desk: Desk) -> None:
    breaks(desk)
    assert desk.mesh("status", "orders").code == desk.mesh("status", ORDERS).code == 1
    asked = desk.mesh("status", "finance", "--format", "json")
    assert (asked.code, [p["product"] for p in asked.json["products"]]) == (0, [REVENUE])
    asked = desk.mesh("status", "nope")
    assert asked.code == 2
    assert "there is no product or domain `nope`; there are: finance, finance.revenue_daily, orders" in asked.err


def test_a_product_that_cannot_be_read_is_shown(desk: Desk) -> None:
    manifest = desk.environment.root / "domains/finance/revenue_daily/data-product.yaml"
    manifest.write_text(manifest.read_text().replace("target_minutes: 60", "target_minutes: soon"))
    asked = desk.mesh("status")
    assert asked.code == 0
    assert "manifest unreadable" in next(line for line in asked.out.splitlines() if line.startswith(REVENUE))
    rows = {p["product"]: p["readable"] for p in desk.mesh("status", "--format", "json").json["products"]}
    assert rows == {REVENUE: False, ORDERS: True}


def test_an_empty_mesh_is_told_in_a_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty" / "domains").mkdir(parents=True)
    monkeypatch.setenv("MESH_ROOT", str(tmp_path / "empty"))
    asked = desk.mesh("status")
    assert (asked.code, asked.out) == (
        0, "the mesh has no product yet; write domains/<domain>/<product>/data-product.yaml\n"
    )  # fmt: skip
    assert desk.mesh("status", "--format", "json").json["products"] == []


@pytest.mark.parametrize("command", ["status", "report"])
def test_a_busy_warehouse_is_a_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    def busy(*_: object, **__: object) -> None:
        raise WarehouseBusy("warehouse busy: another process holds it")

    monkeypatch.setattr(f"mesh_platform.cli.{command}.open_warehouse", busy)
    asked = desk.mesh(command)
    assert (asked.code, asked.out, asked.err) == (2, "", "mesh: warehouse busy: another process holds it\n")


def test_the_report_is_written_where_it_is_asked_for(desk: Desk, tmp_path: Path) -> None:
    breaks(desk)
    asked = desk.mesh("report")
    page = desk.environment.home / "reports" / "slo.html"
    assert (asked.code, asked.out.splitlines()[-1]) == (1, str(page))
    asked = desk.mesh("report", "--output", str(tmp_path / "sub" / "r.html"))
    assert "1 of 2 products breaks a promise" in (tmp_path / "sub" / "r.html").read_text()
    (tmp_path / "file").write_text("")
    asked = desk.mesh("report", "--output", str(tmp_path / "file" / "r.html"))
    assert asked.code == 2
    assert "cannot write" in asked.err
