"""What the commands that ask a registry have in common: which one, for which products, and how an outage ends them."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from mesh_platform import names
from mesh_platform.environment import EnvironmentProblem
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.schema.registry.access import Access, read_access
from mesh_platform.schema.registry.exchange import Registry, open_registry
from mesh_platform.schema.registry.problem import RegistryProblem


def configured() -> Access:
    """The registry of the environment; raises EnvironmentProblem where there is none."""
    access = read_access(os.environ)
    if access is None:
        raise EnvironmentProblem(
            f"no registry is configured: set {names.ENV_REGISTRY_URL}; without it the repository is the registry"
        )
    return access


@contextmanager
def asked(access: Access) -> Iterator[Registry]:
    """The open registry; what it fails to answer is the environment's fault."""
    try:
        with open_registry(access) as registry:
            yield registry
    except RegistryProblem as problem:
        raise EnvironmentProblem(f"the registry `{access.registry}`: {problem}") from None


def products_of(mesh: Mesh, access: Access, ids: Sequence[str]) -> list[Product]:
    """The products that were named, or all; one that was named has to be in this registry."""
    chosen = [named(mesh, i) for i in dict.fromkeys(ids)] or [mesh.products[i] for i in sorted(mesh.products)]
    for product in chosen if ids else ():
        if not access.serves(product):
            raise EnvironmentProblem(
                f"`{product.id}` is not in the registry `{access.registry}`: its `spec.schema_registry` names"
                f" {'another one' if product.manifest.spec.schema_registry else 'none'}"
            )
    return [p for p in chosen if access.serves(p)]


def named(mesh: Mesh, product: str) -> Product:
    """The product of this name; raises UsageError."""
    if product in mesh.quarantined:
        raise click.UsageError(f"the manifest of `{product}` cannot be read; `mesh validate` says why")
    if product not in mesh.products:
        there = ", ".join(sorted(mesh.products)) or "none"
        raise click.UsageError(f"there is no product `{product}`; there are: {there}")
    return mesh.products[product]
