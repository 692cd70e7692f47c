"""Where the mesh is read from and where its files arrive."""

from pathlib import Path

import pytest

from mesh_platform.environment import EnvironmentProblem, read_environment


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
