"""Where a domain's models are built."""

from dataclasses import replace

import yaml

from mesh_platform.environment import Environment, Target
from mesh_platform.transformation.profile import profile


def test_duckdb_is_the_mesh_homes_file_in_utc_and_waits_while_it_is_taken(environment: Environment) -> None:
    said = yaml.safe_load(profile(environment, "orders"))["orders"]
    output = said["outputs"][said["target"]]
    assert (output["type"], output["path"], output["schema"]) == (
        "duckdb",
        str(environment.warehouse_file),
        "orders_internal",
    )
    assert output["settings"] == {"TimeZone": "UTC"}
    assert output["retries"] == {"connect_attempts": 5, "retryable_exceptions": ["IOException"]}


def test_bigquery_is_told_by_environment_variables(environment: Environment) -> None:
    said = yaml.safe_load(profile(replace(environment, target=Target.BIGQUERY), "orders"))["orders"]
    assert said["target"] == "bigquery"
    assert said["outputs"]["bigquery"]["project"] == "{{ env_var('MESH_BIGQUERY_PROJECT', '') }}"
    assert said["outputs"]["bigquery"]["dataset"] == "orders_internal"
