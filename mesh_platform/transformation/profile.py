"""The dbt profile of a domain: where its models are built."""

from typing import Any

import yaml

from mesh_platform import names
from mesh_platform.environment import Environment, Target


def profile(environment: Environment, domain: str) -> str:
    """The profiles.yml of a domain. Everything a domain builds lies in one schema; times are UTC."""
    schema = names.internal_schema(domain)
    outputs = {Target.DUCKDB.value: _duckdb(environment, schema), Target.BIGQUERY.value: _bigquery(schema)}
    return str(yaml.safe_dump({domain: {"target": environment.target.value, "outputs": outputs}}, sort_keys=False))


def _duckdb(environment: Environment, schema: str) -> dict[str, Any]:
    return {
        "type": "duckdb",
        "path": str(environment.warehouse_file),
        "schema": schema,
        "threads": 1,  # DuckDB spreads one query over the cores itself; two threads of dbt were no faster
        "settings": {"TimeZone": "UTC"},
        # dbt ends at once on a file another process holds; a sensor's look at the ledger takes less than this
        "retries": {"connect_attempts": 5, "retryable_exceptions": ["IOException"]},
    }


def _bigquery(schema: str) -> dict[str, Any]:
    return {
        "type": "bigquery",
        "method": "oauth",
        "project": _variable(names.ENV_BIGQUERY_PROJECT, ""),
        "location": _variable(names.ENV_BIGQUERY_LOCATION, "EU"),
        "dataset": schema,
        "threads": 4,
    }


def _variable(name: str, default: str) -> str:
    return f"{{{{ env_var('{name}', '{default}') }}}}"
