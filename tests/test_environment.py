"""Whatever the variables hold, the answer is an environment or one sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.cli.main import run
from mesh_platform.environment import PROJECT_ROOT, EnvironmentProblem, Target, read_environment

FOLDERS = ["MESH_ROOT", "MESH_HOME", "MESH_LANDING"]
VARIABLES = [*FOLDERS, "MESH_TARGET"]


def test_nothing_set_is_the_project_itself() -> None:
    read = read_environment({})
    assert (read.root, read.home, read.target) == (PROJECT_ROOT, PROJECT_ROOT / ".mesh", Target.DUCKDB)
    assert read.landing == str(PROJECT_ROOT / ".mesh" / "landing")


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("~nosuchuser/x", "could not determine home directory"),
        ("/tmp/" + "x" * 5000, "file name too long"),
        ("/tmp/" + "x/" * 1950, "file name too long"),
        ("/tmp/a\0b", "embedded null byte"),
    ],
)
def test_what_cannot_be_a_folder_is_one_sentence(name: str, value: str, reason: str) -> None:
    with pytest.raises(EnvironmentProblem, match=f"{name} is `.*`, which cannot be a folder: {reason}") as told:
        read_environment({name: value})
    assert len(str(told.value)) < 400
    assert str(told.value).isprintable()


@pytest.mark.parametrize(
    ("name", "value"),
    [("MESH_TARGET", "x" * 5000), ("MESH_LANDING", "s3://bucket"), ("MESH_LANDING", "gs://a\0b")],
)
def test_what_is_none_of_the_allowed_is_one_sentence(name: str, value: str) -> None:
    with pytest.raises(EnvironmentProblem, match=rf"{name} is `[^`]{{1,201}}`; it must be") as told:
        read_environment({name: value})
    assert str(told.value).isprintable()


@given(name=st.sampled_from(VARIABLES), value=st.text(max_size=50) | st.text("~/.x\0:gs\n", max_size=20))
def test_no_text_breaks_it(name: str, value: str) -> None:
    try:
        read_environment({name: value})
    except EnvironmentProblem as problem:
        assert "\n" not in str(problem)


@pytest.mark.parametrize("command", ["validate", "slo", "land", "prepare", "demo", "up", "shop"])
@pytest.mark.parametrize("name", FOLDERS)
def test_every_command_exits_2_with_it(
    command: str, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("MESH_HOME", str(tmp_path))
    monkeypatch.setenv(name, "~nosuchuser/x")
    assert run([command]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("gs://landing", "gs://landing"),
        ("gs://landing/", "gs://landing"),
        ("gs://my-company.cdc_1/some prefix/é/", "gs://my-company.cdc_1/some prefix/é"),
    ],
)
def test_landing_zones_may_be_in_a_bucket(tmp_path: Path, told: str, meant: str) -> None:
    assert read_environment({"MESH_HOME": str(tmp_path), "MESH_LANDING": told}).landing == meant


@pytest.mark.parametrize(
    "told", ["gs://", "gs:///prefix", "gs://Landing/x", "gs://ab", "gs://landing//x", "s3://landing", "https://x/y"]
)
def test_a_place_that_cannot_be_one_is_refused_in_a_sentence(tmp_path: Path, told: str) -> None:
    with pytest.raises(EnvironmentProblem, match=r"it must be a folder or a prefix in a bucket, `gs://bucket/prefix`"):
        read_environment({"MESH_HOME": str(tmp_path), "MESH_LANDING": told})
