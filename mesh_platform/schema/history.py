"""The schemas of a product's versions, and what follows from the current one."""

from collections.abc import Mapping
from functools import lru_cache

from mesh_platform.manifest.domain import SourceTable
from mesh_platform.manifest.mesh import Domain, Product
from mesh_platform.schema.avro.problem import SchemaInvalid
from mesh_platform.schema.evolution.version import read_version
from mesh_platform.schema.table.record import RecordSchema, read_record

DEFAULT_EVENT_TIME = "event_timestamp"


def history(product: Product) -> Mapping[str, RecordSchema]:
    """Version text → schema, for every `schema/<version>.avsc` that is valid; an invalid one is a finding."""
    read = {version: _read(file.text) for version, file in product.schemas.items()}
    return {version: schema for version, schema in read.items() if schema is not None}


def current(product: Product) -> RecordSchema | None:
    """The schema of the manifest's `schema_version`; None when it is absent or invalid."""
    file = product.schemas.get(product.manifest.spec.schema_version)
    return _read(file.text) if file else None


def published(product: Product) -> list[str]:
    """The versions that were published: every release up to the manifest's `schema_version`, which is the last of them
    also when it is a prerelease; the oldest first."""
    current = product.manifest.spec.schema_version
    last = read_version(current)
    if last is None or current not in product.schemas:
        return []
    versions = {text: version for text in product.schemas if (version := read_version(text))}
    before = [t for t, v in versions.items() if not v.prerelease and v.precedence < last.precedence]
    return [*sorted(before, key=lambda text: versions[text].precedence), current]


def event_time_candidates(schema: RecordSchema) -> list[str]:
    """The columns that could say when an event happened."""
    return [column.name for column in schema.columns if column.is_timestamp]


def event_time(product: Product) -> str | None:
    """The column that says when a row's event happened; None when it cannot be told (a finding says why)."""
    schema = current(product)
    candidates = event_time_candidates(schema) if schema else []
    declared = product.manifest.slo.freshness.event_time
    if declared is not None:
        return declared if declared in candidates else None
    if len(candidates) == 1:
        return candidates[0]
    return DEFAULT_EVENT_TIME if DEFAULT_EVENT_TIME in candidates else None


def row_schema(domain: Domain, source_table: str) -> RecordSchema | None:
    """The schema of a source table's rows (`public.orders`); None when it is absent or invalid."""
    table = domain.tables_by_name.get(source_table)
    return schema_of(domain, table) if table else None


def schema_of(domain: Domain, table: SourceTable) -> RecordSchema | None:
    """The schema of this table's rows; None when it is absent or invalid."""
    file = domain.row_schemas.get(table.row_schema)
    return _read(file.text) if file else None


@lru_cache(maxsize=8192)
def _read(text: str) -> RecordSchema | None:
    try:
        return read_record(text)
    except SchemaInvalid:
        return None
