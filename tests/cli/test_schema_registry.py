"""`mesh schema check` and `mesh schema list`, against a stand-in for a registry."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.cli.main import run
from tests.schema.registry.stand_in import StandIn, failing

PRODUCT = SUBJECT = "orders.order_events"
SECRET = "hunter2-hunter2"  # of nobody


@pytest.fixture
def folder(root: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The product's folder; its manifest names the stand-in, and so does the environment."""
    manifest = root / "domains" / "orders" / "order_events" / "data-product.yaml"
    manifest.write_text(manifest.read_text().replace("https://schema-registry.example.com", stand_in.url))
    monkeypatch.setenv("MESH_ROOT", str(root))
    monkeypatch.setenv("MESH_HOME", str(root.parent / "home"))
    monkeypatch.setenv("MESH_REGISTRY_URL", stand_in.url)
    monkeypatch.setattr("mesh_platform.schema.registry.exchange.sleep", [].append)
    return manifest.parent


def text_of(folder: Path, version: str) -> str:
    return (folder / "schema" / f"{version}.avsc").read_text()


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = run(["schema", *arguments, "--format", "json"])
    printed = capsys.readouterr()
    assert printed.err == ""
    return code, json.loads(printed.out)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = run(["schema", *arguments])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def required(folder: Path) -> None:
    """The newest schema gains a field that old data does not have."""
    schema = json.loads(text_of(folder, "2.1.0"))
    schema["fields"].append({"name": "till", "type": "string"})
    (folder / "schema" / "2.1.0.avsc").write_text(json.dumps(schema))


def test_a_schema_that_would_be_taken_exits_0_and_is_not_registered(
    folder: Path, stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.subjects[SUBJECT] = [(1, text_of(folder, "2.0.0"))]
    code, told = answer(capsys, "check")
    assert code == 0
    (found,) = told["products"]
    assert told["registry"] == stand_in.url
    assert (found["product"], found["subject"], found["version"]) == (PRODUCT, SUBJECT, "2.1.0")
    assert (found["level"], found["compatible"], found["registered"]) == ("BACKWARD", True, None)
    assert (found["ours"]["from"], found["ours"]["bump"], found["ours"]["unreadable"]) == ("2.0.0", "minor", [])
    assert len(stand_in.subjects[SUBJECT]) == 1


def test_a_schema_that_would_be_refused_exits_1_with_both_answers(
    folder: Path, stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.subjects[SUBJECT] = [(1, text_of(folder, "2.0.0"))]
    required(folder)
    code, told = answer(capsys, "check", PRODUCT)
    (found,) = told["products"]
    assert (code, found["compatible"], found["ours"]["unreadable"]) == (1, False, ["2.0.0"])
    assert "{oldSchemaVersion: 1}" in found["messages"]
    assert "till" in {change["path"] for change in found["ours"]["changes"]}
    code, text = said(capsys, "check", PRODUCT)
    assert code == 1
    assert f"{PRODUCT} 2.1.0  refused  `{SUBJECT}`, held to BACKWARD" in text
    assert "  registry  {oldSchemaVersion: 1}" in text
    assert "by BACKWARD it does not go with `2.0.0`" in text


def test_a_registered_schema_is_named_with_its_id(
    folder: Path, stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.subjects[SUBJECT] = [(7, text_of(folder, "2.0.0")), (9, text_of(folder, "2.1.0"))]
    code, text = said(capsys, "check")
    assert code == 0
    assert "compatible  `orders.order_events`, registered as version 2, id 9" in text


def test_whoever_may_not_read_the_level_still_gets_the_verdict(
    folder: Path, stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.plan = [None, None, failing(403)]
    code, told = answer(capsys, "check")
    assert (code, told["products"][0]["level"], told["products"][0]["ours"]["unreadable"]) == (0, None, None)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "credentials are not accepted"), (403, "do not permit it"), (503, "`503`"), (302, "redirec")],
)
@pytest.mark.parametrize("command", [("check",), ("check", PRODUCT), ("list", PRODUCT)])
def test_no_answer_exits_2_in_one_sentence_without_the_secret(
    folder: Path, stand_in: StandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    status: int, reason: str, command: tuple[str, ...],
) -> None:  # fmt: skip
    monkeypatch.setenv("MESH_REGISTRY_TOKEN", SECRET)
    stand_in.plan = [failing(status, {"error_code": status, "message": f"no {SECRET}"})] * 9
    assert run(["schema", *command, "--format", "json"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert reason in printed.err
    assert printed.err.count("\n") == 1
    assert SECRET not in printed.err


def test_without_a_registry_there_is_nothing_to_check(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MESH_REGISTRY_URL")
    code, text = said(capsys, "check")
    assert code == 2
    assert "set MESH_REGISTRY_URL" in text


def test_a_product_of_no_or_another_registry_is_said_to_be_so(
    folder: Path, stand_in: StandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, text = said(capsys, "check", "finance.revenue_daily")
    assert (code, "names none" in text) == (2, True)
    monkeypatch.setenv("MESH_REGISTRY_URL", "https://elsewhere.example.com")
    code, text = said(capsys, "check", PRODUCT)
    assert (code, "names another one" in text) == (2, True)
    code, text = said(capsys, "check")
    assert (code, "no product names the registry" in text) == (0, True)
    assert said(capsys, "check", "no.such")[0] == 2
    assert stand_in.asked == []


def test_versions_are_listed_side_by_side(folder: Path, stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    foreign = '{"type": "record", "name": "X", "fields": []}'
    stand_in.subjects[SUBJECT] = [(4, foreign), (7, text_of(folder, "2.0.0"))]
    code, text = said(capsys, "list", PRODUCT)
    assert code == 0
    assert text.splitlines() == [
        "repository    registry",
        "2.0.0         version 2, id 7",
        "2.1.0*        not registered",
        "-             version 1, id 4",
        f"subject `{SUBJECT}` in `{stand_in.url}`",
    ]
    assert answer(capsys, "list", PRODUCT)[1]["versions"] == [
        {"version": "2.0.0", "registered": {"version": 2, "id": 7}},
        {"version": "2.1.0", "registered": None},
        {"version": None, "registered": {"version": 1, "id": 4}},
    ]


def test_the_repository_is_the_default_registry(
    folder: Path, stand_in: StandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MESH_REGISTRY_URL")
    assert said(capsys, "list", PRODUCT) == (0, "repository\n2.0.0\n2.1.0*\n")
    code, told = answer(capsys, "list", PRODUCT)
    assert (code, told["registry"], told["subject"]) == (0, None, None)
    assert stand_in.asked == []


@pytest.mark.parametrize(
    "arguments", [["validate"], ["schema", "list", "orders.order_events"], ["schema", "diff", "-h"]]
)
def test_no_library_for_http_is_loaded_where_no_registry_is_asked(folder: Path, arguments: list[str]) -> None:
    code = f"""
import os, sys
del os.environ["MESH_REGISTRY_URL"]
from mesh_platform.cli.main import run
run({arguments!r})
loaded = sorted(m for m in sys.modules if m.split(".")[0] in {{"requests", "urllib3"}})
assert not loaded, loaded
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_secret_in_a_manifest_is_found_and_not_repeated(
    folder: Path, stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = folder / "data-product.yaml"
    manifest.write_text(manifest.read_text().replace(stand_in.url, f"https://me:{SECRET}@registry.example.com"))
    for form in ("text", "json", "github", "junit"):
        assert run(["validate", "--format", form]) == 1
        printed = capsys.readouterr()
        assert "REG001" in printed.out
        assert SECRET not in printed.out + printed.err
