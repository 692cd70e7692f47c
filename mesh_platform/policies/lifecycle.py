"""A product ends as it began: announced, with somewhere to go, and not while somebody still reads it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.manifest.message import did_you_mean, listed
from mesh_platform.manifest.product import Lifecycle, ProductInput
from mesh_platform.policies.registry import Breach, Breaches, Located, Review, mesh_policy, policy, spot
from mesh_platform.policies.sql.lineage import Lineage


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


@mesh_policy("LIF003", fix="move the readers to the successor first, or agree a later day with them")
def product_does_not_retire_under_its_readers(review: Review) -> Located:
    """A product that ends on the day while somebody reads it is an outage with an appointment."""
    for product in review.mesh.products.values():
        lifecycle = product.manifest.spec.lifecycle
        due = lifecycle.retires_on if lifecycle else None
        if due and due <= review.today and (readers := readers_of(product, review)):
            key, read = "spec.lifecycle.retires_on", "reads" if len(readers) == 1 else "read"
            message = f"`{due}` has come, and {listed(readers)} still {read} `{product.id}`"
            yield spot(product.document, key, product.id), Breach(key, message)


@policy("LIF004", level=Level.WARNING, fix="name the product that stays as the successor")
def successor_stays(product: Product, mesh: Mesh) -> Breaches:
    """Consumers who move to a product that ends as well move twice."""
    lifecycle, end = product.manifest.spec.lifecycle, _way(product, mesh)
    successor = mesh.products.get(lifecycle.successor or "") if lifecycle else None
    if successor and successor.manifest.spec.lifecycle and product.id not in end:
        since = successor.manifest.spec.lifecycle.deprecated_on
        stays = f"name `{end[-1]}`" if end[-1] != successor.id else None
        yield Breach("spec.lifecycle.successor", f"`{successor.id}` is itself deprecated, on `{since}`", stays)


@policy("LIF005", fix="let the product that stays have no `lifecycle`")
def successors_do_not_go_round_in_a_circle(product: Product, mesh: Mesh) -> Breaches:
    """Consumers sent from one ending product to the next, and back, have nowhere to go."""
    way = _way(product, mesh)
    if product.id in way and way != [product.id]:
        yield Breach("spec.lifecycle.successor", f"the successors go round in a circle: {listed(way)}")


@policy("LIF006", level=Level.WARNING, fix="retire it later, or ask the council for a shorter notice")
def retirement_is_announced_in_time(product: Product, mesh: Mesh) -> Breaches:
    """Other teams plan in weeks; the council says how many days lie between the announcement and the end."""
    lifecycle, least = product.manifest.spec.lifecycle, mesh.policy.bounds.min_deprecation_days
    if lifecycle and lifecycle.retires_on and lifecycle.retires_on > lifecycle.deprecated_on:
        days = (lifecycle.retires_on - lifecycle.deprecated_on) // timedelta(days=1)
        if days < least:
            yield Breach("spec.lifecycle.retires_on", f"`{days}` days of notice are fewer than `{least}`")


@policy("LIF007", level=Level.WARNING, fix="add `retires_on`, far enough ahead for the readers to move")
def deprecation_names_the_last_day(product: Product, mesh: Mesh) -> Breaches:
    """Nobody plans to leave what has no last day, and so nobody leaves."""
    lifecycle = product.manifest.spec.lifecycle
    if lifecycle and lifecycle.retires_on is None:
        yield Breach("spec.lifecycle", f"deprecated on `{lifecycle.deprecated_on}`, without a day on which it retires")


@policy("LIF011", level=Level.WARNING, fix="add `successor`, or ask the council for an exemption where nothing follows")
def deprecation_names_the_successor(product: Product, mesh: Mesh) -> Breaches:
    """Readers who are told to leave, and not where to go, stay until the last day."""
    lifecycle = product.manifest.spec.lifecycle
    if lifecycle and lifecycle.successor is None:
        yield Breach("spec.lifecycle", f"deprecated on `{lifecycle.deprecated_on}`, without a product to read instead")


@mesh_policy(
    "CON006", level=Level.WARNING, fix="read its successor, or ask its team what to read, before the day it retires"
)
def reader_leaves_a_deprecated_product(review: Review) -> Located:
    """Whoever goes on reading a product that ends should have heard of its last day from the machine, from the
    announcement on: the time between is for moving."""
    for reader, index, read, lifecycle in _ending(review):
        ahead, begins = lifecycle.deprecated_on > review.today, _begins(reader, read, review)
        if ahead or not begins:
            key = f"spec.lineage.upstream_sources.{index}.product"
            said = f"`{reader.id}` begins to read it: " if begins else ""
            message = f"{said}{_warned(read, lifecycle, review.today)}"
            yield spot(reader.document, key, reader.id), Breach(key, message, _instead(read))


@mesh_policy("CON008", of_changes=True, fix="read its successor, or ask its team what to read")
def nobody_begins_to_read_a_deprecated_product(review: Review) -> Located:
    """The readers of a product that ends can only become fewer: whoever begins today has to move before long, and keeps
    the product from ending."""
    for reader, index, read, lifecycle in _ending(review):
        if lifecycle.deprecated_on <= review.today and _begins(reader, read, review):
            key = f"spec.lineage.upstream_sources.{index}.product"
            message = f"`{reader.id}` begins to read it: {_warned(read, lifecycle, review.today)}"
            yield spot(reader.document, key, reader.id), Breach(key, message, _instead(read))


def _ending(review: Review) -> Iterator[tuple[Product, int, Product, Lifecycle]]:
    """(reader, index of the upstream, the product it reads, its end) of every product that is read and will end."""
    for reader in review.mesh.products.values():
        for index, upstream in enumerate(reader.manifest.spec.lineage.upstream_sources):
            read = review.mesh.products.get(upstream.product) if isinstance(upstream, ProductInput) else None
            lifecycle = read.manifest.spec.lifecycle if read and read.id != reader.id else None
            if read and lifecycle:
                yield reader, index, read, lifecycle


def _begins(reader: Product, read: Product, review: Review) -> bool:
    """Whether the commit knows no such reading, although it could have."""
    before = review.before
    if before is None or reader.id in before.quarantined or read.id not in before.known_products:
        return False
    was = before.products.get(reader.id)
    return was is None or read.id not in was.manifest.product_inputs


def readers_of(product: Product, review: Review) -> list[str]:
    """The products that read this one, as their manifests or their models say; itself is none of them, and it may be
    gone already."""
    mesh, lineage = review.mesh, review.lineage
    if product.id not in mesh.products:
        # what a query means by a port is told by the product that has it
        lineage = Lineage(replace(mesh, products={**mesh.products, product.id: product}), review.memory)
    return sorted({*mesh.readers.get(product.id, ()), *lineage.readers.get(product.id, ())})


def _instead(product: Product) -> str:
    lifecycle, people = product.manifest.spec.lifecycle, product.manifest.metadata
    if lifecycle and lifecycle.successor:
        return f"read `{lifecycle.successor}` instead"
    return f"it has no successor: ask `{people.owner}` in `{people.slack_channel}` what to read instead"


def _warned(product: Product, lifecycle: Lifecycle, today: date) -> str:
    last = f"retires on `{lifecycle.retires_on}`" if lifecycle.retires_on else "has no last day yet"
    day = lifecycle.deprecated_on
    since = f"will be deprecated on `{day}`" if day > today else f"is deprecated since `{day}`"
    return f"`{product.id}` {since} and {last}"


def _way(product: Product, mesh: Mesh) -> list[str]:
    """The successor, its successor and so on; where it goes round, up to the first that comes again."""
    way: list[str] = []
    current: Product | None = product
    while current and (lifecycle := current.manifest.spec.lifecycle) and lifecycle.successor:
        if lifecycle.successor in way:
            break
        way.append(lifecycle.successor)
        current = mesh.products.get(lifecycle.successor)
    return way
