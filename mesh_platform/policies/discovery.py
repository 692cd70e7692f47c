"""A consumer can find out what a product is for, and for how long."""

from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.manifest.message import did_you_mean
from mesh_platform.policies.registry import Breach, Breaches, policy


@policy("DOC001", level=Level.WARNING, fix="add `examples` with a title and a query that runs")
def product_has_an_example(product: Product, mesh: Mesh) -> Breaches:
    """One query that works says more than a page about columns."""
    if not product.manifest.spec.examples:
        yield Breach("spec", "`spec.examples` is missing")


@policy("LIF001", fix="name an existing product as `domain.name`")
def successor_exists(product: Product, mesh: Mesh) -> Breaches:
    """Consumers of a product that ends must have somewhere to go."""
    lifecycle = product.manifest.spec.lifecycle
    if (
        lifecycle
        and lifecycle.successor
        and (lifecycle.successor not in mesh.known_products or lifecycle.successor == product.id)
    ):
        hint = did_you_mean(lifecycle.successor, sorted(mesh.known_products - {product.id}))
        yield Breach("spec.lifecycle.successor", f"`{lifecycle.successor}` is no other product{hint}")


@policy("LIF002", fix="retire it after the day it is deprecated")
def retirement_follows_deprecation(product: Product, mesh: Mesh) -> Breaches:
    """Consumers need the time between the announcement and the end."""
    lifecycle = product.manifest.spec.lifecycle
    if lifecycle and lifecycle.retires_on and lifecycle.retires_on <= lifecycle.deprecated_on:
        yield Breach("spec.lifecycle.retires_on", f"`{lifecycle.retires_on}` is not after `{lifecycle.deprecated_on}`")
