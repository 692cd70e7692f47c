from pathlib import Path

import pytest

from mesh_platform.manifest.finding import Finding, Level
from mesh_platform.manifest.report import report, source_lines, summary, without_secrets

FINDING = Finding(
    "domains/a/domain.yaml", 2, 3, "SLO001", Level.ERROR, "`300` min exceeds `120` min", "lower it", "spec.target"
)


def test_a_finding_is_a_row_the_line_a_caret_and_a_fix() -> None:
    text = "\n".join(report([FINDING], lambda path: ["spec:", "  target: 300"]))
    assert text == (
        "domains/a/domain.yaml:2: SLO001 `300` min exceeds `120` min\n"
        "    2 |   target: 300\n"
        "      |   ^^^^^^\n"
        "  fix: lower it"
    )


def test_without_the_source_the_row_and_the_fix_remain() -> None:
    assert list(report([FINDING])) == [str(FINDING)]


def test_a_line_that_is_no_longer_there_is_left_out() -> None:
    assert list(report([FINDING], lambda path: ["spec:"])) == [str(FINDING)]


def test_tabs_and_long_lines_keep_the_caret_below_its_place() -> None:
    line = "\t\ttarget: " + "x" * 1000
    block = next(report([FINDING], lambda path: ["", line]))
    assert "      | \t\t^^^^^^\n" in block
    assert max(map(len, block.split("\n"))) < 200


def caret(line: str, key: str = "owner") -> tuple[str, str]:
    """The shown line and the line below it."""
    place = Finding("a.yaml", 1, line.index(key) + 1, "MAN007", Level.ERROR, "m", "f", key=f"metadata.{key}")
    shown = next(report([place], lambda path: [line])).split("\n")
    return shown[1], shown[2]


@pytest.mark.parametrize(
    ("line", "before"),
    [
        ("日本語: owner", 8),
        ("e\u0301: owner", 3),
        ("😀 owner", 3),
        ("a\u200b owner", 2),
        ("ｆ owner", 3),
        ("é owner", 2),
    ],
)
def test_the_caret_stands_below_its_place_however_wide_letters_are(line: str, before: int) -> None:
    _, below = caret(line)
    assert below == "      | " + " " * before + "^^^^^"


def test_a_wide_key_is_underlined_in_full() -> None:
    assert caret("日本: 1", "日本")[1] == "      | ^^^^"


def test_a_place_far_to_the_right_is_shown_with_what_stands_before_it() -> None:
    line, below = caret("x" * 5000 + " owner: somebody")
    assert "owner: somebody" in line
    assert line.index("owner") == below.index("^")
    assert len(line) < 180


def test_windows_line_ends_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one: 1\r\nowner: 2\r\n")
    found = Finding("a", 2, 1, "MAN007", Level.ERROR, "m", "f", key="owner")
    assert next(report([found], source_lines(tmp_path))).split("\n")[1:3] == ["    2 | owner: 2", "      | ^^^^^"]


def test_levels_are_told_and_counted() -> None:
    warning = Finding("a", 1, 1, "DOC001", Level.WARNING, "m", "f")
    exempted = Finding("a", 1, 1, "SLO001", Level.ERROR, "m", "f", exempted=True)
    assert summary([FINDING, warning, exempted]) == "1 error, 1 warning, 1 exempted"
    assert summary([]) == "0 errors, 0 warnings"
    rows = [block.split("\n")[0] for block in report([warning, exempted])]
    assert rows == ["a:1: DOC001 m (warning)", "a:1: SLO001 m (exempted)"]


def test_source_lines_never_leave_the_mesh(tmp_path: Path) -> None:
    (tmp_path / "mesh").mkdir()
    (tmp_path / "secret").write_text("hidden")
    (tmp_path / "mesh" / "a").write_text("1\n2")
    lines = source_lines(tmp_path / "mesh")
    assert list(lines("a")) == ["1", "2"]
    assert list(lines("../secret")) == []
    assert list(lines("nowhere")) == []


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("a: https://me:hunter2@r.example.com/x # y", "a: https://**********@r.example.com/x # y"),
        ('a: "https://r.example.com/x?token=hunter2" # ?', 'a: "https://r.example.com/x?************** # ?'),
        ("[https://a,https://hunter2@b]", "[https://a,https://*******@b]"),
        ("https://hunter2@hunter2@b/", "https://***************@b/"),
        ("who? me@example.com", "who? me@example.com"),
        ("https://r.example.com/subjects/a@b", "https://r.example.com/subjects/a@b"),
    ],
)
def test_a_line_that_is_shown_shows_no_secret_of_an_address(line: str, shown: str) -> None:
    assert without_secrets(line) == shown


def test_a_long_line_of_addresses_is_hidden_in_no_time() -> None:
    for line in ("://" * 200_000, "https://" + "a" * 600_000, "://@?" * 100_000, "?" * 600_000 + "://"):
        assert len(without_secrets(line)) == len(line)
