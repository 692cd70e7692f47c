"""The contract of a product's dbt model, made from its schema: columns, types, not-null, descriptions, PII marks."""

from dataclasses import dataclass
from typing import Any

from mesh_platform import names
from mesh_platform.environment import Target
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.schema.avro.avro_type import Primitive
from mesh_platform.schema.history import current
from mesh_platform.schema.table.duckdb_keywords import KEYWORDS
from mesh_platform.schema.table.record import Column
from mesh_platform.schema.table.warehouse_type import warehouse_type


@dataclass(frozen=True)
class ContractColumn:
    """A column as dbt enforces it."""

    name: str
    data_type: str
    description: str
    required: bool
    pii: str | None = None


@dataclass(frozen=True)
class Contract:
    """All columns of a product's private table: the schema's in order, then the platform's own."""

    model: str
    columns: tuple[ContractColumn, ...]


def contract(product: Product, target: Target) -> Contract | None:
    """The contract of the product's current schema version; None when that cannot be read."""
    schema = current(product)
    if schema is None:
        return None
    declared = product.manifest.declared_personal
    own = tuple(_column(c, target, c.name in declared) for c in schema.columns)
    return Contract(product.name, own + _platform_columns(target))


def contracts(mesh: Mesh, domain: str, target: Target) -> list[Contract]:
    """The contracts of the domain's products, by name; a product without a readable schema has none."""
    products = sorted(mesh.by_domain.get(domain, ()), key=lambda p: p.name)
    return [found for p in products if (found := contract(p, target))]


def merged(written: dict[str, Any], contract: Contract) -> dict[str, Any]:
    """An engineer's entry of the model with the contract in it; tests and descriptions stay as they were written."""
    by_name = {str(c["name"]).lower(): c for c in _columns(written)}
    columns = [_merged_column(by_name.get(c.name.lower(), {}), c) for c in contract.columns]
    config = written.get("config") if isinstance(written.get("config"), dict) else {}
    enforced = {**(config or {}), "contract": {"enforced": True}}
    return {**written, "name": contract.model, "config": enforced, "columns": columns}


def _columns(entry: dict[str, Any]) -> list[dict[str, Any]]:
    columns = entry.get("columns")
    return [c for c in columns if isinstance(c, dict) and "name" in c] if isinstance(columns, list) else []


def _merged_column(written: dict[str, Any], column: ContractColumn) -> dict[str, Any]:
    entry = {**written, "name": column.name, "data_type": column.data_type}
    if not written.get("description"):
        entry["description"] = _plain(column.description)
    if column.name in KEYWORDS:
        entry["quote"] = True
    if column.required:
        entry["constraints"] = [{"type": "not_null"}]
    if column.pii:
        config = dict(written.get("config") or {})
        entry["config"] = {**config, "meta": {**(config.get("meta") or {}), "pii": column.pii}}
    return entry


def _plain(text: str) -> str:
    """A description that dbt prints as it is, whatever braces it has."""
    return f"{{% raw %}}{text}{{% endraw %}}" if "{{" in text or "{%" in text or "{#" in text else text


def _column(column: Column, target: Target, declared: bool) -> ContractColumn:
    kind = warehouse_type(column, target)
    never_null = kind.startswith("ARRAY<")  # BigQuery refuses to be told so about what cannot be null there
    pii = column.personal or ("declared" if declared else None)
    return ContractColumn(column.name, kind, column.doc, not column.nullable and not never_null, pii)


def _platform_columns(target: Target) -> tuple[ContractColumn, ContractColumn]:
    moment = warehouse_type(Primitive("long", "timestamp-micros"), target)
    number = warehouse_type(Primitive("long"), target)
    return (
        ContractColumn(names.BATCH_COLUMN, moment, "When the build that made this row began.", True),
        ContractColumn(names.REVISION_COLUMN, number, "Inputs up to this warehouse revision are in.", True),
    )
