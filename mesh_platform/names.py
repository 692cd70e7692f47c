"""Every tag, metadata key, schema, column and environment variable that leaves the system."""

from typing import Final

# -- environment ------------------------------------------------------------------------------------------------
ENV_HOME: Final = "MESH_HOME"
ENV_ROOT: Final = "MESH_ROOT"
ENV_TARGET: Final = "MESH_TARGET"
ENV_LANDING: Final = "MESH_LANDING"
ENV_BIGQUERY_PROJECT: Final = "MESH_BIGQUERY_PROJECT"
ENV_BIGQUERY_LOCATION: Final = "MESH_BIGQUERY_LOCATION"
ENV_UI_URL: Final = "MESH_UI_URL"
"""Where people reach the Dagster UI; links in notifications lead there."""
ENV_REGISTRY_URL: Final = "MESH_REGISTRY_URL"
ENV_REGISTRY_USER: Final = "MESH_REGISTRY_USER"
ENV_REGISTRY_PASSWORD: Final = "MESH_REGISTRY_PASSWORD"
ENV_REGISTRY_TOKEN: Final = "MESH_REGISTRY_TOKEN"
ENV_REGISTRY_CA: Final = "MESH_REGISTRY_CA"

# -- files in git -----------------------------------------------------------------------------------------------
DOMAINS_FOLDER: Final = "domains"
DBT_FOLDER: Final = "dbt_projects"
PLATFORM_PACKAGE: Final = "platform"
"""The folder and the dbt name of the macro package every domain uses."""
DOMAIN_FILE: Final = "domain.yaml"
PRODUCT_FILE: Final = "data-product.yaml"
SCHEMA_FOLDER: Final = "schema"
POLICY_FILE: Final = "policy.yaml"
EXEMPTIONS_FILE: Final = "exemptions.yaml"
NOTIFICATIONS_FILE: Final = "notifications.yaml"

# -- files in MESH_HOME -----------------------------------------------------------------------------------------
NOTIFICATIONS_LOG: Final = "notifications.log"
DEAD_LETTERS: Final = "dead-letters.jsonl"
REPORTS_FOLDER: Final = "reports"
SLO_REPORT: Final = "slo.html"

# -- warehouse: the platform's own tables -----------------------------------------------------------------------
REVISIONS: Final = "mesh_meta.revisions"
LEDGER: Final = "mesh_landing.ledger"
QUARANTINE: Final = "mesh_landing.quarantine"
HEARTBEATS: Final = "mesh_landing.heartbeats"
HEARTBEATS_BY_MINUTE: Final = "mesh_landing.heartbeats_by_minute"
TRANSACTIONS: Final = "mesh_landing.transactions"
PUBLICATIONS: Final = "mesh_slo.publications"
AUDITS: Final = "mesh_slo.audits"
MEASUREMENTS: Final = "mesh_slo.measurements"
COUNTED: Final = "mesh_slo.counted"
INCIDENT_EVENTS: Final = "mesh_slo.incident_events"
INCIDENTS: Final = "mesh_slo.incidents"
SYSTEM_PREFIX: Final = "system:"
"""Before a source system's name where it stands beside products."""
NOTIFICATIONS: Final = "mesh_slo.notifications"

CHANGES_SUFFIX: Final = "__changes"
PUBLISHED_SUFFIX: Final = "__published"
WITHDRAWN_SUFFIX: Final = "__withdrawn"
PLATFORM_COLUMN_PREFIXES: Final = ("_mesh_", "_cdc_")
ENGINE_COLUMN: Final = "rowid"
"""By this name DuckDB tells the place of a row in its table; a column of that name would hide it."""
BATCH_COLUMN: Final = "_mesh_batch"
EXTRA_COLUMN: Final = "_cdc_extra"
"""Of a landed table: what a change record has that the row schema does not name."""
REVISION_COLUMN: Final = "_mesh_revision"
SEEN_COLUMN: Final = "_mesh_published_at"
"""Of a published table: since when consumers have seen the row's event."""
WITHDRAWN_COLUMN: Final = "_mesh_withdrawn_at"
RETURNED_COLUMN: Final = "_mesh_returned_at"
"""Of what was withdrawn: from when to when consumers did not see an event that they had seen before."""
STATE_COLUMNS: Final = frozenset(
    {"_cdc_op", "_cdc_deleted", "_cdc_source_timestamp", "_cdc_lsn", "_cdc_ordinal", "_cdc_revision"}
)
"""What every landed table has beside the columns of the row schema."""
CHANGE_COLUMNS: Final = STATE_COLUMNS | {
    "_cdc_snapshot", "_cdc_event_id", "_cdc_landed_at", "_cdc_path", "_cdc_record", "_cdc_total_order",
    "_cdc_unavailable", "_cdc_inherited", EXTRA_COLUMN,
}  # fmt: skip
"""What every change log has."""


def cdc_schema(domain: str) -> str:
    """The warehouse schema of a domain's landed source tables."""
    return f"{domain}_cdc"


def internal_schema(domain: str) -> str:
    """The warehouse schema that only the domain itself (and the platform) reads."""
    return f"{domain}_internal"


# -- Dagster ----------------------------------------------------------------------------------------------------
TAG_DOMAIN: Final = "mesh/domain"
TAG_PRODUCT: Final = "mesh/product"
TAG_LAYER: Final = "mesh/layer"
TAG_SCHEMA_VERSION: Final = "mesh/schema_version"
TAG_QUARANTINED: Final = "mesh/quarantined"
TAG_PII: Final = "mesh/pii"
TAG_DEPRECATED_ON: Final = "mesh/deprecated_on"
TAG_RETIRES_ON: Final = "mesh/retires_on"
TAG_SUCCESSOR: Final = "mesh/successor"
TAG_LANDING: Final = "mesh/landing"
TAG_RETEST: Final = "mesh/retest"
"""A run that the clock started to run dbt tests again, not a person."""
WAREHOUSE_POOL: Final = "warehouse"
LOCATION: Final = "mesh"
GOVERNANCE_JOB: Final = "governance"
LANDING_CHECK: Final = "landing"
CHECKS: Final = ("freshness", "latency", "completeness", "accuracy", "contract", "governance")
