"""The mesh's tables and columns as one graph: what each is made from, and what is needed of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from mesh_platform import names
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.policies.sql.declared import Declared
from mesh_platform.policies.sql.memory import Forgetful, Memory
from mesh_platform.policies.sql.models import Beside, Followed, Traces, followed
from mesh_platform.policies.sql.node import Kind, Node, Nodes
from mesh_platform.policies.sql.trace import UNKNOWN, Origin, Trace, inside, row_of
from mesh_platform.schema.history import current, history, row_schema
from mesh_platform.schema.table.record import RecordSchema


class Lineage:
    """What the models of the mesh read and make."""

    def __init__(self, mesh: Mesh, memory: Memory | None = None) -> None:
        self.mesh = mesh
        self._memory = memory or Forgetful()
        self._nodes = Nodes(mesh)
        self.declared = Declared(mesh)
        self._inputs: dict[tuple[str, str], list[tuple[str, Node]]] = {}
        self._order: dict[Node, tuple[str, ...] | None] = {}
        self._made: dict[Node, frozenset[str] | None] = {}
        self.carried: dict[tuple[Node, str], object] = {}
        """What was found to reach a column, for whoever asks again."""

    @cached_property
    def _followed(self) -> Followed:
        return followed(self.mesh, self._memory)

    @property
    def traces(self) -> Traces:
        """(domain, model) → what it does."""
        return self._followed.models

    @property
    def beside(self) -> tuple[Beside, ...]:
        """The statements that are no models."""
        return self._followed.beside

    def trace(self, domain: str, model: str) -> Trace:
        """What the model does; nothing, for one that is not written in SQL."""
        return self.traces.get((domain, model), UNKNOWN)

    def node(self, domain: str, relation: str) -> Node:
        """What a relation is, that a model of this domain reads."""
        return self._nodes.node(domain, relation)

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
            for model in self.behind(product):
                found[product.domain, model][product.id] = None
        return {model: tuple(products) for model, products in found.items()}

    @cached_property
    def readers(self) -> Mapping[str, frozenset[str]]:
        """Product id → the products whose models read it."""
        found: dict[str, set[str]] = defaultdict(set)
        for product in self.mesh.products.values():
            for inputs in self.behind(product).values():
                for _, node in inputs:
                    if (read := self.product(node)) and read != product.id:
                        found[read].add(product.id)
        return {product: frozenset(readers) for product, readers in found.items()}

    def behind(self, product: Product) -> dict[str, list[tuple[str, Node]]]:
        """Model → its inputs, for all that the product is built from or measured by."""
        project, expected = self.mesh.dbt.get(product.domain), product.manifest.slo.completeness.expected
        roots = (product.name, *([expected] if project and expected in project.models else ()))
        return {model: read for root in roots for model, read in self.reach(product.domain, root).items()}

    def is_followed(self, product: Product) -> bool:
        """Whether everything the product is built from, or measured by, could be read."""
        at = [(product.domain, model) for model in self.behind(product)]
        return all(model in self.traces and not self.traces[model].problem for model in at)

    def origins(self, node: Node, column: str) -> list[tuple[Node, Origin]]:
        """The columns one step back that a column of a model comes from."""
        trace = self.trace(node.domain, node.name)
        head, _, rest = column.partition(".")
        found = trace.origins(column)
        if rest and column not in trace.columns and head in trace.columns:
            found = inside(trace.columns[head], rest.split("."))
        return self._stepped(node.domain, sorted(found))

    def _stepped(self, domain: str, origins: Iterable[Origin]) -> list[tuple[Node, Origin]]:
        """The columns that these are, whole rows told column by column."""
        nodes = [(self.node(domain, o.relation), o) for o in origins]
        told = [(n, column) for n, o in nodes if n.kind is not Kind.RECORD for column in self._told(domain, n, o)]
        return [(n, o) for n, o in told if self._can_be(n, o)]

    def _told(self, domain: str, node: Node, origin: Origin) -> Iterable[Origin]:
        if origin.under:
            return self._under(domain, node, origin)
        row = row_of(origin.column)
        if row is None:
            return (origin,)
        if row.name and self.has(node, row.name):
            return ()
        named = self.named(node) - row.without
        return [replace(origin, column=c, at=f"{c}.{origin.at}" if origin.at else c) for c in sorted(named)]

    def _under(self, domain: str, node: Node, origin: Origin) -> Iterable[Origin]:
        """What a union puts under a column; what is called the same, where nobody can tell the places."""
        free, (first, *rest) = replace(origin, under=""), origin.under.split("\t")
        above = self.ordered(self.node(domain, first)) if rest else None
        place = above.index(rest[0]) if above and rest[0] in above else None if rest else int(first)
        if len(rest) > 1:
            return (free,) if place == int(rest[1]) or place is None else ()
        mine = self.ordered(node)
        name = mine[place] if mine and place is not None and place < len(mine) else rest[0] if rest else None
        return (replace(free, column=name + free.column[1:], maybe=free.maybe or not mine),) if name else ()

    def named(self, node: Node) -> frozenset[str]:
        """The columns of a table that can be named, though there may be others."""
        if node.kind is Kind.SEED:
            return self.declared.personal_columns(node.domain, node.name)
        known = self.columns(node)
        if known is not None or node.kind is not Kind.MODEL:
            return known or frozenset()
        seen, found, waiting = {node}, set[str](), [node]
        while waiting:
            at = waiting.pop()
            trace = self.trace(at.domain, at.name)
            found |= trace.columns.keys()
            for star in trace.stars:
                passed = self.node(at.domain, star.relation)
                if passed.kind is Kind.MODEL and passed not in seen:
                    seen.add(passed)
                    waiting.append(passed)
                elif passed.kind is not Kind.MODEL:
                    found |= self.columns(passed) or set()
        return frozenset(found)

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
                own = names.CHANGE_COLUMNS if node.name.endswith(names.CHANGES_SUFFIX) else names.STATE_COLUMNS
                return own.union(c.name.lower() for c in rows[1].columns) if rows else None
        return None

    def ordered(self, node: Node) -> tuple[str, ...] | None:
        """The columns of a table in their order, lower case; None where that is not known."""
        if node not in self._order:
            self._order[node] = self._found_order(node)
        return self._order[node]

    def _found_order(self, node: Node) -> tuple[str, ...] | None:
        seen: set[Node] = set()
        while node.kind is Kind.MODEL and node not in seen:
            seen.add(node)
            trace = self.traces.get((node.domain, node.name))
            if trace is None or trace.vague or trace.problem or (trace.columns and trace.stars):
                return None
            if not trace.stars:
                return tuple(trace.columns)
            if len(trace.stars) > 1 or trace.stars[0].without:
                return None
            node = self.node(node.domain, trace.stars[0].relation)
        product = self.mesh.products.get(node.name) if node.kind is Kind.PORT else None
        rows = self.landed(node) if node.kind is Kind.LANDED else None
        schema = current(product) if product else rows[1] if rows else None
        return tuple(c.name.lower() for c in schema.columns) if schema else None

    def has(self, node: Node, column: str) -> bool | None:
        """Whether a table has the column; None where only the warehouse knows."""
        known = self.columns(node)
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

    def source_table(self, node: Node) -> str | None:
        """A landed table as `domain.yaml` names it."""
        domain, name = self.mesh.domains.get(node.domain), node.name.removesuffix(names.CHANGES_SUFFIX)
        table = domain.tables_by_landing.get(name) if domain else None
        return table.name if table else None

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
        for model in self.behind(product):
            used = self._stepped(product.domain, self.trace(product.domain, model).uses)
            waiting += [(n, o.column) for n, o in used]
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
