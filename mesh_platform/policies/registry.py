"""What a policy is: one function with one permanent code, written once, found by everyone who needs it."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from mesh_platform.manifest.document import FIRST_LINE, Document, Place
from mesh_platform.manifest.finding import Finding, Level
from mesh_platform.manifest.mesh import Domain, Mesh, Product
from mesh_platform.policies.sql.lineage import Lineage
from mesh_platform.policies.sql.memory import Memory


@dataclass(frozen=True)
class Breach:
    """What a policy found, before the code and level are put to it."""

    key: str
    """The dotted key it is about, in the subject's own file."""
    message: str
    fix: str | None = None
    """Better advice than the policy's own, where the case allows one."""


@dataclass(frozen=True)
class Spot:
    """A place and whom it concerns."""

    path: str
    place: Place = FIRST_LINE
    product: str | None = None


@dataclass(frozen=True)
class Review:
    """What a policy may look at: the mesh, the day, and what has been found before it."""

    mesh: Mesh
    today: date
    found: Sequence[Finding] = ()
    memory: Memory | None = None
    """What was followed of the models before; None begins anew."""

    @cached_property
    def lineage(self) -> Lineage:
        """What the models read and make; followed when a policy first asks."""
        return Lineage(self.mesh, self.memory)


Breaches = Iterator[Breach]
Located = Iterator[tuple[Spot, Breach]]
ProductRule = Callable[[Product, Mesh], Breaches]
DomainRule = Callable[[Domain, Mesh], Breaches]
MeshRule = Callable[[Review], Located]


@dataclass(frozen=True)
class Policy:
    """A governance rule."""

    code: str
    level: Level
    title: str
    """The rule as a sentence."""
    rationale: str
    fix: str
    examine: Callable[[Review], Located]
    last: bool = False
    """Whether it judges what the others found."""


POLICIES: dict[str, Policy] = {}
"""Code → policy, in order of definition; `mesh_platform.policies.book` has them all."""


def policy(code: str, *, fix: str, level: Level = Level.ERROR) -> Callable[[ProductRule], ProductRule]:
    """Register a rule that every product has to follow."""

    def register(rule: ProductRule) -> ProductRule:
        def examine(review: Review) -> Located:
            for product in review.mesh.products.values():
                for breach in rule(product, review.mesh):
                    yield spot(product.document, breach.key, product.id), breach

        _register(rule, code, fix, level, examine)
        return rule

    return register


def domain_policy(code: str, *, fix: str, level: Level = Level.ERROR) -> Callable[[DomainRule], DomainRule]:
    """Register a rule that every domain has to follow."""

    def register(rule: DomainRule) -> DomainRule:
        def examine(review: Review) -> Located:
            for domain in review.mesh.domains.values():
                for breach in rule(domain, review.mesh):
                    yield spot(domain.document, breach.key), breach

        _register(rule, code, fix, level, examine)
        return rule

    return register


def mesh_policy(
    code: str, *, fix: str, level: Level = Level.ERROR, last: bool = False
) -> Callable[[MeshRule], MeshRule]:
    """Register a rule about the mesh as a whole; it says itself where each breach is."""

    def register(rule: MeshRule) -> MeshRule:
        _register(rule, code, fix, level, rule, last)
        return rule

    return register


def spot(document: Document, key: str, product: str | None = None) -> Spot:
    """The place of a key in a file."""
    return Spot(document.path, document.at(key), product)


def _register(
    rule: Callable[..., object],
    code: str,
    fix: str,
    level: Level,
    examine: Callable[[Review], Located],
    last: bool = False,
) -> None:
    if code in POLICIES:
        raise ValueError(f"the code `{code}` is taken by `{POLICIES[code].title}`; a code is used once and for ever")
    title = rule.__name__.replace("_", " ")
    POLICIES[code] = Policy(code, level, title, " ".join((inspect.getdoc(rule) or "").split()), fix, examine, last)
