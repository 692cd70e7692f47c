"""`mesh demo` fills an empty landing zone, runs everything once, and its exit code says how it went."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from mesh_platform.cli.closing import as_json, table
from mesh_platform.cli.progress import progress
from mesh_platform.serving.step import State, Step
from mesh_platform.slo.measurement import Measurement, Verdict
from mesh_platform.slo.status import Status
from tests.cli.stand_in_up import pids
from tests.cli.test_up import a_mesh
from tests.serving.stand_ins import runs, wait_for

CSV = Path(__file__).resolve().parents[1] / "demo" / "shop_of_twenty_lines.csv"
ARGV = [sys.executable, "-m", "tests.cli.stand_in_up", "demo"]


def demo(root: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {**a_mesh(root), **variables}
    return subprocess.run(
        [*ARGV, *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def demo_json(root: Path, *arguments: str, **variables: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(demo(root, *arguments, "--format", "json", **variables).stdout)
    return read


def landed(root: Path) -> list[Path]:
    return [p for p in (root / "home" / "landing").rglob("*") if p.is_file()]


def test_an_empty_mesh_is_filled_and_run(tmp_path: Path) -> None:
    ended = demo(tmp_path, "--days", "1")
    assert "the demo shop traded 1 days: " in ended.stdout
    assert "done       0.5 s  orders landing  12 rows" in ended.stdout
    assert "The mesh ran" in ended.stdout
    assert len(landed(tmp_path)) > 24


def test_json_is_all_that_stdout_holds(tmp_path: Path) -> None:
    told = demo_json(tmp_path, "--days", "1")
    assert (told["run_id"], told["landing"]["files"]) == ("r1", len(landed(tmp_path)))
    assert {s["status"] for s in told["steps"]} == {"succeeded"}
    assert [s["name"] for s in told["steps"]] == ["manifests", "definitions", "orders landing"]
    assert told["products"] == []


def test_the_second_time_it_goes_on_from_the_first(tmp_path: Path) -> None:
    demo(tmp_path, "--days", "0.1")
    before = landed(tmp_path)
    told = demo_json(tmp_path)
    assert "the demo shop went on up to now" in told["landing"]["sentence"]
    assert set(before) <= set(landed(tmp_path))
    assert "recover" in pids(tmp_path / "home") or not (tmp_path / "home" / "dagster" / "history").exists()


def test_what_lies_in_the_landing_zone_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "home" / "landing" / "orders_service_postgres" / "public.orders" / "real.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text("null\n")
    told = demo_json(tmp_path)
    assert "is not empty: landing what is there" in told["landing"]["sentence"]
    assert landed(tmp_path) == [file]


def test_a_mesh_that_captures_no_orders_gets_none(tmp_path: Path) -> None:
    a_mesh(tmp_path)
    file = tmp_path / "domains" / "orders" / "domain.yaml"
    file.write_text(file.read_text().replace("orders_service_postgres", "another_postgres"))
    environment = {**os.environ, "MESH_ROOT": str(tmp_path), "MESH_HOME": str(tmp_path / "home")}
    ended = subprocess.run(ARGV, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert "no domain captures `orders_service_postgres`" in ended.stdout
    assert landed(tmp_path) == []


def test_real_invoices_can_be_replayed_instead(tmp_path: Path) -> None:
    told = demo_json(tmp_path, "--from-csv", str(CSV))
    assert told["landing"]["details"]["orders"] == 5
    assert told["landing"]["details"]["unmatched_returns"] == 2
    assert sum(told["landing"]["details"]["left_out"].values()) == 5
    assert not (tmp_path / "home" / "demo").exists()
    again = demo(tmp_path, "--from-csv", str(CSV))
    assert again.returncode == 2
    assert "real orders are not mixed with others" in again.stderr


def test_a_malformed_file_is_named_by_line_and_nothing_is_written(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(CSV.read_text().replace(",4.25,", ",free,", 1))
    ended = demo(tmp_path, "--from-csv", str(bad))
    assert ended.returncode == 1
    assert f"{bad}:2: CSV005 UnitPrice is `free`, which is no amount\n  fix: write it as" in ended.stderr
    assert not landed(tmp_path)
    (finding,) = demo_json(tmp_path, "--from-csv", str(bad))["findings"]
    assert (finding["code"], finding["line"]) == ("CSV005", 2)


@pytest.mark.parametrize(
    "arguments", [["--from-csv", "none.csv"], ["--days", "0"], ["--seed", "x"], ["--format", "xml"]]
)
def test_a_wrong_argument_is_a_usage_error(arguments: list[str], tmp_path: Path) -> None:
    ended = demo(tmp_path, *arguments)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_a_run_that_fails_exits_1_with_the_last_lines_of_its_log(tmp_path: Path) -> None:
    ended = demo(tmp_path, "--days", "0.1", STAND_IN_FAILS="1")
    assert ended.returncode == 1
    assert "failed     0.5 s  orders landing" in ended.stdout
    assert "  | a line of the log" in ended.stdout
    assert "The mesh did not run to its end" in ended.stdout


@pytest.mark.parametrize("variables", [{"MESH_TARGET": "oracle"}, {"MESH_LANDING": "s3://bucket"}])
def test_an_environment_that_cannot_be_is_a_sentence(variables: dict[str, str], tmp_path: Path) -> None:
    ended = demo(tmp_path, **variables)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("mesh: MESH_")


@pytest.mark.parametrize("command", ["demo", "up"])
def test_a_target_without_an_adapter_is_refused_before_anything_is_written(command: str, tmp_path: Path) -> None:
    environment = {**a_mesh(tmp_path), "MESH_TARGET": "bigquery"}
    argv = [*ARGV[:-1], command]
    ended = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "mesh: target `bigquery` has no warehouse adapter in this version; set MESH_TARGET=duckdb\n"
    assert not (tmp_path / "home").exists()


def test_a_mesh_without_a_product_ends_well_and_says_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "domains").mkdir()
    environment = {**os.environ, "MESH_ROOT": str(tmp_path), "MESH_HOME": str(tmp_path / "home")}
    argv = [sys.executable, "-m", "mesh_platform", "demo"]
    ended = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "the mesh has no product yet; write domains/<domain>/<product>/data-product.yaml" in ended.stdout
    assert "The mesh ran" in ended.stdout


def test_a_shop_where_none_was_opened_says_how_to_open_one(tmp_path: Path) -> None:
    environment = {**a_mesh(tmp_path)}
    argv = [*ARGV[:-1], "shop"]
    ended = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("mesh: there is no demo shop in `")
    assert "run `mesh demo` or `mesh up` with an empty MESH_HOME" in ended.stderr


def test_a_kill_ends_the_run_it_started(tmp_path: Path) -> None:
    environment = {**a_mesh(tmp_path), "STAND_IN_HANGS": "1"}
    for number in (signal.SIGTERM, signal.SIGKILL):
        (tmp_path / "home" / "pids").unlink(missing_ok=True)
        process = subprocess.Popen([*ARGV, "--days", "0.1"], env=environment, stdout=subprocess.DEVNULL)
        run = wait_for(lambda: pids(tmp_path / "home").get("run"), "the run")
        process.send_signal(number)
        process.wait(60)
        wait_for(lambda run=run: not runs(run), "the end of the run")


def statuses() -> list[Status]:
    def one(sli: str, verdict: Verdict, value: float | None) -> Measurement:
        return Measurement("orders.order_events", sli, verdict, "a reason", value)

    measured = {
        "freshness": one("freshness", Verdict.PASS, 1.25),
        "completeness": one("completeness", Verdict.ERROR, 96.004),
        "accuracy": one("accuracy", Verdict.UNKNOWN, None),
    }
    return [Status("finance.new", None, None, {}), Status("orders.order_events", 12345, None, measured)]


def test_the_closing_table_shows_rows_freshness_completeness_and_verdicts() -> None:
    out = io.StringIO()
    Console(file=out, width=140).print(table(statuses()))
    lines = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert lines == [
        "product rows freshness completeness verdicts",
        "finance.new not published - -",
        "orders.order_events 12,345 1.2 min 96.00 % completeness error, accuracy unknown",
    ]


def test_the_closing_json_gives_reasons_for_what_did_not_pass() -> None:
    told = as_json(statuses()[1])
    assert (told["freshness_minutes"], told["completeness_percent"], told["rows"]) == (1.25, 96.004, 12345)
    assert told["reasons"] == {"completeness": "a reason", "accuracy": "a reason"}


def test_progress_is_a_line_an_ended_step_and_live_on_a_terminal() -> None:
    steps = [
        Step("land [x]", State.STARTED),
        Step("land [x]", State.FAILED, "why [y]", 1.0),
        Step("dbt", State.SKIPPED),
    ]
    for terminal in (False, True):
        out = io.StringIO()
        with progress(Console(file=out, force_terminal=terminal, width=100)) as show:
            for step in steps:
                show(step)
        shown = out.getvalue()
        assert "land [x]  why [y]" in shown
        assert ("\x1b[" in shown) is terminal
        assert (shown == "failed     1.0 s  land [x]  why [y]\nskipped           dbt\n") is not terminal
