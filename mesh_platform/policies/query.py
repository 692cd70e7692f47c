"""What the models' SQL reads is what the manifests say, from below to above."""

from collections.abc import Iterator
from typing import Final

from mesh_platform.manifest.circle import circles
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Mesh, Product, TextFile
from mesh_platform.manifest.message import listed
from mesh_platform.manifest.product import ProductInput, Upstream
from mesh_platform.policies.registry import Breach, Located, Review, Spot, mesh_policy, spot
from mesh_platform.policies.sql.lineage import Lineage
from mesh_platform.policies.sql.node import Kind, Node
from mesh_platform.policies.sql.place import place_of_relation
from mesh_platform.policies.sql.relation import SOURCE, parts

_LAYERS: Final = {"staging": 0, "intermediate": 1, "products": 2, "slo": 3}
_UPSTREAM: Final = "spec.lineage.upstream_sources"


@mesh_policy("LIN008", fix="add it to `spec.lineage.upstream_sources`, or stop reading it")
def what_the_query_reads_is_declared(review: Review) -> Located:
    """The manifest is what everyone plans by: an upstream that only the SQL knows is not waited for, not promised, and
    not told of a consumer."""
    lineage = review.lineage
    for product in review.mesh.products.values():
        misspelt = any(not _is_known(review.mesh, product, upstream) for upstream in _upstreams(product))
        for model, inputs in lineage.reach(product.domain, product.name).items():
            for relation, node in () if misspelt else inputs:
                if name := _undeclared(product, node, lineage):
                    yield (
                        _at(review.mesh, product.domain, model, relation, product),
                        Breach("", f"reads {name}, undeclared"),
                    )


@mesh_policy("LIN009", level=Level.WARNING, fix="remove the entry, or read it")
def what_is_declared_is_read(review: Review) -> Located:
    """An upstream on paper makes the product wait for what it does not need, and its changes look dangerous."""
    for product in review.mesh.products.values():
        read = _read(review.lineage, product)
        for index, upstream in enumerate(_upstreams(product) if read else ()):
            name = upstream.product if isinstance(upstream, ProductInput) else upstream.table
            if _can_be_told(review.mesh, product, upstream) and name not in read and name != product.id:
                key = f"{_UPSTREAM}.{index}"
                yield spot(product.document, key, product.id), Breach(key, f"no model of the product reads `{name}`")


@mesh_policy("DBT021", level=Level.WARNING, fix="read the source in a staging model, and that model here")
def sources_are_read_in_staging(review: Review) -> Located:
    """One place takes in what comes from outside, renames and types it; a change outside then has one place to go."""
    for domain, model, relation, _ in review.once(_everything):
        layer = _layer(review.mesh, domain, model)
        if parts(relation)[0] == SOURCE and layer in ("intermediate", "products"):
            shown = ".".join(parts(relation)[1:])
            yield (
                _at(review.mesh, domain, model, relation),
                Breach("", f"`{model}` in `{layer}` reads `{shown}` directly"),
            )


@mesh_policy("DBT022", fix="move what both need to the lower layer")
def layers_are_read_upwards(review: Review) -> Located:
    """Staging → intermediate → products: a model that reads a layer above its own goes round in a circle sooner or
    later."""
    for domain, model, relation, node in review.once(_everything):
        if node.kind is Kind.MODEL and node.domain == domain:
            mine, theirs = _layer(review.mesh, domain, model), _layer(review.mesh, domain, node.name)
            if mine in _LAYERS and theirs in _LAYERS and _LAYERS[mine] < _LAYERS[theirs]:
                said = f"`{model}` in `{mine}` reads `{node.name}` in `{theirs}`"
                yield _at(review.mesh, domain, model, relation), Breach("", said)


@mesh_policy("DBT023", fix="break the circle: move what is shared into one model that the others read")
def models_do_not_go_round_in_a_circle(review: Review) -> Located:
    """Models that wait for each other are never built; dbt refuses the whole project for it."""
    lineage = review.lineage
    for domain, project in review.mesh.dbt.items():
        reads = {m: [n.name for _, n in lineage.inputs(domain, m) if _is_model(n, domain)] for m in project.queries}
        for model, circle in circles(reads).items():
            relation = next(r for r, n in lineage.inputs(domain, model) if _is_model(n, domain) and n.name in circle)
            said = f"the models go round in a circle: {listed(circle)}"
            yield _at(review.mesh, domain, model, relation), Breach("", said)


def _upstreams(product: Product) -> tuple[Upstream, ...]:
    return product.manifest.spec.lineage.upstream_sources


def _is_known(mesh: Mesh, product: Product, upstream: Upstream) -> bool:
    """Whether there is such an upstream; where there is none, another policy says so, and it may only be misspelt."""
    if isinstance(upstream, ProductInput):
        return upstream.product in mesh.known_products
    domain = mesh.domains.get(product.domain)
    return domain is None or upstream.table in domain.tables_by_name


def _can_be_told(mesh: Mesh, product: Product, upstream: Upstream) -> bool:
    """Whether it is known what the upstream is called in SQL: what lies in a file that cannot be read is not."""
    if isinstance(upstream, ProductInput):
        return upstream.product in mesh.products
    return product.domain in mesh.domains and _is_known(mesh, product, upstream)


def _undeclared(product: Product, node: Node, lineage: Lineage) -> str:
    """What the product reads without saying so, as words; nothing where it does."""
    spec = product.manifest
    if node.kind is Kind.LANDED and node.domain == product.domain:
        table = lineage.source_table(node)
        return f"`{table}`" if table and table not in {s.table for s in spec.source_inputs} else ""
    if node.kind is Kind.PORT and node.name not in spec.product_inputs:
        return f"`{node.name}`" if node.name != product.id else f"its own port `{node.name}`"
    own = f"{node.domain}.{node.name}"
    if node.kind is Kind.MODEL and own in lineage.mesh.products and own not in (*spec.product_inputs, product.id):
        return f"`{own}`"
    return ""


def _read(lineage: Lineage, product: Product) -> frozenset[str]:
    """Source tables and products that the product's models read, the model of what must exist among them; empty
    where that is not known for all."""
    if not lineage.is_followed(product):
        return frozenset()
    return frozenset(_name(node, lineage) for inputs in lineage.behind(product).values() for _, node in inputs)


def _name(node: Node, lineage: Lineage) -> str:
    """As a manifest names it."""
    if node.kind is Kind.LANDED:
        return lineage.source_table(node) or node.name
    return node.name if node.kind is Kind.PORT else f"{node.domain}.{node.name}"


def _everything(review: Review) -> Iterator[tuple[str, str, str, Node]]:
    """(domain, model, relation, what it is) of all that is read."""
    for domain, model in review.lineage.traces:
        for relation, node in review.lineage.inputs(domain, model):
            yield domain, model, relation, node


def _is_model(node: Node, domain: str) -> bool:
    return node.kind is Kind.MODEL and node.domain == domain


def _layer(mesh: Mesh, domain: str, model: str) -> str:
    return mesh.dbt[domain].layer(model)


def _file(mesh: Mesh, domain: str, model: str) -> TextFile:
    return mesh.dbt[domain].queries[model]


def _spot(mesh: Mesh, domain: str, model: str, product: Product | None = None) -> Spot:
    own = f"{domain}.{model}"
    return Spot(
        _file(mesh, domain, model).path, product=product.id if product else own if own in mesh.products else None
    )


def _at(mesh: Mesh, domain: str, model: str, relation: str, product: Product | None = None) -> Spot:
    about = _spot(mesh, domain, model, product)
    return Spot(about.path, place_of_relation(_file(mesh, domain, model).text, relation), about.product)
