"""Personal data above a model whose SQL cannot be followed may be in any column below it."""

from collections.abc import Iterator
from typing import Final

from mesh_platform.manifest.document import Place
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.manifest.message import listed
from mesh_platform.policies.carried import Carrier
from mesh_platform.policies.classification.fields import fields_of, shape
from mesh_platform.policies.classification.judgement import Outcome, Shape
from mesh_platform.policies.personal_data import is_declared
from mesh_platform.policies.registry import Breach, Located, Review, Spot, mesh_policy
from mesh_platform.policies.sql.lineage import Lineage
from mesh_platform.policies.sql.node import Kind, Node
from mesh_platform.schema.avro.avro_type import unwrapped
from mesh_platform.schema.history import current

_EMPTY_OF_PERSONS: Final = frozenset({Shape.BOOLEAN, Shape.TIME})
_FEW: Final = 5


@mesh_policy(
    "PII009",
    level=Level.WARNING,
    fix='write the query plainly; or declare the columns that hold it, and write `"pii": false` on the others',
)
def what_cannot_be_followed_has_been_looked_at(review: Review) -> Located:
    """Where the SQL cannot be read, nobody sees which columns an e-mail address went into: a person has to look, or
    silence is taken for an answer."""
    carrier = Carrier(review.lineage)
    for product in review.mesh.products.values():
        for model, line in _unfollowed(review.lineage, product):
            columns = _unanswered(review.mesh, product)
            if columns and (above := _above(carrier, product, model)):
                said = f"nobody can see whether {_shown(above)} arrives in {_shown(columns)}"
                spot = Spot(review.mesh.dbt[product.domain].models[model], Place(line, 1), product.id)
                yield spot, Breach("", f"`{model}` cannot be followed, and {said}")


def _unfollowed(lineage: Lineage, product: Product) -> Iterator[tuple[str, int]]:
    """(model, line) of what the product is built from and cannot be followed, though it may run."""
    project = lineage.mesh.dbt.get(product.domain)
    for model in lineage.reach(product.domain, product.name) if project else ():
        trace = lineage.traces.get((product.domain, model))
        unread = trace is None and project is not None and project.models.get(model, "").endswith(".py")
        if unread or (trace and trace.problem and not trace.broken):
            yield model, trace.line if trace else 1


def _unanswered(mesh: Mesh, product: Product) -> list[str]:
    """The columns of which nobody said whether they are personal, and that could hold what is."""
    schema, none = current(product), frozenset(mesh.policy.personal_data.not_personal)
    kinds = {c.name: shape(unwrapped(c.type)[0]) for c in schema.columns} if schema else {}
    declared = {f.path[0] for f in fields_of(product) if is_declared(product, f) or f.overruled}
    told = declared | {f.path[0] for f in fields_of(product) if f.judgement.outcome is Outcome.MUST}
    return [
        c for c, kind in kinds.items() if not (c in told or f"{product.id}.{c}" in none or kind in _EMPTY_OF_PERSONS)
    ]


def _above(carrier: Carrier, product: Product, model: str) -> list[str]:
    """Where the personal data begins that is in what the model reads; of what the product says it reads, where the SQL
    does not tell. What the product declares under the same name is no question."""
    nodes = [node for _, node in carrier.lineage.inputs(product.domain, model)] or _written(product)
    declared = {f.path[0].lower() for f in fields_of(product) if is_declared(product, f)}
    found = {held.path[0] for node in nodes for name, held in carrier.holdings(node) if name not in declared}
    return sorted(found)


def _written(product: Product) -> list[Node]:
    tables = [source.table.rpartition(".")[2].lower() for source in product.manifest.source_inputs]
    products = [(upstream.partition(".")[0], upstream) for upstream in product.manifest.product_inputs]
    landed = [Node(Kind.LANDED, product.domain, table) for table in tables]
    return landed + [Node(Kind.PORT, domain, name) for domain, name in products]


def _shown(names: list[str]) -> str:
    more = f" and `{len(names) - _FEW}` more" if len(names) > _FEW else ""
    return listed(names[:_FEW]) + more
