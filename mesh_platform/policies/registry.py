"""What a policy is: one function with one permanent code, written once, found by everyone who needs it."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import islice
from typing import Any, Final, TypeVar, cast

from mesh_platform.manifest.document import FIRST_LINE, Document, Place
from mesh_platform.manifest.finding import Finding, Level
from mesh_platform.manifest.mesh import Domain, Mesh, Product
from mesh_platform.policies.sql.lineage import Lineage
from mesh_platform.policies.sql.memory import Memory

T = TypeVar("T")

MOST: Final = 200
"""Findings of one policy in one file."""


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
    """What a policy may look at: the mesh, the day, what has been found before it, and the mesh as it was."""

    mesh: Mesh
    today: date
    found: Sequence[Finding] = ()
    files: Sequence[Finding] = ()
    """What reading the files of the dbt projects found; the policy of its code decides what it counts."""
    before: Mesh | None = None
    """The mesh as a commit has it; None when nothing is compared."""
    memory: Memory | None = None
    """What was followed of the models before; None begins anew."""
    _answers: dict[Any, tuple[Any, ...]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def lineage(self) -> Lineage:
        """What the models read and make; followed when a policy first asks."""
        return Lineage(self.mesh, self.memory)

    def once(self, question: Callable[["Review"], Iterable[T]]) -> tuple[T, ...]:
        """What several policies ask of the mesh, answered when the first of them does."""
        if question not in self._answers:
            self._answers[question] = tuple(question(self))
        return cast("tuple[T, ...]", self._answers[question])


Breaches = Iterator[Breach]
Located = Iterator[tuple[Spot, Breach]]
ProductRule = Callable[[Product, Mesh], Breaches]
DomainRule = Callable[[Domain, Mesh], Breaches]
ChangeRule = Callable[[Product, Product], Breaches]
"""(the product as it was, as it is) → what the change breaks."""
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
    of_changes: bool = False
    """Whether it judges a change, and so finds nothing once the change has been made."""


POLICIES: dict[str, Policy] = {}
"""Code → policy, in order of definition; `mesh_platform.policies.book` has them all."""


def policy(code: str, *, fix: str, level: Level = Level.ERROR) -> Callable[[ProductRule], ProductRule]:
    """Register a rule that every product has to follow."""

    def register(rule: ProductRule) -> ProductRule:
        def examine(review: Review) -> Located:
            for product in review.mesh.products.values():
                for breach in _first(rule(product, review.mesh)):
                    yield spot(product.document, breach.key, product.id), breach

        _register(rule, code, fix, level, examine)
        return rule

    return register


def domain_policy(code: str, *, fix: str, level: Level = Level.ERROR) -> Callable[[DomainRule], DomainRule]:
    """Register a rule that every domain has to follow."""

    def register(rule: DomainRule) -> DomainRule:
        def examine(review: Review) -> Located:
            for domain in review.mesh.domains.values():
                for breach in _first(rule(domain, review.mesh)):
                    yield spot(domain.document, breach.key), breach

        _register(rule, code, fix, level, examine)
        return rule

    return register


def mesh_policy(
    code: str, *, fix: str, level: Level = Level.ERROR, last: bool = False, of_changes: bool = False
) -> Callable[[MeshRule], MeshRule]:
    """Register a rule about the mesh as a whole; it says itself where each breach is."""

    def register(rule: MeshRule) -> MeshRule:
        _register(rule, code, fix, level, rule, last, of_changes)
        return rule

    return register


def change_policy(code: str, *, fix: str, level: Level = Level.ERROR) -> Callable[[ChangeRule], ChangeRule]:
    """Register a rule about how a product may change; it is silent unless the mesh is compared with a commit."""

    def register(rule: ChangeRule) -> ChangeRule:
        def examine(review: Review) -> Located:
            for was in review.before.products.values() if review.before else ():
                if now := review.mesh.products.get(was.id):
                    for breach in _first(rule(was, now)):
                        yield spot(now.document, breach.key, now.id), breach

        _register(rule, code, fix, level, examine, of_changes=True)
        return rule

    return register


def file_policy(code: str, *, title: str, rationale: str, fix: str, level: Level) -> None:
    """Register a rule that the reader of the dbt projects' files has judged already."""

    def examine(review: Review) -> Located:
        for f in review.files:
            if f.code == code:
                yield Spot(f.path, Place(f.line, f.column), f.product), Breach(f.key, f.message, f.fix)

    _enter(Policy(code, level, title, rationale, fix, examine))


def _first(breaches: Breaches) -> Breaches:
    """As many breaches as are told of one policy in one file, and one more, so that it is seen that there are more."""
    return islice(breaches, MOST + 1)


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
    of_changes: bool = False,
) -> None:
    title = rule.__name__.replace("_", " ")
    rationale = " ".join((inspect.getdoc(rule) or "").split())
    _enter(Policy(code, level, title, rationale, fix, examine, last, of_changes))


def _enter(policy: Policy) -> None:
    if policy.code in POLICIES:
        taken = POLICIES[policy.code].title
        raise ValueError(f"the code `{policy.code}` is taken by `{taken}`; a code is used once and for ever")
    POLICIES[policy.code] = policy
