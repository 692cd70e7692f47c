"""Producers and consumers know of each other."""

from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Domain, Mesh, Product
from mesh_platform.manifest.message import did_you_mean
from mesh_platform.manifest.product import Consumer, ProductInput
from mesh_platform.policies.registry import Breach, Breaches, domain_policy, policy

_KEY = "spec.lineage.downstream_consumers"


@policy("CON001", level=Level.WARNING, fix="name an existing domain, and a product of it as `domain.name`")
def consumer_exists(product: Product, mesh: Mesh) -> Breaches:
    """A consumer that nobody knows cannot be told of a change."""
    for index, consumer in enumerate(product.manifest.spec.lineage.downstream_consumers):
        if consumer.product and consumer.product.partition(".")[0] != consumer.domain:
            yield Breach(f"{_KEY}.{index}.product", f"`{consumer.product}` is no product of `{consumer.domain}`")
        elif consumer.domain not in mesh.known_domains:
            yield Breach(
                f"{_KEY}.{index}.domain",
                f"there is no domain `{consumer.domain}`{did_you_mean(consumer.domain, sorted(mesh.known_domains))}",
            )
        elif consumer.product and consumer.product not in mesh.known_products:
            hint = did_you_mean(consumer.product, sorted(mesh.known_products))
            yield Breach(f"{_KEY}.{index}.product", f"there is no product `{consumer.product}`{hint}")


@policy("CON002", level=Level.WARNING, fix="remove the entry, or let the consumer name this product as its upstream")
def declared_consumer_reads_the_product(product: Product, mesh: Mesh) -> Breaches:
    """A consumer on paper makes every change look more dangerous than it is."""
    readers = mesh.readers.get(product.id, ())
    for index, consumer in enumerate(product.manifest.spec.lineage.downstream_consumers):
        if consumer.product in mesh.products and consumer.product not in readers:
            yield Breach(f"{_KEY}.{index}", f"`{consumer.product}` does not read `{product.id}`")


@policy("CON003", level=Level.WARNING, fix="ask the producer to add this product to its `downstream_consumers`")
def reader_is_a_declared_consumer(product: Product, mesh: Mesh) -> Breaches:
    """A producer that does not know its reader will break it without noticing."""
    for index, upstream in enumerate(product.manifest.spec.lineage.upstream_sources):
        producer = mesh.products.get(upstream.product) if isinstance(upstream, ProductInput) else None
        if producer and producer.domain != product.domain and not _declares(producer, product):
            key = f"spec.lineage.upstream_sources.{index}.product"
            yield Breach(key, f"`{producer.id}` does not list `{product.id}` among its consumers")


@domain_policy("CON004", level=Level.WARNING, fix="name an existing domain, or remove the entry")
def domains_consumers_exist(domain: Domain, mesh: Mesh) -> Breaches:
    """A domain map that names domains nobody has drawn is a map of somewhere else."""
    for index, name in enumerate(domain.manifest.spec.consumers):
        if name not in mesh.known_domains:
            yield Breach(
                f"spec.consumers.{index}",
                f"there is no domain `{name}`{did_you_mean(name, sorted(mesh.known_domains))}",
            )


@domain_policy("CON007", level=Level.WARNING, fix="add the domain to `spec.consumers`")
def readers_are_on_the_domains_map(domain: Domain, mesh: Mesh) -> Breaches:
    """A map of consumers that leaves out who really reads is followed at the moment it matters, and misleads then."""
    listed_here = domain.manifest.spec.consumers
    own = (p.id for p in mesh.products.values() if p.domain == domain.name) if listed_here else ()
    readers = {reader.partition(".")[0] for product in own for reader in mesh.readers.get(product, ())}
    for reader in sorted(readers - {*listed_here, domain.name}):
        yield Breach("spec.consumers", f"`{reader}` reads products of `{domain.name}`, and is not on its map")


def _declares(producer: Product, reader: Product) -> bool:
    return any(_means(c, reader) for c in producer.manifest.spec.lineage.downstream_consumers)


def _means(consumer: Consumer, reader: Product) -> bool:
    return consumer.product == reader.id or (consumer.product is None and consumer.domain == reader.domain)
