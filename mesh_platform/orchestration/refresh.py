"""The step that refreshes a domain's products: build with dbt, audit, publish.

A product is materialised when all three held.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets
from pydantic import Field

from mesh_platform.environment import Environment
from mesh_platform.landing.records.ledger import ensure_landing
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.orchestration.audited import audited
from mesh_platform.orchestration.dbt import dbt_on
from mesh_platform.orchestration.keys import product_id
from mesh_platform.orchestration.landing import pool
from mesh_platform.orchestration.translator import MeshTranslator, layer
from mesh_platform.publishing.private import prepare_private_table
from mesh_platform.publishing.tables import ensure_publishing
from mesh_platform.schema.history import current
from mesh_platform.transformation.prepare import Prepared
from mesh_platform.warehouse.protocol import open_warehouse
from mesh_platform.warehouse.revision import current_revision


class RefreshConfig(dg.Config):
    """What a person may ask of a refresh in the launchpad."""

    full_refresh: bool = Field(default=False, description="Build the products anew from all that ever landed.")


def refresh_assets(mesh: Mesh, environment: Environment, prepared: Prepared) -> dg.AssetsDefinition | None:
    """One dbt step for all models and products of a domain; None where the project has no model."""
    manifest: Mapping[str, Any] = json.loads(prepared.manifest_path.read_text())
    models = [n for n in manifest["nodes"].values() if n["resource_type"] in {"model", "seed", "snapshot"}]
    excluded = [n["name"] for n in models if _is_quarantined(mesh, prepared.domain, n)]
    if len(excluded) == len(models):
        return None

    @dbt_assets(
        manifest=manifest,
        name=f"{prepared.domain}_dbt",
        exclude=" ".join(f"fqn:{name}" for name in excluded) or None,
        dagster_dbt_translator=MeshTranslator(mesh, environment, prepared.domain, manifest),
        pool=pool(environment),
    )
    def refresh(context: dg.AssetExecutionContext, config: RefreshConfig) -> Iterator[Any]:
        products = _selected(mesh, prepared.domain, manifest, context)
        through = _make_ready(mesh, environment, products)
        dbt = dbt_on(environment, prepared)
        selection = ["--select", " ".join(_with_inputs(products, manifest))] if products else []
        anew = ["--full-refresh"] if config.full_refresh else []
        invocation = dbt.cli(["build", *anew, *selection], context=context, raise_on_error=False)
        yield from audited(context, mesh, environment, invocation, products, manifest, through)

    return refresh


def _is_quarantined(mesh: Mesh, domain: str, node: Mapping[str, Any]) -> bool:
    return layer(node) == "products" and f"{domain}.{node['name']}" in mesh.quarantined


def _selected(
    mesh: Mesh, domain: str, manifest: Mapping[str, Any], context: dg.AssetExecutionContext
) -> dict[str, Product]:
    """dbt unique id → product, for the products this step was asked to refresh."""
    wanted = {product_id(key) for key in context.selected_asset_keys if len(key.path) == 2}
    return {
        uid: mesh.products[f"{domain}.{node['name']}"]
        for uid, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and f"{domain}.{node['name']}" in wanted & mesh.products.keys()
    }


def _with_inputs(products: Mapping[str, Product], manifest: Mapping[str, Any]) -> list[str]:
    """dbt selection: each product with the views it reads and the model that says what must exist."""
    known = {node["name"] for node in manifest["nodes"].values()}
    chosen = [f"+{p.name}" for p in products.values()]
    expected = [p.manifest.slo.completeness.expected for p in products.values()]
    return chosen + [f"+{model}" for model in expected if model in known]


def _make_ready(mesh: Mesh, environment: Environment, products: Mapping[str, Product]) -> int:
    """Discard what was never published; returns the revision that the build is certain to see."""
    with open_warehouse(environment) as warehouse:
        ensure_landing(warehouse, mesh)
        ensure_publishing(warehouse)
        for product in products.values():
            if schema := current(product):
                prepare_private_table(warehouse, product, schema)
        return current_revision(warehouse)
