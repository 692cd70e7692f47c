"""Every policy there is."""

from collections.abc import Mapping
from typing import Final

from mesh_platform.policies import (  # noqa: F401  (a module that is imported has put its policies into the registry)
    arrival,
    change,
    consumer,
    council,
    dbt,
    dbt_files,
    discovery,
    domain,
    evolution,
    feasible,
    identity,
    lifecycle,
    lineage,
    measured,
    named_relation,
    notifying,
    ownership,
    personal_data,
    promise,
    published,
    query,
    runnable,
    schema,
    schema_registry,
    separation,
    unfollowed,
    used_columns,
    version,
)
from mesh_platform.policies.registry import POLICIES, Policy

BOOK: Final[Mapping[str, Policy]] = dict(sorted(POLICIES.items()))
"""Code → policy."""
