"""`mesh validate --changed-since`: what a change is to blame for, in the files it touches and everywhere else."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.cli.main import run
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.untouched import untouched
from tests.cli.git_repository import commit, git
from tests.edited_file import edit

ORDERS = "domains/orders/order_events/data-product.yaml"
FINANCE = "domains/finance/revenue_daily/data-product.yaml"


@pytest.fixture
def repository(mesh: Path) -> Path:
    """The shipped mesh as the only commit of a new repository."""
    git(mesh, "init", "-q", "-b", "main")
    commit(mesh, "the mesh")
    return mesh


def found(capsys: pytest.CaptureFixture[str], revision: str = "main", *paths: str) -> list[dict[str, Any]]:
    code = run(["validate", "--format", "json", "--changed-since", revision, *paths])
    printed = capsys.readouterr()
    assert printed.err == ""
    findings: list[dict[str, Any]] = json.loads(printed.out)["findings"]
    assert code == int(any(f["level"] == "error" and not f["exempted"] for f in findings))
    return findings


def test_nothing_changed_is_nothing_to_blame(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository / ORDERS, "owner: order-experience-squad", "owner: somebody")
    commit(repository)
    assert found(capsys) == []


def test_a_finding_in_a_changed_file_is_shown_new_or_not(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository / ORDERS, "owner: order-experience-squad", "owner: somebody")
    edit(repository / FINANCE, "owner: finance-insights", "owner: somebody")
    commit(repository)
    edit(repository / ORDERS, "One row an event", "Each row an event")
    assert [(f["code"], f["path"]) for f in found(capsys)] == [("OWN001", ORDERS)]


def test_what_a_change_breaks_in_another_domain_is_shown_there(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(repository / ORDERS, "target_minutes: 30", "target_minutes: 80")
    edit(repository / ORDERS, "warn_minutes: 45", "warn_minutes: 85")
    shown = {(f["code"], f["path"]) for f in found(capsys)}
    assert shown == {("SLO015", ORDERS), ("SLO009", FINANCE)}


def test_a_new_file_that_git_does_not_know_is_a_change(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "domains/orders/carts").mkdir()
    (repository / "domains/orders/carts/data-product.yaml").write_text("kind: DataProduct\n")
    assert {f["path"] for f in found(capsys)} == {"domains/orders/carts/data-product.yaml"}


def test_what_others_committed_to_the_branch_meanwhile_is_not_this_change(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repository, "checkout", "-q", "-b", "work")
    edit(repository / FINANCE, "Revenue by UTC day", "Net revenue by UTC day")
    commit(repository)
    git(repository, "checkout", "-q", "main")
    edit(repository / ORDERS, "target_minutes: 30", "target_minutes: 20")
    commit(repository)
    git(repository, "checkout", "-q", "work")
    assert found(capsys, "main") == []


def test_a_product_that_is_removed_is_missed_at_its_place(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (repository / "domains/orders/order_events").rglob("*.*"):
        path.unlink()
    shown = {(f["code"], f["path"]) for f in found(capsys)}
    assert ("LIF009", ORDERS) in shown
    assert ("LIN003", FINANCE) in shown


def test_a_promise_may_be_loosened_under_a_new_major(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository / ORDERS, "target_minutes: 30", "target_minutes: 40")
    assert [f["code"] for f in found(capsys)] == ["SLO015"]
    edit(repository / ORDERS, 'schema_version: "2.1.0"', 'schema_version: "3.0.0"')
    schemas = repository / "domains/orders/order_events/schema"
    (schemas / "3.0.0.avsc").write_text((schemas / "2.1.0.avsc").read_text())
    assert "SLO015" not in {f["code"] for f in found(capsys)}


def test_the_council_permits_a_loosened_promise(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = "{policy: SLO015, product: orders.order_events, until: 2999-12-31, granted_by: council, reason: why}"
    (repository / "domains/exemptions.yaml").write_text(f"exemptions:\n  - {entry}\n")
    commit(repository)
    edit(repository / ORDERS, "target_minutes: 30", "target_minutes: 40")
    assert [(f["code"], f["exempted"]) for f in found(capsys)] == [("SLO015", True)]


def test_an_exemption_of_a_change_is_not_called_needless_without_a_commit(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = "{policy: SLO015, product: orders.order_events, until: 2999-12-31, granted_by: council, reason: why}"
    (repository / "domains/exemptions.yaml").write_text(f"exemptions:\n  - {entry}\n")
    assert run(["validate", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []


def test_a_level_the_council_raises_shows_what_it_makes_an_error(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(repository / ORDERS, "owner: order-experience-squad", "owner: somebody")
    commit(repository)
    (repository / "domains/policy.yaml").write_text("levels: {OWN001: error}\n")
    assert [(f["code"], f["level"], f["path"]) for f in found(capsys)] == [("OWN001", "error", ORDERS)]


def test_a_root_below_the_top_of_the_repository_is_compared_by_its_own_paths(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MESH_ROOT", str(root))
    monkeypatch.chdir(root.parent)
    git(root.parent, "init", "-q", "-b", "main")
    commit(root.parent)
    edit(root / ORDERS, "owner: order-experience-squad", "owner: somebody")
    assert [(f["code"], f["path"]) for f in found(capsys)] == [("OWN001", ORDERS)]


@pytest.mark.parametrize(
    "revision", ["nowhere", "", "--help", "-h", "HEAD~99", "HEAD:domains", "\x00", "a b", "é" * 500]
)
def test_a_revision_git_does_not_know_is_one_sentence(
    repository: Path, capsys: pytest.CaptureFixture[str], revision: str
) -> None:
    assert run(["validate", f"--changed-since={revision}"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("mesh: git ")
    assert printed.err.count("\n") == 1


def test_outside_of_a_repository_it_is_one_sentence(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MESH_ROOT", str(root))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(root.parent))
    assert run(["validate", "--changed-since", "HEAD"]) == 2
    assert "is in no git repository" in capsys.readouterr().err


def test_a_domain_that_is_a_submodule_is_named_and_nothing_of_it_passes_as_new(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = repository.parent / "finance"
    (repository / "domains/finance").rename(inner)
    git(inner, "init", "-q", "-b", "main")
    commit(inner)
    git(repository, "add", "-A")
    git(repository, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "domains/finance")
    commit(repository)
    assert run(["validate", "--changed-since", "HEAD"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("mesh: `domains/finance`: a git submodule")
    assert printed.err.count("\n") == 1
    assert run(["validate", "--changed-since", "HEAD~1"]) == 0  # the commit before had its files
    assert run(["validate"]) == 0


@pytest.mark.parametrize("revision", ["origin/main", "first"])
def test_a_shallow_clone_says_to_fetch_the_history(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], revision: str
) -> None:
    git(repository, "tag", "first")
    git(repository, "checkout", "-q", "-b", "work")
    commit(repository)
    commit(repository)
    git(repository, "checkout", "-q", "main")
    commit(repository)
    clone, address = repository.parent / "clone", f"file://{repository}"
    git(repository, "clone", "-q", "--depth", "1", "--no-single-branch", "-b", "work", address, str(clone))
    monkeypatch.setenv("MESH_ROOT", str(clone))
    assert run(["validate", "--changed-since", revision]) == 2
    printed = capsys.readouterr().err
    assert "`fetch-depth: 0`" in printed
    assert revision in printed
    assert printed.count("\n") == 1
    git(clone, "fetch", "-q", "--unshallow", "--tags")
    assert run(["validate", "--changed-since", revision]) == 0


def test_without_git_it_is_one_sentence(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert run(["validate", "--changed-since", "HEAD"]) == 2
    assert capsys.readouterr().err == "mesh: git is not installed; it is asked what changed\n"


def test_a_git_hook_of_another_repository_does_not_lead_it_astray(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository / "nowhere"))
    edit(repository / ORDERS, "owner: order-experience-squad", "owner: somebody")
    assert [f["code"] for f in found(capsys)] == ["OWN001"]


def test_the_last_line_says_since_when(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "--changed-since", "main"]) == 0
    assert capsys.readouterr().out.startswith("0 errors, 0 warnings since `main` in 2 products")


def test_links_and_large_files_of_the_commit_do_no_harm(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "domains/orders/link").symlink_to("/etc")
    (repository / "domains/orders/loop").symlink_to("loop")
    (repository / "domains/orders/order_events/schema/9.9.9.avsc").write_bytes(b" " * (3 << 20))
    (repository / "domains/orders/naïve name").mkdir()
    (repository / "domains/orders/naïve name/data-product.yaml").write_text("kind: DataProduct\n")
    commit(repository)
    assert found(capsys) == []


SCHEMAS = "domains/orders/order_events/schema"
COLUMN = '{"name": "coupon", "type": ["null", "string"], "default": null}'


def test_a_published_schema_is_frozen(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for version in ("2.0.0", "2.1.0"):
        schema = repository / SCHEMAS / f"{version}.avsc"
        published = schema.read_text()
        schema.write_text(published.replace('"fields": [', f'"fields": [{COLUMN}, ', 1))
        assert "VER006" in {f["code"] for f in found(capsys)}
        schema.write_text(json.dumps(json.loads(published)))
        assert found(capsys) == []
        schema.write_text(published)


@pytest.mark.parametrize("renamed_to", [None, "1.9.0"])
def test_a_published_schema_stays(repository: Path, capsys: pytest.CaptureFixture[str], renamed_to: str | None) -> None:
    schema = repository / SCHEMAS / "2.0.0.avsc"
    if renamed_to:
        schema.rename(schema.with_stem(renamed_to))
    else:
        schema.unlink()
    gone = [f for f in found(capsys) if f["code"] == "VER006"]
    assert [(f["path"], f["line"]) for f in gone] == [(f"{SCHEMAS}/2.0.0.avsc", 1)]


def test_what_is_not_published_yet_may_still_change(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schemas = repository / SCHEMAS
    (schemas / "2.2.0-rc.1.avsc").write_text((schemas / "2.1.0.avsc").read_text())
    commit(repository)
    (schemas / "2.2.0-rc.1.avsc").unlink()
    assert found(capsys) == []


@pytest.mark.parametrize(("promised", "code"), [("40", "SLO015"), ("20", "SLO016")])
def test_the_advice_on_a_promise_can_be_followed_as_written(
    repository: Path, capsys: pytest.CaptureFixture[str], promised: str, code: str
) -> None:
    edit(repository / ORDERS, "target_minutes: 30", f"target_minutes: {promised}")
    (finding,) = found(capsys)
    assert finding["code"] == code
    copied, becomes, written = re.findall(r"`([^`]+)`", finding["fix"])[-3:]
    folder = (repository / ORDERS).parent
    (folder / becomes).write_text((folder / copied).read_text())
    edit(repository / ORDERS, 'schema_version: "2.1.0"', written)
    assert found(capsys) == []


def _edit(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


CHANGES: dict[str, Callable[[Path], None]] = {
    "nothing": lambda root: None,
    "a promise": lambda root: edit(root / ORDERS, "target_minutes: 30", "target_minutes: 500"),
    "a broken manifest": lambda root: _edit(root, FINANCE, "kind: ["),
    "a domain gone": lambda root: shutil.rmtree(root / "domains/finance"),
    "a dbt project gone": lambda root: shutil.rmtree(root / "dbt_projects/orders"),
    "a new domain": lambda root: _edit(root, "domains/new/thing/data-product.yaml", "kind: DataProduct"),
    "a file that git ignores": lambda root: (
        _edit(root, ".gitignore", "*.bak.sql\n"),
        _edit(root, "dbt_projects/finance/models/x.bak.sql", "select * from {{ ref('nothing') }}"),
    )[0],
    "the council's bounds": lambda root: _edit(root, "domains/policy.yaml", "max_freshness_minutes: 1"),
    "a link for a file": lambda root: (
        (root / FINANCE).rename(root / "domains/finance/moved.yaml"),
        (root / FINANCE).symlink_to("../moved.yaml"),
    )[1],
    "line ends": lambda root: _edit(root, FINANCE, (root / FINANCE).read_text().replace("\n", "\r\n")),
    "the shared macros": lambda root: _edit(
        root, "dbt_projects/platform/macros/new.sql", "{% macro x() %}1{% endmacro %}"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_the_same_is_judged_once_and_nothing_is_found_otherwise(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    CHANGES[change](repository)
    quick = found(capsys)
    monkeypatch.setattr("mesh_platform.cli.validate.untouched", lambda *_: frozenset())
    assert quick == found(capsys)


def test_a_domain_that_nobody_touched_is_not_read_again(repository: Path) -> None:
    edit(repository / FINANCE, "description:", "description: >-\n   ")
    assert untouched(repository, git(repository, "rev-parse", "HEAD"), gather(repository)) == {"orders"}
