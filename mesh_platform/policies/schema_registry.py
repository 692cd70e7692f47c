"""What a manifest says of a registry is an address that can be asked, holds no secret, and is one product's own."""

from typing import Final

from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.manifest.message import cut
from mesh_platform.policies.registry import Breach, Breaches, Located, Review, mesh_policy, policy, spot
from mesh_platform.schema.registry.address import (
    Address,
    NoAddress,
    SecretInAddress,
    address_of,
    read_address,
    subject_of,
)

_KEY: Final = "spec.schema_registry"


@policy("REG001", fix="take the secret out, and revoke it; credentials are given by the environment, `MESH_REGISTRY_…`")
def registry_address_holds_no_secret(product: Product, mesh: Mesh) -> Breaches:
    """A manifest is read by everyone and kept by git for ever; a password or a token in an address is known to all
    of them, and to every log that the address is written to."""
    try:
        _address(product)
    except SecretInAddress as problem:
        yield Breach(_KEY, f"the address of the registry is not for everyone's eyes: {problem}")
    except NoAddress:
        return


@policy(
    "REG002",
    level=Level.WARNING,
    fix="write `https://registry.example.com`, or with the subject, `…/subjects/<subject>`",
)
def registry_address_can_be_asked(product: Product, mesh: Mesh) -> Breaches:
    """What is no encrypted address is never asked, so the schema is never registered; without encryption anyone on the
    way could read the credentials and answer in the registry's place."""
    try:
        address = _address(product)
    except SecretInAddress:
        return
    except NoAddress as problem:
        yield Breach(_KEY, f"the registry will not be asked: {problem}")
    else:
        if address and not address.encrypted:
            yield Breach(_KEY, "the registry will not be asked: `http://` is for `localhost` only")


@mesh_policy("REG003", level=Level.WARNING, fix="give each product a subject of its own")
def subject_belongs_to_one_product(review: Review) -> Located:
    """A subject is the history of one schema; two products in it are each refused as an incompatible version of the
    other, or pass for it."""
    holders: dict[tuple[str, str], list[Product]] = {}
    for product in review.mesh.products.values():
        if address := address_of(product):
            holders.setdefault((address.registry, subject_of(product)), []).append(product)
    for (_, subject), products in holders.items():
        for product in products if len(products) > 1 else ():
            other = products[0] if products[0] is not product else products[1]
            more = f" and {len(products) - 2} more" if len(products) > 2 else ""
            told = f"`{cut(subject)}` is also the subject of `{other.id}`{more}"
            yield spot(product.document, _KEY, product.id), Breach(_KEY, told)


def _address(product: Product) -> Address | None:
    text = product.manifest.spec.schema_registry
    return read_address(text) if text else None
