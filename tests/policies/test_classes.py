"""The classes of personal data that are known, and those of one's own."""

import re

import pytest

from mesh_platform.environment import PROJECT_ROOT
from mesh_platform.policies.classification.classes import CLASSES, misspelt
from mesh_platform.policies.classification.lexicon import PHRASES


def test_whatever_a_name_is_judged_to_be_is_a_known_class() -> None:
    assert {kind for kind, _ in PHRASES.values()} <= set(CLASSES)


def test_the_page_lists_every_class() -> None:
    page = (PROJECT_ROOT / "docs/personal-data.md").read_text()
    assert dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", page, re.MULTILINE)).items() >= CLASSES.items()


@pytest.mark.parametrize(
    ("mark", "meant"),
    [
        ("emial", "email"),
        ("Email", "email"),
        ("e-mail", "email"),
        ("adress", "address"),
        ("pseudonyme", "pseudonym"),
        ("email", None),
        ("national_id", None),
        ("loyalty_card", None),
        ("phone", None),
        ("identifier", None),
        ("x" * 100_000, None),
    ],
)
def test_only_a_slip_of_the_pen_is_asked_about(mark: str, meant: str | None) -> None:
    assert misspelt(mark) == meant
