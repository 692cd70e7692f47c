"""dbt nodes as assets of the mesh: keys by path, foreign ports as the products behind them."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.orchestration.keys import landed_key, model_key, owners, product_key, tag_value
from mesh_platform.orchestration.specs import inputs, product_attributes

Node = Mapping[str, Any]


class MeshTranslator(DagsterDbtTranslator):
    """How one domain's dbt project appears in the mesh."""

    def __init__(self, mesh: Mesh, environment: Environment, domain: str, manifest: Mapping[str, Any]) -> None:
        super().__init__(
            DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True, enable_code_references=False)
        )
        self.mesh = mesh
        self.environment = environment
        self.domain = domain
        self.reading_products = reading_products(mesh, manifest)
        self._specs: dict[str, dg.AssetSpec] = {}

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """Memoized: dagster-dbt asks about eleven times a model."""
        if unique_id not in self._specs:
            self._specs[unique_id] = self._spec(
                manifest, unique_id, super().get_asset_spec(manifest, unique_id, project)
            )
        return self._specs[unique_id]

    def _spec(self, manifest: Mapping[str, Any], unique_id: str, spec: dg.AssetSpec) -> dg.AssetSpec:
        node = (manifest["sources"] if unique_id.startswith("source.") else manifest["nodes"])[unique_id]
        key = self._key(node)
        if node["resource_type"] == "source":
            return spec.replace_attributes(key=key)
        condition = dg.AutomationCondition.eager() if unique_id in self.reading_products else None
        product = self.mesh.products.get(f"{self.domain}.{node['name']}") if len(key.path) == 2 else None
        if product:
            shown = product_attributes(product, self.environment)
            shown["metadata"] = {**spec.metadata, **shown["metadata"]}
            # the manifest's inputs beside the models between, so that selecting only both ends keeps their order
            deps = [*spec.deps, *(dg.AssetDep(i) for i in inputs(product) if i not in {d.asset_key for d in spec.deps})]
            return spec.replace_attributes(key=key, deps=deps, automation_condition=condition, **shown)
        domain = self.mesh.domains.get(self.domain)
        return spec.replace_attributes(
            key=key,
            group_name=self.domain,
            automation_condition=condition,
            owners=owners(domain.manifest.metadata.team) if domain else [],
            kinds={"dbt", self.environment.target.value},
            tags={names.TAG_DOMAIN: self.domain, names.TAG_LAYER: tag_value(layer(node))},
        )

    def _key(self, node: Node) -> dg.AssetKey:
        if node["resource_type"] == "source":
            return self._source_key(node)
        if layer(node) == "products" and f"{self.domain}.{node['name']}" in self.mesh.products:
            return product_key(f"{self.domain}.{node['name']}")
        return model_key(self.domain, layer(node), node["name"])

    def _source_key(self, node: Node) -> dg.AssetKey:
        schema, table = node["schema"], node.get("identifier") or node["name"]
        if (schema, table) in self.mesh.ports:
            return product_key(self.mesh.ports[schema, table])
        if schema == names.cdc_schema(self.domain):
            return landed_key(self.domain, table.removesuffix(names.CHANGES_SUFFIX))
        return dg.AssetKey([schema, table])


def layer(node: Node) -> str:
    """The folder below `models/` that a node lies in; `models` for one that lies in none."""
    fqn = node["fqn"]
    return str(fqn[1]) if len(fqn) > 2 else "models"


def reading_products(mesh: Mesh, manifest: Mapping[str, Any]) -> frozenset[str]:
    """The models that read another domain's product, directly or through models of their own domain."""
    sources = manifest["sources"].items()
    foreign = {uid for uid, node in sources if (node["schema"], node.get("identifier") or node["name"]) in mesh.ports}
    found, todo = set[str](), list(foreign)
    while todo:
        for child in manifest["child_map"].get(todo.pop(), ()):
            if child.startswith("model.") and child not in found:
                found.add(child)
                todo.append(child)
    return frozenset(found)
