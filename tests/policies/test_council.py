"""What the council is told about its own files: advice that can be followed."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.gather import gather
from mesh_platform.policies.govern import govern

HERE = Path(__file__).parent
TODAY = date(2026, 11, 23)


def found(tmp_path: Path, file: str, text: str) -> list[Finding]:
    root = shutil.copytree(HERE / "base", tmp_path / "root")
    (root / "domains" / file).write_text(text)
    return [f for f in govern(gather(root), TODAY) if f.path == f"domains/{file}"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("DOM01", "DOM001"), ("slo-1", "SLO001"), ("SL0001", "SLO001"), ("SLO091", None), ("X", None)],
)
def test_a_mistyped_code_is_recognised_and_another_number_is_not(
    tmp_path: Path, written: str, meant: str | None
) -> None:
    (finding,) = found(tmp_path, "policy.yaml", f"levels: {{{written}: error}}\n")
    assert finding.message.endswith(f"; did you mean `{meant}`?" if meant else f"`{written}`")


def test_what_cannot_be_read_is_to_be_mended_and_not_switched_off(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, "policy.yaml", "levels: {MAN001: off}\n")
    assert finding.fix.startswith("remove the entry")


@pytest.mark.parametrize("policy", ["SLO015", "SLO001"])
def test_an_ended_exemption_that_nothing_needs_is_to_be_deleted(tmp_path: Path, policy: str) -> None:
    entry = f"{{policy: {policy}, product: sales.orders, until: 2026-11-22, granted_by: council, reason: once}}"
    (finding,) = found(tmp_path, "exemptions.yaml", f"exemptions:\n  - {entry}\n")
    assert (finding.code, finding.fix.partition(":")[0]) == ("EXM001", "delete the entry")


def test_an_ended_exemption_that_is_still_needed_is_not_to_be_deleted(tmp_path: Path) -> None:
    root = shutil.copytree(HERE / "base", tmp_path / "root")
    shutil.copytree(HERE / "EXM001" / "bad", root, dirs_exist_ok=True)
    (root / "domains/policy.yaml").write_text("bounds: {max_freshness_minutes: 1}\n")
    fixes = {f.fix for f in govern(gather(root), TODAY) if f.code == "EXM001"}
    assert fixes == {"follow the policy, or ask the council for another term"}
