import shutil
from datetime import date
from pathlib import Path

import pytest

from mesh_platform.manifest.finding import Finding, Level
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.link import link
from mesh_platform.manifest.plain_text import unseen
from mesh_platform.policies.govern import govern

BASE = Path(__file__).parent / "base"
MANIFEST = "domains/sales/orders/data-product.yaml"


def found(tmp_path: Path, old: str, new: str, code: str) -> list[Finding]:
    root = Path(shutil.copytree(BASE, tmp_path / "root"))
    text = (root / MANIFEST).read_text()
    assert old in text
    (root / MANIFEST).write_text(text.replace(old, new, 1))
    return [f for f in govern(gather(root), date(2026, 11, 23)) if f.code == code]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//catalog.example.com/x", "catalog", "https://",
        "https://user:hunter2@catalog.example.com/", "https://catalog.example.com/?token=hunter2",
        "https://catalog.example.com:99999/", "https://catalog.example.com/ x", "https://[::1", "ftp://example.com/x",
    ],
)  # fmt: skip
def test_what_is_no_link_is_an_error_and_is_linked_nowhere(tmp_path: Path, address: str) -> None:
    (wrong,) = found(tmp_path, "  domain: sales\n", f'  domain: sales\n  catalog_url: "{address}"\n', "DOC006")
    assert (wrong.key, wrong.level) == ("metadata.catalog_url", Level.ERROR)
    assert "hunter2" not in wrong.message
    assert link(address) is None


@pytest.mark.parametrize("address", ["https://catalog.example.com/a?tab=b#c", "http://localhost:8080/x"])
def test_an_address_on_the_web_is_a_link(tmp_path: Path, address: str) -> None:
    assert found(tmp_path, "  domain: sales\n", f'  domain: sales\n  catalog_url: "{address}"\n', "DOC006") == []
    assert link(address) == address


@pytest.mark.parametrize("character", ["\u200b", "\u00ad", "\u2060", "\u00a0", "\u3164", "\u200d"])
def test_a_character_that_nobody_sees_makes_another_name(tmp_path: Path, character: str) -> None:
    (wrong,) = found(tmp_path, "#data-sales", f"#data{character}-sales", "IDN008")
    assert wrong.key == "metadata.slack_channel"
    assert f"`U+{ord(character):04X}`, which nobody sees" in wrong.message


@pytest.mark.parametrize("name", ["Team Zürich", "販売チーム", "می‌خواهم", "🧑‍💻 sales", "Crédits & Co."])
def test_names_in_other_alphabets_are_names(name: str) -> None:
    assert unseen(name) is None
