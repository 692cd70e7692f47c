"""What the Dagster UI knows of each asset: owners, tags, column schema, table, code and links."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from mesh_platform import names
from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.link import link
from mesh_platform.manifest.mesh import Domain, Mesh, Product, Quarantined
from mesh_platform.orchestration.ending import ending_description, ending_metadata, ending_tags
from mesh_platform.orchestration.keys import landed_key, owners, product_key, tag_value
from mesh_platform.schema.history import current, row_schema
from mesh_platform.schema.registry.address import shown_address
from mesh_platform.schema.table.record import Column, RecordSchema
from mesh_platform.schema.table.warehouse_type import warehouse_type


def landed_specs(domain: Domain, environment: Environment) -> list[dg.AssetSpec]:
    """One asset for each captured table of the domain."""
    return [
        dg.AssetSpec(
            key=landed_key(domain.name, table.table),
            description=f"`{table.name}` of `{system.name}` as of now; its change log is beside it.",
            group_name=domain.name,
            owners=owners(domain.manifest.metadata.team),
            kinds={environment.target.value, system.connector.value},
            tags={names.TAG_DOMAIN: domain.name, names.TAG_LAYER: "landed"},
            metadata={
                **_schema_metadata(rows := row_schema(domain, table.name), marked_columns(rows), environment),
                "dagster/table_name": f"{names.cdc_schema(domain.name)}.{table.table}",
                "landing zone": dg.MetadataValue.text(f"{system.name}/{table.name}/"),
                **_code(
                    environment,
                    (domain.document.path, 1),
                    *([(row.path, 1)] if (row := domain.row_schemas.get(table.row_schema)) else []),
                ),
            },
        )
        for system, table in domain.source_tables
        if system.connector != "other"
    ]


def product_attributes(product: Product, environment: Environment) -> dict[str, Any]:
    """What a product's asset shows, whether dbt can build it in this location or not."""
    manifest = product.manifest
    return {
        "description": ending_description(product),
        "group_name": product.domain,
        "owners": owners(manifest.metadata.owner),
        "kinds": {environment.target.value, "dbt", "avro"},
        "tags": product_tags(product),
        "metadata": product_metadata(product, environment),
        "code_version": manifest.spec.schema_version,
    }


def product_tags(product: Product) -> dict[str, str]:
    """Tags a person filters the catalog by."""
    tags = {
        names.TAG_DOMAIN: product.domain,
        names.TAG_PRODUCT: product.id,
        names.TAG_LAYER: "product",
        names.TAG_SCHEMA_VERSION: product.manifest.spec.schema_version,
        **ending_tags(product),
    }
    if pii_columns(product):
        tags[names.TAG_PII] = "true"
    return {key: tag_value(value) for key, value in tags.items()}


def pii_columns(product: Product) -> frozenset[str]:
    """Columns that hold personal data, by the manifest or by the schema's own mark."""
    schema = current(product)
    return marked_columns(schema) | product.manifest.declared_personal


def marked_columns(schema: RecordSchema | None) -> frozenset[str]:
    """Columns that the schema marks as personal data, or a field in them."""
    return frozenset(c.name for c in schema.columns if c.personal) if schema else frozenset()


def product_metadata(product: Product, environment: Environment) -> dict[str, Any]:
    """Schema, port, promise, people, links and code of a product."""
    manifest, document = product.manifest, product.document
    version = manifest.spec.schema_version
    slo, fresh = manifest.slo, manifest.slo.freshness
    links = {
        "catalog": link(manifest.metadata.catalog_url),
        "schema registry": shown_address(manifest.spec.schema_registry),
    }
    schema_file = product.schemas.get(version)
    return {
        **_schema_metadata(current(product), pii_columns(product), environment),
        "dagster/table_name": f"{manifest.port.dataset}.{manifest.port.table}",
        **ending_metadata(product),
        "schema version": version,
        "freshness promise": f"{fresh.target_minutes} min (warn {fresh.warn_minutes}, error {fresh.error_minutes})",
        "completeness promise": f"{slo.completeness.target_percent} %",
        "on-call": manifest.metadata.oncall,
        "Slack channel": manifest.metadata.slack_channel,
        "manifest": f"{document.path}:1",
        **{name: dg.MetadataValue.url(url) for name, url in links.items() if url},
        **_examples(product),
        **_code(
            environment,
            (document.path, 1),
            *([(schema_file.path, 1)] if schema_file else []),
            *_model(product, environment),
        ),
    }


def product_spec(product: Product, environment: Environment) -> dg.AssetSpec:
    """A product that no dbt model of this location builds: visible, with its contract and its lineage."""
    return dg.AssetSpec(product_key(product.id), deps=inputs(product), **product_attributes(product, environment))


def inputs(product: Product) -> list[dg.AssetKey]:
    """What the manifest says the product is made from."""
    tables = [landed_key(product.domain, u.table.rsplit(".", 1)[-1]) for u in product.manifest.source_inputs]
    return [*tables, *(product_key(p) for p in product.manifest.product_inputs)]


def quarantined_spec(item: Quarantined, environment: Environment) -> dg.AssetSpec:
    """A product whose manifest cannot be read: still there, with what is wrong and how to mend it."""
    findings = "\n".join(f"- `{f.path}:{f.line}` **{f.code}** {f.message}\n  - fix: {f.fix}" for f in item.findings)
    return dg.AssetSpec(
        key=product_key(item.id),
        description=f"**Quarantined**: the manifest cannot be read, so nothing refreshes this product.\n\n{findings}",
        group_name=item.domain,
        tags={names.TAG_DOMAIN: tag_value(item.domain), names.TAG_QUARANTINED: "true"},
        metadata={
            "findings": float(len(item.findings)),
            **_code(environment, (item.path, item.findings[0].line if item.findings else 1)),
        },
    )


def unprepared(mesh: Mesh, environment: Environment, built: frozenset[dg.AssetKey]) -> list[dg.AssetSpec]:
    """Specs for the products that no step of this location builds, quarantined ones included."""
    specs = [product_spec(p, environment) for p in mesh.products.values()]
    specs += [quarantined_spec(q, environment) for q in mesh.quarantined.values()]
    return [s for s in specs if s.key not in built]


def _schema_metadata(schema: RecordSchema | None, pii: frozenset[str], environment: Environment) -> Mapping[str, Any]:
    if schema is None:
        return {}
    columns = [_column(c, c.name in pii, environment.target) for c in schema.columns]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


def _column(column: Column, pii: bool, target: Target) -> dg.TableColumn:
    return dg.TableColumn(
        name=column.name,
        type=warehouse_type(column, target),
        description=column.doc or None,
        constraints=dg.TableColumnConstraints(nullable=column.nullable),
        tags={names.TAG_PII: tag_value(str(column.personal or "declared"))} if pii else {},
    )


def _examples(product: Product) -> dict[str, Any]:
    examples = product.manifest.spec.examples
    text = "\n\n".join(f"**{e.title}**\n```sql\n{e.sql.strip()}\n```" for e in examples)
    return {"examples": dg.MetadataValue.md(text)} if examples else {}


def _model(product: Product, environment: Environment) -> list[tuple[str, int]]:
    path = f"{names.DBT_FOLDER}/{product.domain}/models/products/{product.name}.sql"
    return [(path, 1)] if (environment.root / path).is_file() else []


def _code(environment: Environment, *places: tuple[str, int]) -> dict[str, Any]:
    """References the UI opens: the files that make the asset what it is."""
    references = [
        dg.LocalFileCodeReference(file_path=str(environment.root / path), line_number=line, label=Path(path).name)
        for path, line in places
    ]
    return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=list(references))}
