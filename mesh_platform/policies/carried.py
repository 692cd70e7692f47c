"""Personal data on its way through the models: from where it is known to where it arrives."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from mesh_platform import names
from mesh_platform.manifest.mesh import Product
from mesh_platform.policies.classification.classify import classify
from mesh_platform.policies.classification.fields import PersonalField, fields_of, personal_fields
from mesh_platform.policies.classification.judgement import Outcome
from mesh_platform.policies.personal_data import is_declared
from mesh_platform.policies.sql.lineage import Lineage
from mesh_platform.policies.sql.node import Kind, Node
from mesh_platform.policies.sql.trace import How
from mesh_platform.schema.history import current


@dataclass(frozen=True)
class Carried:
    """Personal data that a column holds."""

    path: tuple[str, ...]
    """Every column it went through, as people name them, from the first."""
    how: How
    sure: bool = True
    """Whether it is known to be personal; else nobody can tell without looking."""

    @property
    def graver(self) -> tuple[bool, int]:
        """The least of several is what holds."""
        return (not self.sure, self.how)

    def then(self, label: str, how: How) -> "Carried":
        """The same, one column further."""
        path = self.path if self.path[-1] == label else (*self.path, label)
        return Carried(path, max(self.how, how), self.sure)


class Carrier:
    """Answers, for any column of the mesh, whether personal data reaches it."""

    def __init__(self, lineage: Lineage) -> None:
        self.lineage = lineage
        self._none = frozenset(lineage.mesh.policy.personal_data.not_personal)
        self._known = cast("dict[tuple[Node, str], Carried | None]", lineage.carried)

    def arrival(self, product: Product, column: str) -> Carried | None:
        """What reaches a column of a product through its model."""
        model = Node(Kind.MODEL, product.domain, product.name)
        self._prepare(model, column.lower())
        return self._made(model, column.lower())

    def holdings(self, node: Node) -> Iterator[tuple[str, Carried]]:
        """(column, what it holds) of the columns of a table that surely hold personal data."""
        for column in sorted(self.lineage.named(node)):
            self._prepare(node, column)
            held = self.carried(node, column)
            if held and held.sure and held.how < How.PSEUDONYM:
                yield column, held

    def _prepare(self, node: Node, column: str) -> None:
        for before, name in self._deepest_first(node, column):
            self.carried(before, name)

    def _deepest_first(self, node: Node, column: str) -> Iterator[tuple[Node, str]]:
        """Every column that this one is made from and that is not known yet, each after those it is made from: models
        may be a long chain."""
        seen: set[tuple[Node, str]] = set()
        waiting = [(node, column, False)]
        while waiting:
            node, column, is_behind = waiting.pop()
            if is_behind:
                yield node, column
            elif (node, column) not in seen and (node, column) not in self._known:
                seen.add((node, column))
                waiting.append((node, column, True))
                waiting += [(before, name, False) for before, name in self._before(node, column)]

    def _before(self, node: Node, column: str) -> Iterator[tuple[Node, str]]:
        product = self.lineage.mesh.products.get(node.name) if node.kind is Kind.PORT else None
        model = Node(Kind.MODEL, product.domain, product.name) if product else node
        if model.kind is Kind.MODEL:
            for before, origin in self.lineage.origins(model, column):
                if origin.how is not How.ENDED:
                    yield before, origin.column

    def carried(self, node: Node, column: str) -> Carried | None:
        """What a column holds; None for nothing that is known, or nothing that is left of it."""
        at = (node, column)
        if at not in self._known:
            self._known[at] = None  # a circle carries nothing
            self._known[at] = self._found(node, column)
        return self._known[at]

    def _found(self, node: Node, column: str) -> Carried | None:
        match node.kind:
            case Kind.LANDED:
                return self._landed(node, column)
            case Kind.SEED:
                personal = column.partition(".")[0] in self.lineage.declared.personal_columns(node.domain, node.name)
                return Carried((f"{node.name}.{column}",), How.SAME) if personal else None
            case Kind.PORT:
                return self._published(node.name, column)
            case Kind.MODEL:
                product = self.lineage.product(node)
                return (
                    self._published(product, column)
                    if product in self.lineage.mesh.products
                    else self._made(node, column)
                )
        return None

    def _landed(self, node: Node, column: str) -> Carried | None:
        if column.partition(".")[0] == names.EXTRA_COLUMN:
            return _unnamed(self.lineage.shown(node), column)
        landed = self.lineage.landed(node)
        if landed is None:
            return None
        table, schema = landed
        fields = [f for f in personal_fields(schema) if _touches(f, column)]
        personal = any(f.marked or f.judgement.outcome is Outcome.MUST for f in fields)
        return Carried((f"{table}.{column}",), How.SAME) if personal else None

    def _published(self, product_id: str | None, column: str) -> Carried | None:
        product = self.lineage.mesh.products.get(product_id or "")
        if product is None or current(product) is None:
            return None
        touched = [f for f in fields_of(product) if _touches(f, column)]
        asked = [f for f in touched if f"{product_id}.{f.dotted}" not in self._none]
        if any(is_declared(product, f) for f in touched) or any(f.judgement.outcome is Outcome.MUST for f in asked):
            return Carried((f"{product_id}.{column}",), How.SAME)
        found = self._made(Node(Kind.MODEL, product.domain, product.name), column)
        answered = touched and (not asked or (found and not found.sure and all(f.overruled for f in asked)))
        return None if answered else found

    def _made(self, node: Node, column: str) -> Carried | None:
        own = f"{node.domain}.{node.name}"
        label = f"{own if own in self.lineage.mesh.products else node.name}.{column}"
        best: Carried | None = None
        for before, origin in self.lineage.origins(node, column):
            if origin.how is How.ENDED:
                continue
            found = self.carried(before, origin.column)
            then = found.then(label, origin.how) if found else None
            if then and (best is None or then.graver < best.graver):
                best = then
        return best


def _unnamed(table: str, column: str) -> Carried:
    """What no row schema names: personal where the name it is asked for by says so, else nobody knows."""
    _, _, name = column.rpartition(".")
    sure = name != column and classify(name).outcome is Outcome.MUST
    return Carried((f"{table}.{column}",), How.SAME, sure)


def _touches(field: PersonalField, column: str) -> bool:
    """Whether the field is the column, is in it, or the column is in the field."""
    mine = field.dotted.lower()
    return mine == column or mine.startswith(f"{column}.") or column.startswith(f"{mine}.")
