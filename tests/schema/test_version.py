import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.schema.evolution.version import Version, read_version


@pytest.mark.parametrize("text", ["0.0.0", "2.1.0", "10.20.30", "1.0.0-rc.1", "1.0.0-0a.b-c", "1.0.0--"])
def test_a_semantic_version_is_read(text: str) -> None:
    assert read_version(text) is not None


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.0", "1.0.0.0", "v1.0.0", "01.0.0", "1.00.0", "1.0.0-", "1.0.0-01", "1.0.0-a..b", "1.0.0+build",
     "1.0.0-a+b", " 1.0.0", "1.0.0\n", "-1.0.0", "1.0.x", "٣.0.0", "9999999999.0.0"],
)  # fmt: skip
def test_what_is_none_is_none(text: str) -> None:
    assert read_version(text) is None


def test_versions_come_in_the_order_of_semver() -> None:
    ordered = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
               "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0"]  # fmt: skip
    versions = [read_version(text) for text in ordered]
    assert all(versions)
    assert sorted(versions, key=lambda v: v.precedence if v else ()) == versions


@given(st.integers(0, 10**8), st.integers(0, 10**8), st.integers(0, 10**8))
def test_every_release_is_read_back(major: int, minor: int, patch: int) -> None:
    assert read_version(f"{major}.{minor}.{patch}") == Version(major, minor, patch)
