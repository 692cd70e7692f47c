"""The mesh's tables and columns as one graph: what each is made from, and what is needed of it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from mesh_platform import names
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.policies.sql.memory import Forgetful, Memory
from mesh_platform.policies.sql.models import Traces, traces
from mesh_platform.policies.sql.relation import MODEL, RECORD, RECORDS, SOURCE, THIS, parts
from mesh_platform.policies.sql.sources import Sources, readable, sources
from mesh_platform.policies.sql.trace import UNKNOWN, How, Origin, Trace
from mesh_platform.schema.history import current, history, row_schema
from mesh_platform.schema.record import RecordSchema


class Kind(StrEnum):
    """What a model can read."""

    MODEL = "model"
    LANDED = "landed"
    PORT = "port"
    PRIVATE = "private"
    """A table in the schema that only its own domain reads."""
    SEED = "seed"
    RECORD = "record"
    """One of the platform's own tables, or the model's own."""
    MISSING = "missing"
    """A model that there is not."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, order=True)
class Node:
    """A table or view of the mesh."""

    kind: Kind
    domain: str
    name: str
    """Of a model its name, of a landed table the table's, of a port the product's id."""


def _latest(models: Iterable[str], name: str) -> str | None:
    """Of a model in versions, `<name>_v<number>`, the greatest: what `ref` means that names none."""
    found = [
        (int(m[1]), model) for model in models if (m := re.fullmatch(rf"{re.escape(name)}_v([0-9]{{1,9}})", model))
    ]
    return max(found, default=(0, None))[1]


class Lineage:
    """What the models of the mesh read and make."""

    def __init__(self, mesh: Mesh, memory: Memory | None = None) -> None:
        self.mesh = mesh
        self._memory = memory or Forgetful()
        self._nodes: dict[tuple[str, str], Node] = {}
        self._inputs: dict[tuple[str, str], list[tuple[str, Node]]] = {}
        self._sources: dict[str, Sources | None] = {}
        self._made: dict[Node, frozenset[str] | None] = {}
        self.carried: dict[tuple[Node, str], object] = {}
        """What was found to reach a column, for whoever asks again."""

    @cached_property
    def traces(self) -> Traces:
        """(domain, model) → what it does."""
        return traces(self.mesh, self._memory)

    @cached_property
    def _ports(self) -> Mapping[tuple[str, str], str]:
        return {(dataset.lower(), table.lower()): product for (dataset, table), product in self.mesh.ports.items()}

    def trace(self, domain: str, model: str) -> Trace:
        """What the model does; nothing, for one that is not written in SQL."""
        return self.traces.get((domain, model), UNKNOWN)

    def node(self, domain: str, relation: str) -> Node:
        """What a relation is, that a model of this domain reads."""
        at = (domain, relation)
        if at not in self._nodes:
            self._nodes[at] = self._resolved(domain, *parts(relation))
        return self._nodes[at]

    def _resolved(self, domain: str, kind: str, schema: str, name: str) -> Node:
        if kind in (THIS, RECORD):
            return Node(Kind.RECORD, domain, name)
        if kind == MODEL:
            return self._model(domain, schema, name)
        schema, name = schema.rpartition(".")[2].lower(), name.lower()
        if (schema, name) in self._ports:
            product = self._ports[schema, name]
            return Node(Kind.PORT, product.partition(".")[0], product)
        for owner in self.mesh.known_domains:
            if schema == names.cdc_schema(owner).lower():
                return Node(Kind.LANDED, owner, name.removesuffix(names.CHANGES_SUFFIX))
            if schema == names.internal_schema(owner).lower():
                return Node(Kind.PRIVATE, owner, name)
        return Node(
            Kind.RECORD if f"{schema}.{name}" in RECORDS else Kind.UNKNOWN, "", f"{schema}.{name}" if schema else name
        )

    def _model(self, domain: str, package: str, name: str) -> Node:
        project = self.mesh.dbt.get(package)
        if project and name in project.models:
            return Node(Kind.MODEL, package, name)
        if project and (latest := _latest(project.models, name)):
            return Node(Kind.MODEL, package, latest)
        return Node(Kind.SEED if project and name in project.tables else Kind.MISSING, package, name)

    # -- what is made from what ---------------------------------------------------------------------------------
    def inputs(self, domain: str, model: str) -> list[tuple[str, Node]]:
        """(relation, what it is) of everything the model reads, the platform's own tables left out."""
        at = (domain, model)
        if at not in self._inputs:
            found = [(r, self.node(domain, r)) for r in sorted(self.trace(domain, model).reads)]
            self._inputs[at] = [(r, n) for r, n in found if n.kind is not Kind.RECORD]
        return self._inputs[at]

    def reach(self, domain: str, model: str) -> dict[str, list[tuple[str, Node]]]:
        """Model → its inputs, for the model and every model of the domain that it reads, however far; products are
        not looked into."""
        reached: dict[str, list[tuple[str, Node]]] = {}
        waiting = [model]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached[name] = self.inputs(domain, name)
                waiting += [n.name for _, n in reached[name] if self._is_own_model(domain, n)]
        return reached

    def _is_own_model(self, domain: str, node: Node) -> bool:
        return node.kind is Kind.MODEL and node.domain == domain and self.product(node) is None

    @cached_property
    def built_from(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """(domain, model) → the products that are built from it, or measured by it."""
        found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for product in self.mesh.products.values():
            for root in filter(None, (product.name, product.manifest.slo.completeness.expected)):
                for model in self.reach(product.domain, root):
                    found[product.domain, model][product.id] = None
        return {model: tuple(products) for model, products in found.items()}

    @cached_property
    def readers(self) -> Mapping[str, frozenset[str]]:
        """Product id → the products whose models read it."""
        found: dict[str, set[str]] = defaultdict(set)
        for product in self.mesh.products.values():
            for inputs in self.reach(product.domain, product.name).values():
                for _, node in inputs:
                    if (read := self.product(node)) and read != product.id:
                        found[read].add(product.id)
        return {product: frozenset(readers) for product, readers in found.items()}

    def is_followed(self, domain: str, model: str) -> bool:
        """Whether everything the model is made from could be read."""
        return all(
            (domain, name) in self.traces and not self.trace(domain, name).problem for name in self.reach(domain, model)
        )

    def origins(self, node: Node, column: str) -> list[tuple[Node, Origin]]:
        """The columns one step back that a column of a model comes from."""
        trace = self.trace(node.domain, node.name)
        head, _, rest = column.partition(".")
        found = trace.origins(column)
        if rest and column not in trace.columns and head in trace.columns:
            found = frozenset(
                Origin(o.relation, f"{o.column}.{rest}" if o.how is How.SAME else o.column, o.how, o.maybe)
                for o in trace.columns[head]
            )
        stepped = [(self.node(node.domain, o.relation), o) for o in sorted(found)]
        return [(n, o) for n, o in stepped if n.kind is not Kind.RECORD and self._can_be(n, o)]

    def _can_be(self, node: Node, origin: Origin) -> bool:
        return not origin.maybe or self.has(node, origin.column.partition(".")[0]) is not False

    def columns(self, node: Node) -> frozenset[str] | None:
        """The columns a table is known to have, lower case; None where only the warehouse knows."""
        if node.kind is Kind.MODEL:
            self._make(node)
        elif node not in self._made:
            self._made[node] = self._described(node)
        return self._made[node]

    def _described(self, node: Node) -> frozenset[str] | None:
        """The columns that schemas give to a table that no model makes."""
        match node.kind:
            case Kind.PORT:
                product = self.mesh.products.get(node.name)
                versions = history(product).values() if product else ()
                return frozenset(c.name.lower() for schema in versions for c in schema.columns) or None
            case Kind.LANDED:
                rows = self.landed(node)
                return frozenset(c.name.lower() for c in rows[1].columns) if rows else None
        return None

    def has(self, node: Node, column: str) -> bool | None:
        """Whether a table has the column; None where only the warehouse knows."""
        known = None if column.startswith(names.PLATFORM_COLUMN_PREFIXES) else self.columns(node)
        return None if known is None else column in known

    def _make(self, node: Node) -> None:
        """Note what a model makes, after every model whose columns it passes on, however many they are."""
        waiting = [] if node in self._made else [node]
        while waiting:
            last = waiting[-1]
            self._made.setdefault(last, None)  # of a circle nothing is known
            passed = (self.node(last.domain, s.relation) for s in self.trace(last.domain, last.name).stars)
            below = [n for n in passed if n.kind is Kind.MODEL and n not in self._made]
            waiting += below
            if not below:
                self._made[waiting.pop()] = self._makes(last)

    def _makes(self, node: Node) -> frozenset[str] | None:
        """The columns of a model, those included that it passes on whatever they are."""
        trace = self.traces.get((node.domain, node.name))
        if trace is None or trace.vague or trace.problem:
            return None
        made = frozenset(trace.columns)
        for star in trace.stars:
            passed = self.columns(self.node(node.domain, star.relation))
            if passed is None:
                return None
            made |= passed - star.without
        return made

    def lacking(self, domain: str, model: str) -> Iterator[tuple[str, list[Node]]]:
        """The columns that a model reads and surely nothing has, with the tables it would have them from."""
        trace = self.trace(domain, model)
        for column, relations in () if trace.problem else sorted(trace.asked, key=lambda a: (a[0], sorted(a[1]))):
            nodes = sorted(self.node(domain, r) for r in relations)
            if all(self.has(n, column) is False for n in nodes):
                yield column, nodes

    def sources(self, domain: str) -> Sources | None:
        """What the sources of a project stand for; None where a file that may declare one cannot be read."""
        if domain not in self._sources:
            project = self.mesh.dbt.get(domain)
            self._sources[domain] = sources(project.properties) if project and readable(project.properties) else None
        return self._sources[domain]

    def is_undeclared(self, domain: str, relation: str) -> bool:
        """Whether a relation is a `source()` that no file of the project declares."""
        kind, schema, name = parts(relation)
        known = self.sources(domain) if kind == SOURCE else None
        return known is not None and (schema, name) not in known.values()

    def source_table(self, node: Node) -> str | None:
        """A landed table as `domain.yaml` names it."""
        domain = self.mesh.domains.get(node.domain)
        tables = domain.source_tables if domain else ()
        return next((t.name for _, t in tables if t.table.lower() == node.name), None)

    def shown(self, node: Node) -> str:
        """As people name it."""
        return (self.source_table(node) if node.kind is Kind.LANDED else None) or node.name

    def landed(self, node: Node) -> tuple[str, RecordSchema] | None:
        """(source table, row schema) of a landed table; None where either is not known."""
        domain, name = self.mesh.domains.get(node.domain), self.source_table(node)
        schema = row_schema(domain, name) if domain and name else None
        return (name, schema) if name and schema else None

    # -- what is needed of what ---------------------------------------------------------------------------------
    def needs(self, product: Product) -> Mapping[Node, frozenset[str]]:
        """Source table or port → the columns of it that the product's models use, in filters and joins too; the
        model of what must exist is one of them."""
        schema = current(product)
        start = Node(Kind.MODEL, product.domain, product.name)
        wanted: dict[Node, set[str]] = defaultdict(set)
        waiting = [(start, c.name.lower()) for c in schema.columns] if schema else []
        expected = product.manifest.slo.completeness.expected
        reached = [self.reach(product.domain, root) for root in (product.name, expected) if root]
        for model in {model: None for models in reached for model in models}:
            node = Node(Kind.MODEL, product.domain, model)
            used = self.trace(product.domain, model).uses
            stepped = [(self.node(product.domain, o.relation), o) for o in used]
            waiting += [(n, o.column) for n, o in stepped if self._can_be(n, o)]
        while waiting:
            node, column = waiting.pop()
            if column in wanted[node]:
                continue
            wanted[node].add(column)
            if node == start or self._is_own_model(product.domain, node):
                waiting += [(n, o.column) for n, o in self.origins(node, column)]
        return {n: frozenset(c) for n, c in wanted.items() if self._is_source(n, product)}

    def _is_source(self, node: Node, product: Product) -> bool:
        return node.kind is Kind.LANDED or (self.product(node) or product.id) != product.id

    def product(self, node: Node) -> str | None:
        """The product whose rows these are: a port's, or a product's own model."""
        if node.kind is Kind.PORT:
            return node.name
        own = f"{node.domain}.{node.name}"
        return own if node.kind is Kind.MODEL and own in self.mesh.known_products else None
