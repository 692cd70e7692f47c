"""A domain is a business capability with a team that can carry it."""

import re
from collections.abc import Iterator
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.domain import SourceTable
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Domain, Mesh, claimed_as
from mesh_platform.manifest.message import cut, listed
from mesh_platform.policies.registry import Breach, Breaches, domain_policy
from mesh_platform.schema.history import schema_of

_CENTRAL: Final = frozenset(
    {"data", "analytics", "analytical", "platform", "team", "warehouse", "dwh", "lake", "lakehouse", "mesh"}
)
_REPORTING: Final = frozenset(
    {"reporting", "reports", "report", "dashboard", "dashboards", "bi", "executive", "kpi", "kpis"}
)
_TECHNOLOGY: Final = frozenset(
    """postgres postgresql mysql oracle sqlserver mssql mongodb mongo redis kafka kinesis pubsub rabbitmq snowflake
    bigquery redshift databricks spark airflow dagster dbt debezium datastream elasticsearch s3 gcs sap salesforce
    stripe""".split()  # noqa: SIM905  (one word a line would be forty lines)
)
_SERVICE: Final = frozenset({"service", "services", "microservice", "svc", "api", "app", "backend", "db", "database"})
_TABLE: Final = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_$]*\.){0,2}[A-Za-z_][A-Za-z0-9_]*")
_SYSTEM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@domain_policy("DOM001", level=Level.WARNING, fix="merge the domain with a sibling, or staff it")
def team_can_carry_a_product(domain: Domain, mesh: Mesh) -> Breaches:
    """A team of fewer than four can hardly own a data product beside its operational duties."""
    size, bound = domain.manifest.spec.team_size, mesh.policy.bounds.min_team_size
    if size < bound:
        yield Breach("spec.team_size", f"a team of `{size}` is smaller than `{bound}`")


@domain_policy("DOM002", level=Level.WARNING, fix="split the domain along its sub-capabilities")
def domain_is_not_too_large(domain: Domain, mesh: Mesh) -> Breaches:
    """A domain with more than fifteen products is several capabilities under one name."""
    count = mesh.product_counts.get(domain.name, 0)
    bound = mesh.policy.bounds.max_products_per_domain
    if count > bound:
        yield Breach("metadata.name", f"`{domain.name}` owns `{count}` products; more than `{bound}` is too large")


@domain_policy(
    "DOM003", level=Level.WARNING, fix="name it after the business capability whose facts the team is first to know"
)
def domain_is_a_business_capability(domain: Domain, mesh: Mesh) -> Breaches:
    """A domain called data is the central team again; reporting consumes and does not produce; a technology is
    nobody's business capability."""
    words = set(domain.name.split("_"))
    if words <= _CENTRAL:
        yield Breach("metadata.name", f"`{domain.name}` is as broad as the company; it recreates the central data team")
    elif words & _REPORTING:
        yield Breach("metadata.name", f"`{domain.name}` consumes data; it is no first-hand source of any")
    elif words & _TECHNOLOGY:
        yield Breach("metadata.name", f"`{domain.name}` is named after a technology, not after a capability")


@domain_policy("DOM004", fix="rename a table at the source, or capture it in another domain")
def landed_tables_have_names_of_their_own(domain: Domain, mesh: Mesh) -> Breaches:
    """A landed table drops the source's schema name and has a change log beside it; two that share a name would mix
    their rows."""
    first: dict[str, str] = {}
    for key, system, table in _tables(domain):
        full = f"{system}.{table.name}"
        for landed in (table.table.lower(), table.table.lower() + names.CHANGES_SUFFIX):
            if landed in first:
                place = f"{names.cdc_schema(domain.name)}.{landed}"
                yield Breach(f"{key}.name", f"`{full}` would land where `{first[landed]}` does, in `{place}`")
                break
        else:
            first.update(dict.fromkeys((table.table.lower(), table.table.lower() + names.CHANGES_SUFFIX), full))


@domain_policy("DOM005", fix="write systems as in `orders_service_postgres`, tables as in `public.orders`")
def sources_have_plain_names(domain: Domain, mesh: Mesh) -> Breaches:
    """The names of systems and tables become folders of the landing zone and tables of the warehouse."""
    for s, system in enumerate(domain.manifest.spec.source_systems):
        if not _SYSTEM.fullmatch(system.name):
            yield Breach(f"spec.source_systems.{s}.name", f"`{system.name}` can be no folder of the landing zone")
    for key, _, table in _tables(domain):
        if not _TABLE.fullmatch(table.name):
            yield Breach(f"{key}.name", f"`{table.name}` is no table name")


@domain_policy("DOM006", fix="declare the table once, in the domain that owns it")
def source_table_has_one_owner(domain: Domain, mesh: Mesh) -> Breaches:
    """Whoever declares a table lands its files; declared twice, every change would land twice, for two teams."""
    seen: set[str] = set()
    for s, system in enumerate(domain.manifest.spec.source_systems):
        if system.name in seen:
            yield Breach(f"spec.source_systems.{s}.name", f"`{system.name}` is declared twice")
        seen.add(system.name)
    for key, system_name, table in _tables(domain):
        others = [d for d in mesh.capturers[system_name, table.name] if d != domain.name]
        if others:
            yield Breach(f"{key}.name", f"`{system_name}.{table.name}` is also captured by {listed(others)}")


@domain_policy("DOM007", fix="name columns of the row schema, exactly as written there")
def primary_key_is_in_the_row(domain: Domain, mesh: Mesh) -> Breaches:
    """Without its key a change cannot be told from another row's change."""
    for key, _, table in _tables(domain):
        schema = schema_of(domain, table)
        columns = [c.name for c in schema.columns] if schema else list(table.primary_key)
        for index, column in enumerate(table.primary_key):
            if column not in columns:
                yield Breach(f"{key}.primary_key.{index}", f"`{column}` is no column of `{table.row_schema}`")
            elif column in table.primary_key[:index]:
                yield Breach(f"{key}.primary_key.{index}", f"`{column}` is listed twice")


@domain_policy(
    "DOM008", level=Level.WARNING, fix="leave it with the domain that is first to know, and read its product"
)
def business_event_has_one_domain(domain: Domain, mesh: Mesh) -> Breaches:
    """Who is first to know that something happened owns it. Two domains that both claim an event, or a question, have
    drawn no boundary between them."""
    spec = domain.manifest.spec
    claims = {"business_events": spec.business_events, "analytical_questions_owned": spec.analytical_questions_owned}
    for key, claimed in claims.items():
        for index, claim in enumerate(claimed):
            if others := [d for d in mesh.claimants[claimed_as(claim)] if d != domain.name]:
                yield Breach(f"spec.{key}.{index}", f"`{cut(claim)}` is also claimed by {listed(others)}")


@domain_policy("DOM009", level=Level.WARNING, fix="merge it into the domain whose capability the service is part of")
def domain_is_more_than_a_service(domain: Domain, mesh: Mesh) -> Breaches:
    """One domain for each service is a map of the code; a domain is a capability and may own several services."""
    if set(domain.name.split("_")) & _SERVICE:
        yield Breach("metadata.name", f"`{domain.name}` is named after a service, not after a capability")


def _tables(domain: Domain) -> Iterator[tuple[str, str, SourceTable]]:
    """(dotted key, system, table) of every source table."""
    for s, system in enumerate(domain.manifest.spec.source_systems):
        for t, table in enumerate(system.tables):
            yield f"spec.source_systems.{s}.tables.{t}", system.name, table
