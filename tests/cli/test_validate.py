import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from mesh_platform.cli.formats import as_junit
from mesh_platform.cli.main import run
from mesh_platform.manifest.finding import Finding, Level
from tests.edited_file import edit

MANIFEST = "domains/orders/order_events/data-product.yaml"
FINANCE = "domains/finance/revenue_daily/data-product.yaml"


def answer(capsys: pytest.CaptureFixture[str], *paths: str) -> tuple[int, dict[str, Any]]:
    code = run(["validate", "--format", "json", *paths])
    printed = capsys.readouterr()
    assert printed.err == ""
    return code, json.loads(printed.out)


def test_the_shipped_mesh_has_no_error(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = answer(capsys)
    assert code == 0
    assert [f for f in said["findings"] if f["level"] == "error"] == []
    assert (said["products"], said["quarantined"], said["domains"]) == (2, 0, 2)
    assert 0 < said["seconds"] < 60


def test_a_finding_in_json_has_exactly_the_promised_keys(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(mesh / MANIFEST, "target_minutes: 30", 'target_minutes: "30"')
    code, said = answer(capsys)
    assert code == 1
    assert (said["products"], said["quarantined"]) == (1, 1)
    (finding,) = (f for f in said["findings"] if f["code"] == "MAN008")
    assert list(finding) == ["code", "level", "path", "line", "column", "key", "product", "message", "fix", "exempted"]
    assert (finding["path"], finding["level"], finding["product"]) == (MANIFEST, "error", "orders.order_events")
    assert finding["key"] == "spec.slo.freshness.target_minutes"
    assert (mesh / MANIFEST).read_text().split("\n")[finding["line"] - 1].strip() == 'target_minutes: "30"'
    assert finding["exempted"] is False


def test_warnings_do_not_fail_the_command(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(mesh / MANIFEST, "owner: order-experience-squad", "owner: somebody")
    code, said = answer(capsys)
    assert code == 0
    assert {f["level"] for f in said["findings"]} == {"warning"}


def test_exempted_findings_do_not_fail_the_command(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(mesh / "domains/policy.yaml", "max_freshness_minutes: 120", "max_freshness_minutes: 40")
    assert answer(capsys)[0] == 1
    entry = "{policy: SLO001, product: finance.revenue_daily, until: 2999-12-31, granted_by: council, reason: why}"
    (mesh / "domains/exemptions.yaml").write_text(f"exemptions:\n  - {entry}\n")
    code, said = answer(capsys)
    assert code == 0
    assert [(f["code"], f["level"], f["exempted"]) for f in said["findings"]] == [("SLO001", "error", True)]


def test_a_path_narrows_what_is_shown_and_not_what_is_read(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(mesh / MANIFEST, "kind: DataProduct", "kind: Table")
    edit(mesh / FINANCE, "product: orders.order_events", "product: orders.events")
    for path, codes in {
        "domains/orders": {"MAN009"},
        str(mesh / MANIFEST): {"MAN009"},
        "root/domains/finance/": {"LIN003"},
        "domains/finance/revenue_daily/schema": set(),
        ".": {"MAN009", "LIN003"},
        "root": {"MAN009", "LIN003"},
    }.items():
        code, said = answer(capsys, path)
        assert {f["code"] for f in said["findings"]} == codes, path
        assert code == (1 if codes else 0)
        assert (said["products"], said["quarantined"], said["domains"]) == (1, 1, 2)
    assert {f["code"] for f in answer(capsys, "domains/orders", "domains/finance")[1]["findings"]} == {
        "MAN009",
        "LIN003",
    }


@pytest.mark.parametrize("path", ["nowhere", "domains/nowhere", "/nowhere"])
def test_a_path_that_does_not_exist_is_a_usage_error(path: str, mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", path]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"mesh: `{path}` does not exist\n"


def test_a_path_outside_of_the_mesh_is_a_usage_error(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mesh.parent / "elsewhere").mkdir()
    assert run(["validate", "elsewhere"]) == 2
    assert "is not part of the mesh" in capsys.readouterr().err


def test_a_wrong_root_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MESH_ROOT", "/nowhere/at/all")
    assert run(["validate"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_root_without_domains_is_no_mesh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MESH_ROOT", str(tmp_path))
    assert run(["validate"]) == 2
    assert capsys.readouterr().err.startswith(f"mesh: MESH_ROOT is `{tmp_path}`, which has no `domains/`; ")


@pytest.mark.parametrize("arguments", [["validate", "--format", "xml"], ["validate", "--nonsense"], ["valdiate"], []])
def test_wrong_usage_is_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert "Usage:" in capsys.readouterr().err


def test_text_shows_the_line_a_caret_a_fix_and_a_summary(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(mesh / MANIFEST, "target_minutes: 30", "target_minutes: 300")
    assert run(["validate"]) == 1
    printed = capsys.readouterr().out
    line = 1 + (mesh / MANIFEST).read_text().split("\n").index("      target_minutes: 300")
    assert f"{MANIFEST}:{line}: SLO001 a freshness target of `300` min exceeds `120` min\n" in printed
    assert f"   {line} |       target_minutes: 300\n      |       ^^^^^^^^^^^^^^\n  fix: lower `target" in printed
    assert printed.rstrip().split("\n")[-1].startswith("3 errors, 0 warnings in 2 products, 2 domains (")
    assert "\x1b" not in printed


def test_github_gets_a_note_on_the_line(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(mesh / MANIFEST, "target_percent: 99.5", "target_percent: 90, or so, 100%")
    assert run(["validate", "--format", "github"]) == 1
    printed = capsys.readouterr().out.strip()
    assert printed.startswith(f"::error file={MANIFEST},line=")
    assert ",title=MAN008::" in printed
    assert "100%25" in printed


def test_github_is_told_what_counts_first_and_where_the_mesh_lies(
    mesh: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(mesh.parent))
    edit(mesh / FINANCE, "owner: finance-insights", "owner: somebody")
    edit(mesh / MANIFEST, "target_percent: 99.5", "target_percent: 90")
    assert run(["validate", "--format", "github"]) == 1
    notes = capsys.readouterr().out.strip().split("\n")
    assert notes[0].startswith(f"::error file=root/{MANIFEST},line=")
    assert [note.split(" ")[0] for note in notes[:-1]] == sorted(note.split(" ")[0] for note in notes[:-1])
    assert "error" in notes[-1] and not notes[-1].startswith("::")


@pytest.mark.parametrize("form", ["github", "junit", "text", "json"])
def test_no_form_is_broken_by_what_a_file_says(mesh: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    hostile = '"::error::]]> <![CDATA[ %0A & \\U0001F600 \\u200b \\ud83d \\ufffe \\x1b[31m \\n::stop-commands::x"'
    edit(mesh / MANIFEST, "owner: order-experience-squad", f"owner: {hostile}")
    edit(mesh / FINANCE, "table: revenue_daily", "table: '<x y=\"1\">::set-output'")
    run(["validate", "--format", form])
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    if form == "junit":
        ElementTree.fromstring(printed.encode())
    if form == "github":
        assert all(line.startswith("::") for line in printed.strip().split("\n")[:-1])
        assert not any(line.startswith(("::stop", "::set")) for line in printed.split("\n"))


def test_junit_holds_nothing_that_xml_cannot() -> None:
    found = Finding("a\x00\ud800.yaml", 1, 1, "MAN001", Level.ERROR, "\x0b\uffff <&\"'>", "\x1b")
    suite = ElementTree.fromstring(as_junit([found], ["a.\x07"]))
    assert suite.get("failures") == "1"


def test_junit_tells_the_level_the_message_and_the_fix_apart() -> None:
    levels = [("error", Level.ERROR, False), ("warning", Level.WARNING, False), ("exempted", Level.ERROR, True)]
    found = [Finding("a.yaml", 1, 1, "XXX001", of, "is <so>", "do & so", exempted=e) for _, of, e in levels]
    suite = ElementTree.fromstring(as_junit(found, []))
    cases = [(case[0].tag, case[0].get("type"), case[0].get("message"), case[0].text) for case in suite]
    told = ("is <so>", "fix: do & so")
    assert cases == [("failure", "error", *told), ("skipped", "warning", *told), ("skipped", "exempted", *told)]


def test_junit_is_xml_with_a_case_a_finding_and_a_product(mesh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(mesh / MANIFEST, "owner: order-experience-squad", 'owner: <some> & "body"')
    edit(mesh / FINANCE, "product: orders.order_events", "product: orders.events")
    assert run(["validate", "--format", "junit"]) == 1
    suite = ElementTree.fromstring(capsys.readouterr().out.encode())
    cases = suite.findall("testcase")
    assert suite.get("tests") == str(len(cases))
    assert suite.get("failures") == str(len(suite.findall("testcase/failure"))) == "1"
    assert {case.get("classname") for case in cases if len(case) == 0} == {"mesh"}


def process(*arguments: str, root: Path | None = None) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, **({"MESH_ROOT": str(root)} if root else {})}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def test_validating_imports_neither_the_orchestrator_nor_the_warehouse() -> None:
    code = """
import sys
from mesh_platform.cli.formats import as_junit
from mesh_platform.cli.main import run
from mesh_platform.manifest.finding import Finding, Level
code = run(["validate", "--format", "json"])
heavy = {"dagster", "duckdb", "dbt", "rich", "numpy", "fastavro"}
found = sorted({m.split(".")[0] for m in sys.modules} & heavy)
assert not found, found
sys.exit(code)
"""
    done = process("-c", code)
    assert done.returncode == 0, done.stderr


def test_a_reader_that_goes_away_is_no_error(mesh: Path) -> None:
    edit(mesh / MANIFEST, "kind: DataProduct", "kind: Table")
    arguments = "sys.argv = ['mesh', 'explain', '--format', 'json']"
    script = f"import sys; from mesh_platform.cli.main import main; {arguments}; main()"
    done = subprocess.run(f'"{sys.executable}" -c "{script}" | head -c 1', shell=True, capture_output=True, check=False)
    assert done.stderr == b""


def test_ctrl_c_is_exit_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mesh_platform.cli.validate.gather", interrupted)
    assert run(["validate"]) == 130


@pytest.mark.parametrize("shape", ["text", "json", "github", "junit"])
@pytest.mark.parametrize(
    "route",
    [
        '{to: "*", kind: slack, url_from: "https://hooks.slack.com/services/T0SECRET"}',
        '{to: "#nobody-of-this-name", kind: slack, url: "https://hooks.slack.com/services/T0SECRET"}',
        '{to: "https://hooks.slack.com/services/T0SECRET", kind: slack, url_from: MESH_SLACK}',
        '{to: "*", kind: pagerduty, key: T0SECRET}',
        '{to: "*", kind: pagerduty, key: 90125}',
        '{to: "*", kind: pagerduty, routing_key: T0SECRET}',
    ],
)
def test_a_secret_in_the_file_of_notifications_is_a_finding_that_does_not_repeat_it(
    mesh: Path, capsys: pytest.CaptureFixture[str], route: str, shape: str
) -> None:
    (mesh / "domains" / "notifications.yaml").write_text(f"routes:\n  - {route}\n")
    assert run(["validate", "--format", shape]) == 1
    said = capsys.readouterr()
    assert "notifications.yaml" in said.out
    assert not [word for word in ("T0SECRET", "90125") if word in said.out + said.err]
