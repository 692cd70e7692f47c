import json
from pathlib import Path

import pytest

from mesh_platform.cli.explain import explanations
from mesh_platform.cli.main import COMMANDS, run
from mesh_platform.manifest.reading import READING
from mesh_platform.names import CHECKS, LANDING_CHECK
from mesh_platform.policies.book import BOOK


def test_a_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "slo001"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("SLO001  freshness is within the bound  (error)")
    assert "batch reporting" in printed
    assert "fix: lower `target_minutes`" in printed


@pytest.mark.parametrize("short", ["slo1", "SLO-1", "slo01", " Slo0001 ", "slo_001"])
def test_a_code_need_not_be_written_in_full(short: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", short]) == 0
    assert capsys.readouterr().out.startswith("SLO001  ")


def test_an_example_shows_what_to_avoid_and_what_to_prefer(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "SLO003"]) == 0
    printed = capsys.readouterr().out
    assert printed.index("avoid: domains/") < printed.index("prefer: domains/")


def test_the_level_is_the_one_the_council_set_here(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MESH_ROOT", str(root))
    (root / "domains/policy.yaml").write_text("levels: {SLO001: warning, DBT102: off}\n")
    assert run(["explain", "SLO001"]) == 0
    assert "(warning; `error` by default)" in capsys.readouterr().out
    assert run(["explain", "DBT102", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["level"] == "off"


def test_a_code_is_explained_where_there_is_no_mesh(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MESH_ROOT", "/nowhere/at/all")
    assert run(["explain", "SLO001"]) == 0
    assert "(error)" in capsys.readouterr().out


def test_a_promise_is_explained_with_its_sql(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "freshness"]) == 0
    assert "select" in capsys.readouterr().out.lower()


@pytest.mark.parametrize("check", [*CHECKS, LANDING_CHECK])
def test_every_check_is_explained(check: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", check]) == 0
    assert check in capsys.readouterr().out


def test_without_a_code_everything_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain"]) == 0
    printed = capsys.readouterr().out
    assert all(code in printed for code in (*BOOK, *READING, "freshness", "completeness", "accuracy"))


def test_json_is_json_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--format", "json"]) == 0
    assert {e["code"] for e in json.loads(capsys.readouterr().out)} == set(explanations())
    assert run(["explain", "MAN005", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "key is written once"


@pytest.mark.parametrize(
    ("code", "hint"), [("SLO0O1x", "did you mean `SLO0"), ("freshnes", "`freshness`"), ("zzz", "lists them all")]
)
def test_an_unknown_code_is_a_usage_error_with_a_hint(code: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", code]) == 2
    assert hint in capsys.readouterr().err


def test_help_lists_every_command_without_loading_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    printed = capsys.readouterr().out
    assert all(f"  {name} " in printed for name in COMMANDS)


def test_a_mistyped_command_is_told_what_was_probably_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["valdate"]) == 2
    assert "did you mean `mesh validate`?" in capsys.readouterr().err
    assert run(["xyzzy"]) == 2
    assert "xyzzy" in capsys.readouterr().err
