"""One small table, a zone in a folder or in a bucket, an open warehouse."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from mesh_platform.landing.zones.bucket import _client
from mesh_platform.warehouse.duckdb import open_duckdb
from tests.landing.bucket_scene import BucketScene
from tests.landing.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with open_duckdb(tmp_path / "home" / "warehouse.duckdb") as warehouse:
        yield Scene(tmp_path / "home", warehouse)


@pytest.fixture
def bucket_scene(tmp_path: Path, store: Any) -> Iterator[BucketScene]:
    bucket = store.client.create_bucket(f"zones-{uuid4().hex}")
    _client.cache_clear()
    with open_duckdb(tmp_path / "bucket" / "warehouse.duckdb") as warehouse:
        yield BucketScene(tmp_path / "bucket", warehouse, landing=f"gs://{bucket.name}/some/prefix", bucket=bucket)
    _client.cache_clear()
