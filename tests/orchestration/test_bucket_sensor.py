"""The landing sensor on zones in a bucket."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest

from mesh_platform.environment import Environment
from mesh_platform.landing.zones import bucket
from tests.orchestration.scene import SYSTEM, Scene
from tests.orchestration.ticks import landed, requests, tick

TABLE = "public.orders"


@pytest.fixture
def somewhere(environment: Environment, store: Any) -> Environment:
    made = store.client.create_bucket(f"sensor-{uuid4().hex}")
    bucket._client.cache_clear()
    return replace(environment, landing=f"gs://{made.name}/zones")


def test_an_object_that_arrived_is_a_run_until_it_has_landed(somewhere: Environment, store: Any) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        scene = Scene(somewhere, instance)
        assert requests(tick(scene)) == 0
        name = somewhere.landing.split("/")[2]
        blob = store.client.bucket(name).blob(f"zones/{SYSTEM}/{TABLE}/2026/11/23/one.jsonl")
        blob.upload_from_string("null\n")
        assert requests(tick(scene)) == 1
        landed(scene)
        assert requests(tick(scene)) == 0


def test_a_bucket_that_is_not_there_requests_nothing(somewhere: Environment) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert requests(tick(Scene(replace(somewhere, landing="gs://no-such-bucket"), instance))) == 0
