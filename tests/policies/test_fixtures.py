"""Law 5: every code has a `good/` mesh that is silent and a `bad/` one that trips exactly it, where it is marked.

A fixture is laid over `base/`, one about the files of a dbt project over `described/` besides. `REMOVED` lists files to
take away; a mark is the comment `# <- CODE` on the line, or `path:line` in `MARKED` where the file can hold no comment.
A rule about changes has in `before/` the mesh as it was.
"""

import shutil
from datetime import date
from pathlib import Path

import pytest

from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.reading import READING
from mesh_platform.policies.book import BOOK
from mesh_platform.policies.govern import govern, govern_files
from mesh_platform.transformation.drift_rule import RULES, STALE

HERE = Path(__file__).parent
TODAY = date(2026, 11, 23)
CODES = sorted({*BOOK, *READING} - {STALE.code})
"""Every code, but the one that is about prepared artifacts and no file in git."""
NO_CODE = {"base", "described", "__pycache__"}


def laid_over_base(fixture: Path, root: Path) -> Path:
    shutil.copytree(HERE / "base", root)
    if fixture.parent.name in RULES:
        shutil.copytree(HERE / "described", root, dirs_exist_ok=True)
    removed = fixture / "REMOVED"
    for path in removed.read_text().split() if removed.exists() else ():
        (root / path).unlink()
    shutil.copytree(fixture, root, dirs_exist_ok=True)
    return root


def marks(root: Path, code: str) -> set[tuple[str, int]]:
    listed = (root / "MARKED").read_text().split() if (root / "MARKED").exists() else []
    found = {(path, int(line)) for path, _, line in (mark.rpartition(":") for mark in listed)}
    for file in root.rglob("*.y*ml"):
        lines = file.read_text(errors="replace").split("\n") if file.is_file() else []
        path = file.relative_to(root).as_posix()
        found |= {(path, number) for number, line in enumerate(lines, 1) if line.endswith(f"# <- {code}")}
    return found


def findings(root: Path, code: str = "") -> tuple[Finding, ...]:
    """What is found in the mesh at `root`; compared with the mesh as it was, where the code's fixtures have one."""
    before, mesh = HERE / code / "before", gather(root)
    if code in RULES:
        environment = Environment(root, root.parent / "home", Target.DUCKDB, str(root.parent / "landing"))
        return govern_files(mesh, environment, TODAY)
    was = gather(laid_over_base(before, root.parent / "was")) if code and before.exists() else None
    return govern(mesh, TODAY, before=was)


def test_the_base_is_silent(tmp_path: Path) -> None:
    assert findings(shutil.copytree(HERE / "base", tmp_path / "root")) == ()


def test_every_code_has_its_fixtures_and_every_fixture_its_code() -> None:
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and path.name not in NO_CODE}
    assert folders == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_good_mesh_is_silent(code: str, tmp_path: Path) -> None:
    found = findings(laid_over_base(HERE / code / "good", tmp_path / "root"), code)
    assert [str(f) for f in found if not f.exempted] == []


@pytest.mark.parametrize("code", CODES)
def test_a_bad_mesh_trips_exactly_its_code_at_the_marked_lines(code: str, tmp_path: Path) -> None:
    root = laid_over_base(HERE / code / "bad", tmp_path / "root")
    found = [f for f in findings(root, code) if not f.exempted]
    assert {f.code for f in found} == {code}, "\n".join(map(str, found))
    assert {(f.path, f.line) for f in found} == marks(root, code), "\n".join(map(str, found))
    assert all(f.message and f.fix and f.column >= 1 for f in found)


@pytest.mark.parametrize("code", sorted(BOOK))
def test_a_policy_says_why_it_exists_and_what_to_do(code: str) -> None:
    assert BOOK[code].rationale.endswith(".")
    assert BOOK[code].fix
    assert not BOOK[code].fix.endswith(".")
