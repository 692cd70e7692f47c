"""What a publication tells the registry: the schema versions it does not know yet.

The publication comes first and never waits for the outcome. What could not be registered is told with it, and is tried
again with the product's next publication: what is missing is asked of the registry itself, so nothing is forgotten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mesh_platform.environment import EnvironmentProblem
from mesh_platform.manifest.mesh import Product
from mesh_platform.schema.history import published
from mesh_platform.schema.registry import client
from mesh_platform.schema.registry.access import Access, read_access
from mesh_platform.schema.registry.address import address_of, subject_of
from mesh_platform.schema.registry.exchange import Registry, open_registry
from mesh_platform.schema.registry.problem import RegistryProblem, RegistryRefused

_NOT_ASKED: Final = "not asked, after it failed for another product of this step"


@dataclass(frozen=True)
class Registration:
    """What the registry knows of a product's schemas after a publication."""

    subject: str
    version: str
    """The product's, as published."""
    registered: client.Registered | None = None
    """As the registry knows it; None when it does not."""
    fresh: tuple[str, ...] = ()
    """The versions that it learnt just now."""
    problems: tuple[str, ...] = ()
    """Why it does not know all it should."""

    def __str__(self) -> str:
        known, also = self.registered, f"; learnt {', '.join(self.fresh)}" if self.fresh else ""
        state = f"version {known.version}, id {known.id}" if known else "not registered, tried again next time"
        return "; ".join([f"{self.version} of `{self.subject}`: {state}{also}", *self.problems])


def register_published(variables: Mapping[str, str], products: Sequence[Product]) -> dict[str, Registration]:
    """Product id → what came of it, for each product whose manifest names the registry of the environment; nothing
    where the environment names none. Never raises for what a registry or an environment does."""
    asked = [p for p in products if address_of(p)]
    try:
        access = read_access(variables)
    except EnvironmentProblem as problem:
        return {p.id: _failed(p, str(problem)) for p in asked}
    served = [p for p in asked if access and access.serves(p)]
    return _register_all(access, served) if access and served else {}


def _register_all(access: Access, products: Sequence[Product]) -> dict[str, Registration]:
    """A registry that failed for one product is not asked for the next: an outage costs a step one wait."""
    found: dict[str, Registration] = {}
    down = False
    with open_registry(access) as registry:
        for product in products:
            try:
                found[product.id] = _failed(product, _NOT_ASKED) if down else _register(registry, product)
            except RegistryProblem as problem:
                found[product.id], down = _failed(product, str(problem)), True
    return found


def _register(registry: Registry, product: Product) -> Registration:
    """Everything after the newest version that the registry knows, in order; one question when it knows the newest."""
    subject, versions = subject_of(product), published(product)
    if not versions:
        return _failed(product, "its schema cannot be read; `mesh validate` says why")
    texts = {version: product.schemas[version].text for version in versions}
    known = client.look_up(registry, subject, texts[versions[-1]])
    if known:
        return Registration(subject, versions[-1], known)
    fresh, problems = [], []
    for version in _after_the_newest_known(registry, subject, texts):
        try:
            client.register(registry, subject, texts[version])
            fresh.append(version)
        except RegistryRefused as problem:
            problems.append(f"`{version}` is refused: {problem}")
    known = client.look_up(registry, subject, texts[versions[-1]])
    return Registration(subject, versions[-1], known, tuple(fresh), tuple(problems))


def _after_the_newest_known(registry: Registry, subject: str, texts: Mapping[str, str]) -> list[str]:
    """The oldest first; the last of the texts, which the registry does not know, is always among them."""
    versions = list(texts)
    for place in reversed(range(len(versions) - 1)):
        if client.look_up(registry, subject, texts[versions[place]]):
            return versions[place + 1 :]
    return versions


def _failed(product: Product, problem: str) -> Registration:
    return Registration(subject_of(product), product.manifest.spec.schema_version, problems=(problem,))
