"""A product has its model, and a model in the product layer has its product."""

from mesh_platform import names
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Domain, Mesh, Product
from mesh_platform.policies.registry import Breach, Breaches, Located, Review, Spot, domain_policy, mesh_policy, policy


@domain_policy(
    "DBT001", level=Level.WARNING, fix="write the project, or wait for it: the products are shown, and cannot be built"
)
def domain_has_a_dbt_project(domain: Domain, mesh: Mesh) -> Breaches:
    """A product is built by its domain's dbt project; without one it is a promise on paper."""
    if domain.name not in mesh.dbt and any(p.domain == domain.name for p in mesh.products.values()):
        yield Breach("metadata.name", f"there is no `{names.DBT_FOLDER}/{domain.name}/dbt_project.yml`")


@policy("DBT002", fix="write the model `models/products/<product>.sql` in the domain's dbt project")
def product_has_its_model(product: Product, mesh: Mesh) -> Breaches:
    """A product is built by the model of its name; without it the refresh has nothing to run."""
    project = mesh.dbt.get(product.domain)
    if project and product.name not in project.models:
        yield Breach("metadata.name", f"`{project.path}` has no model `{product.name}`")


@mesh_policy("DBT003", level=Level.WARNING, fix="write a manifest for it, or move it to another layer")
def product_model_has_its_manifest(review: Review) -> Located:
    """What lies in the product layer looks like something to build on, but nobody has promised anything."""
    for domain, project in review.mesh.dbt.items():
        for model, path in project.models.items():
            if project.layer(model) == "products" and f"{domain}.{model}" not in review.mesh.known_products:
                yield Spot(path), Breach("", f"`{model}` is in the product layer and has no manifest")


@policy("DBT004", fix="write the model below `models/slo/` in the domain's dbt project")
def expected_model_exists(product: Product, mesh: Mesh) -> Breaches:
    """Completeness is measured against the model that `slo.completeness.expected` names."""
    project, expected = mesh.dbt.get(product.domain), product.manifest.slo.completeness.expected
    if project and expected and project.layer(expected) != "slo":
        yield Breach(
            "spec.slo.completeness.expected", f"`{project.path}/{project.folders[0]}/slo/` has no model `{expected}`"
        )
