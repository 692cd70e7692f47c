"""The models' SQL runs: what it names is there, and what it must make it makes."""

from collections.abc import Iterator

from mesh_platform import names
from mesh_platform.manifest.document import FIRST_LINE, Place
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.manifest.message import did_you_mean, listed
from mesh_platform.policies.registry import Breach, Located, Review, Spot, mesh_policy
from mesh_platform.policies.sql.lineage import Lineage
from mesh_platform.policies.sql.node import Kind, Node
from mesh_platform.policies.sql.place import place_of_relation, place_of_result, place_of_word
from mesh_platform.policies.sql.relation import parts
from mesh_platform.schema.history import current


@mesh_policy("DBT024", fix="name a model, seed or snapshot of the project")
def model_that_is_read_exists(review: Review) -> Located:
    """A `ref()` to nothing stops the whole project from being parsed."""
    lineage = review.lineage
    for domain, model in lineage.traces:
        for relation, node in lineage.inputs(domain, model):
            if node.kind is Kind.MISSING:
                project = review.mesh.dbt.get(node.domain)
                hint = did_you_mean(node.name, sorted(project.models)) if project else ""
                where = project.path if project else f"{names.DBT_FOLDER}/{node.domain}"
                place = place_of_relation(_text(review.mesh, domain, model), relation)
                for spot in _spots(lineage, domain, model, place):
                    yield spot, Breach("", f"`{where}` has no model `{node.name}`{hint}")


@mesh_policy("DBT025", level=Level.WARNING, fix="write it in plainer SQL and Jinja; until then nobody sees its lineage")
def query_can_be_followed(review: Review) -> Located:
    """Personal data and breaking changes are followed through the SQL; where that cannot be read, they are not."""
    for (domain, model), trace in review.lineage.traces.items():
        if trace.problem and not trace.broken and not _lacks_contract(review.mesh, domain, model):
            said = f"the columns of `{model}` cannot be followed: {trace.problem}"
            for spot in _spots(review.lineage, domain, model, Place(trace.line, 1)):
                yield spot, Breach("", said)
    for domain, project in review.mesh.dbt.items():
        for model, path in project.models.items():
            if path.endswith(".py") and not _lacks_contract(review.mesh, domain, model):
                said = f"the columns of `{model}` cannot be followed: it is written in Python"
                for spot in _spots(review.lineage, domain, model, FIRST_LINE):
                    yield spot, Breach("", said)


@mesh_policy("DBT026", fix="select it in the model, or leave it out of the next schema version")
def model_makes_the_columns_of_its_schema(review: Review) -> Located:
    """The schema promises the columns and the model makes them; the contract would refuse the batch at night, and this
    refuses the change by day."""
    for product in review.mesh.products.values():
        trace, schema = review.lineage.trace(product.domain, product.name), current(product)
        if schema and trace.reads and not trace.problem and not _reads_nothing_known(review.lineage, product):
            node = Node(Kind.MODEL, product.domain, product.name)
            lacking = {column for column, _ in review.lineage.lacking(product.domain, product.name)}
            for column in schema.columns:
                name = column.name.lower()
                if name in lacking or review.lineage.has(node, name) is False:
                    said = f"`{product.name}` does not make the column `{column.name}`"
                    place = place_of_result(_text(review.mesh, product.domain, product.name))
                    spot = Spot(_path(review.mesh, product.domain, product.name), place, product.id)
                    yield spot, Breach(column.name, said)


@mesh_policy("DBT027", fix="correct the line; until then nothing that reads the model is built")
def query_can_be_run(review: Review) -> Located:
    """What is no SQL, or calls a macro that there is not, fails at night; one mistake in Jinja stops the project."""
    for (domain, model), trace in review.lineage.traces.items():
        if trace.broken and not _lacks_contract(review.mesh, domain, model):
            for spot in _spots(review.lineage, domain, model, Place(trace.line, 1)):
                yield spot, Breach("", f"`{model}` cannot run: {trace.problem}")


@mesh_policy("DBT028", fix="name a column of what it reads, or select it there first")
def column_that_is_read_exists(review: Review) -> Located:
    """The warehouse refuses a query for one unknown column, and the product of every model behind it gets no new
    rows."""
    lineage = review.lineage
    for domain, model in lineage.traces:
        for column, nodes in lineage.lacking(domain, model):
            if column not in _promised(review.mesh, f"{domain}.{model}"):
                place = place_of_word(_text(review.mesh, domain, model), column)
                for spot in _spots(lineage, domain, model, place):
                    yield spot, Breach(column, _lacks(lineage, model, column, nodes))


@mesh_policy("DBT029", fix="list the table below `sources:` in a `.yml` of the project")
def source_that_is_read_is_declared(review: Review) -> Located:
    """A `source()` that no file declares stops the whole project from being parsed."""
    lineage = review.lineage
    for domain, model in lineage.traces:
        for relation, _ in lineage.inputs(domain, model):
            if lineage.declared.is_undeclared(domain, relation):
                shown = ".".join(parts(relation)[1:])
                known = sorted(".".join(table) for table in lineage.declared.sources(domain) or ())
                place = place_of_relation(_text(review.mesh, domain, model), relation)
                for spot in _spots(lineage, domain, model, place):
                    yield spot, Breach("", f"no file declares the source `{shown}`{did_you_mean(shown, known)}")


def _reads_nothing_known(lineage: Lineage, product: Product) -> bool:
    """Whether it reads a model or source that there is not: that is the fault, and every column follows from it."""
    read = lineage.inputs(product.domain, product.name)
    undeclared = (lineage.declared.is_undeclared(product.domain, relation) for relation, _ in read)
    return any(node.kind is Kind.MISSING for _, node in read) or any(undeclared)


def _lacks(lineage: Lineage, model: str, column: str, nodes: list[Node]) -> str:
    known = sorted({name for node in nodes for name in lineage.columns(node) or ()})
    tables = listed(sorted({lineage.shown(node) for node in nodes}))
    lacks = f"which {tables} has not" if len(nodes) == 1 else f"which none of {tables} has"
    lacks = lacks if nodes else "which nothing in the query has"
    return f"`{model}` reads the column `{column}`, {lacks}{did_you_mean(column, known)}"


def _promised(mesh: Mesh, name: str) -> frozenset[str]:
    """The columns of a product, lower case: another policy says that its model does not make them."""
    schema = current(mesh.products[name]) if name in mesh.products else None
    return frozenset(c.name.lower() for c in schema.columns) if schema else frozenset()


def _lacks_contract(mesh: Mesh, domain: str, model: str) -> bool:
    """Whether it is of a product whose columns nobody can read, which is a finding where they should be written."""
    name, product = f"{domain}.{model}", mesh.products.get(f"{domain}.{model}")
    nameless = name not in mesh.known_products and mesh.dbt[domain].layer(model) == "products"
    return nameless or name in mesh.quarantined or (product is not None and current(product) is None)


def _spots(lineage: Lineage, domain: str, model: str, place: Place) -> Iterator[Spot]:
    """The place, once for every product that is built from the model."""
    for product in lineage.built_from.get((domain, model)) or (None,):
        yield Spot(_path(lineage.mesh, domain, model), place, product)


def _path(mesh: Mesh, domain: str, model: str) -> str:
    project = mesh.dbt[domain]
    return project.queries[model].path if model in project.queries else project.models[model]


def _text(mesh: Mesh, domain: str, model: str) -> str:
    return mesh.dbt[domain].queries[model].text
