"""What a declared source table becomes in the warehouse: its change log and its current state."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mesh_platform import names
from mesh_platform.environment import Target
from mesh_platform.landing.zones.zone import zone_name
from mesh_platform.manifest.domain import Connector, SourceSystem, SourceTable
from mesh_platform.manifest.mesh import Domain, Mesh
from mesh_platform.schema.history import row_schema
from mesh_platform.schema.table.record import Column, RecordSchema
from mesh_platform.schema.table.warehouse_type import warehouse_type
from mesh_platform.warehouse.sql import UnsafeIdentifier, identifier, relation

CHANGE_COLUMNS = {
    "_cdc_op": "VARCHAR",
    "_cdc_deleted": "BOOLEAN",
    "_cdc_source_timestamp": "TIMESTAMP WITH TIME ZONE",
    "_cdc_lsn": "BIGINT",
    "_cdc_ordinal": "BIGINT",
    "_cdc_snapshot": "BOOLEAN",
    "_cdc_event_id": "VARCHAR",
    "_cdc_revision": "BIGINT",
    "_cdc_landed_at": "TIMESTAMP WITH TIME ZONE",
    "_cdc_path": "VARCHAR",
    "_cdc_record": "BIGINT",
    "_cdc_total_order": "BIGINT",
    "_cdc_unavailable": "VARCHAR[]",
    "_cdc_inherited": "VARCHAR[]",
    "_cdc_extra": "VARCHAR",
}
"""What landing knows of a change, besides the row: op (c, u, d, r, t), whether the row is gone after it, when it was
committed, its place (lsn; among the changes of one key on one lsn, the ordinal), whether a snapshot read it, its
identity, where and when it landed, its place in its transaction if told, the columns the source did not send because
they had not changed (filled from the change before), which of those a row that moved here has from its old key, and
what the row schema does not declare, as JSON."""

STATE_COLUMNS = {
    name: CHANGE_COLUMNS[name]
    for name in ("_cdc_op", "_cdc_deleted", "_cdc_source_timestamp", "_cdc_lsn", "_cdc_ordinal", "_cdc_revision")
}
NEVER_NULL = ("_cdc_deleted", "_cdc_revision")


@dataclass(frozen=True)
class LandedTable:
    """A source table that can be landed: where its changes go, and what a row of it is."""

    domain: str
    system: str
    connector: Connector
    source_table: str
    table: str
    """The landed table's name: the source's schema name dropped."""
    primary_key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def zone(self) -> str:
        return zone_name(self.system, self.source_table)

    @property
    def schema(self) -> str:
        return names.cdc_schema(self.domain)

    @property
    def changes(self) -> str:
        """The change log, quoted."""
        return relation(self.schema, self.table + names.CHANGES_SUFFIX)

    @property
    def state(self) -> str:
        """The current state, quoted."""
        return relation(self.schema, self.table)

    @cached_property
    def types(self) -> dict[str, str]:
        """Column → its type in the warehouse."""
        return {c.name: warehouse_type(c, Target.DUCKDB) for c in self.columns}

    @cached_property
    def key(self) -> str:
        """The primary key's columns, quoted and listed."""
        return ", ".join(identifier(c) for c in self.primary_key)

    @cached_property
    def listed(self) -> str:
        """All columns of the row, quoted and listed."""
        return ", ".join(identifier(c.name) for c in self.columns)


@dataclass(frozen=True)
class Unlandable:
    """A declared source table whose files stay where they are, and why."""

    domain: str
    system: str
    source_table: str
    reason: str

    @property
    def zone(self) -> str:
        return zone_name(self.system, self.source_table)


def declared_tables(mesh: Mesh, domain: str | None = None) -> Iterator[LandedTable | Unlandable]:
    """Every source table of the domain (or of all domains) that this platform lands, or why it cannot."""
    for name in sorted(mesh.domains):
        taken: set[str] = set()
        for system, table in mesh.domains[name].source_tables:
            if system.connector is Connector.OTHER or domain not in (None, name):
                continue
            found = _landed(mesh, mesh.domains[name], system, table)
            own = {table.table.lower(), table.table.lower() + names.CHANGES_SUFFIX}
            if isinstance(found, LandedTable) and own & taken:
                reason = f"another source table already lands in `{found.schema}.{found.table}`"
                found = Unlandable(name, system.name, table.name, reason)
            taken |= own
            yield found


def landed_tables(mesh: Mesh, domain: str | None = None) -> list[LandedTable]:
    """Those that can be landed."""
    return [t for t in declared_tables(mesh, domain) if isinstance(t, LandedTable)]


def _landed(mesh: Mesh, domain: Domain, system: SourceSystem, table: SourceTable) -> LandedTable | Unlandable:
    owner = mesh.capturers[system.name, table.name][0]
    schema = row_schema(domain, table.name)
    reason = f"it is already landed by domain `{owner}`" if owner != domain.name else _why_not(schema, table)
    if reason or not schema:
        return Unlandable(domain.name, system.name, table.name, reason)
    return LandedTable(
        domain=domain.name,
        system=system.name,
        connector=system.connector,
        source_table=table.name,
        table=table.table,
        primary_key=tuple(table.primary_key),
        columns=schema.columns,
    )


def _why_not(schema: RecordSchema | None, table: SourceTable) -> str:
    if schema is None:
        return f"its row schema `{table.row_schema}` is missing or invalid; `mesh validate` says why"
    absent = [c for c in table.primary_key if schema.column(c) is None]
    if absent:
        return f"its primary key `{absent[0]}` is no column of `{table.row_schema}`"
    try:
        for name in (table.table + names.CHANGES_SUFFIX, *(c.name for c in schema.columns)):
            identifier(name)
    except UnsafeIdentifier as problem:
        return str(problem)
    return ""
