"""The platform's records of what became visible when, and of what was audited."""

from mesh_platform import names
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.revision import ensure_revisions

BATCHES = "mesh_slo.batches"

_TABLES = f"""
create table if not exists {names.PUBLICATIONS} (
    product varchar not null,
    schema_version varchar not null,
    mode varchar not null,               -- append | replace
    published_at timestamptz not null,
    watermark timestamptz,               -- greatest event time published
    rows bigint not null,                -- visible after this publication
    new_rows bigint not null,            -- made visible, or made visible anew, by it
    oldest_event_at timestamptz,         -- least event time among the new rows
    through_revision bigint not null,    -- inputs up to this revision are in
    revision bigint not null,
    run_id varchar
);
create table if not exists {BATCHES} (
    product varchar not null,
    batch timestamptz not null,          -- a `_mesh_batch` of the published table
    rows bigint not null
);
create table if not exists {names.AUDITS} (
    product varchar not null,
    test varchar not null,
    severity varchar not null,           -- error | warn
    status varchar not null,             -- pass | warn | fail | error | skipped
    failures bigint,
    message varchar,
    audited_at timestamptz not null,
    run_id varchar
);
"""


def ensure_publishing(warehouse: Warehouse) -> None:
    """Make the tables where there are none."""
    ensure_revisions(warehouse)
    warehouse.execute("create schema if not exists mesh_slo")
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            warehouse.execute(statement)
