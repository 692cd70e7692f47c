"""Whatever table the SQL of a domain names, in a model, a test or a hook, is one that it may read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mesh_platform.manifest.mesh import Mesh, TextFile
from mesh_platform.manifest.message import did_you_mean
from mesh_platform.policies.registry import Breach, Located, Review, Spot, mesh_policy
from mesh_platform.policies.sql.lineage import Lineage
from mesh_platform.policies.sql.node import Kind, Node
from mesh_platform.policies.sql.place import place_of_relation
from mesh_platform.policies.sql.relation import RAW, parts

_ENGINE: Final = frozenset({"information_schema", "pg_catalog"})
_PRIVATE: Final = {
    Kind.LANDED: "the landed table",
    Kind.PRIVATE: "the private table",
    Kind.MODEL: "the model",
    Kind.SEED: "the model",
}


@dataclass(frozen=True)
class _Named:
    """A relation that some SQL names."""

    domain: str
    where: str
    """The model, or the path of a file that is none."""
    relation: str
    node: Node
    spot: Spot


@mesh_policy("LIN010", fix="read the port of a product of that domain, or ask its team to publish one")
def query_reads_only_ports_of_other_domains(review: Review) -> Located:
    """What another domain has not published it may change or drop without a word."""
    for found in _everywhere(review.lineage):
        node = found.node
        if node.domain and node.domain != found.domain and node.kind in _PRIVATE:
            said = f"`{found.where}` reads {_PRIVATE[node.kind]} `{node.name}` of `{node.domain}`"
            yield found.spot, Breach("", said)


@mesh_policy("LIN011", fix="name a landed table of the domain, or a product's port, as the source's schema and table")
def source_is_landed_or_published(review: Review) -> Located:
    """A table that no domain lands and no product publishes has no owner, no promise and no schema."""
    mesh, lineage = review.mesh, review.lineage
    for found in _in_models(lineage):
        node, is_own = found.node, found.node.kind is Kind.LANDED and found.node.domain == found.domain
        lost = is_own and found.domain in mesh.domains and lineage.source_table(node) is None
        if (node.kind is Kind.UNKNOWN or lost) and lineage.declared.is_declared(found.domain, found.relation):
            _, schema, table = parts(found.relation)
            if lost or not _may_be_quarantined(lineage, found, schema, table):
                hint = did_you_mean(f"{schema}.{table}", sorted(f"{d}.{t}" for d, t in mesh.ports))
                yield found.spot, Breach("", f"nobody lands or publishes `{schema}.{table}`{hint}")


@mesh_policy("DBT020", fix="write `{{ ref('…') }}` for a model, `{{ source('…', '…') }}` for anything else")
def relation_is_not_hard_coded(review: Review) -> Located:
    """A name written out is in nobody's lineage: it is not waited for, and is the same table in every environment."""
    for found in _everywhere(review.lineage):
        kind, schema, name = parts(found.relation)
        if kind == RAW and schema.lower() not in _ENGINE:
            shown = f"{schema}.{name}" if schema else name
            yield found.spot, Breach("", f"`{found.where}` names the table `{shown}` itself")


def _may_be_quarantined(lineage: Lineage, found: _Named, schema: str, table: str) -> bool:
    """Whether the table may be the port of a product that cannot be read: one of its name or its domain's, or one that
    whoever reads the table names as an input."""
    words = {table.lower(), *re.split(r"[._]", schema.lower())}
    mesh, quarantined = lineage.mesh, lineage.mesh.quarantined.values()
    built = lineage.built_from.get((found.domain, found.where), ())
    waited = {name for product in built for name in mesh.products[product].manifest.product_inputs}
    return any({q.name, q.domain} & words or q.id in waited for q in quarantined)


def _everywhere(lineage: Lineage) -> Iterator[_Named]:
    yield from _in_models(lineage)
    for (domain, model), trace in lineage.traces.items():
        others = trace.hooks - trace.reads
        yield from _of(lineage, domain, model, lineage.mesh.dbt[domain].queries[model], others)
    for beside in lineage.beside:
        yield from _of(lineage, beside.domain, beside.file.path, beside.file, beside.names)


def _in_models(lineage: Lineage) -> Iterator[_Named]:
    for (domain, model), trace in lineage.traces.items():
        yield from _of(lineage, domain, model, lineage.mesh.dbt[domain].queries[model], trace.reads)


def _of(lineage: Lineage, domain: str, where: str, file: TextFile, relations: frozenset[str]) -> Iterator[_Named]:
    for relation in sorted(relations):
        node = lineage.node(domain, relation)
        if node.kind is not Kind.RECORD:
            spot = Spot(file.path, place_of_relation(file.text, relation), _product(lineage.mesh, f"{domain}.{where}"))
            yield _Named(domain, where, relation, node, spot)


def _product(mesh: Mesh, own: str) -> str | None:
    return own if own in mesh.products else None
