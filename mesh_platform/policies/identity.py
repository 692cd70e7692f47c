"""Identity is the path: names in a file repeat it, and nothing else may claim what it names."""

import re
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.domain import DomainMetadata
from mesh_platform.manifest.mesh import Domain, Mesh, Product
from mesh_platform.manifest.plain_text import look_alike, unseen
from mesh_platform.manifest.product import ProductMetadata
from mesh_platform.policies.registry import Breach, Breaches, domain_policy, policy

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_CDC: Final = names.cdc_schema("")
_INTERNAL: Final = names.internal_schema("")
_SYSTEM_SCHEMAS: Final = frozenset({"information_schema", "pg_catalog", "system", "temp", "memory", "warehouse"})


@policy("IDN001", fix="make `metadata.name` the path, `domain.product`, or move the folder")
def product_is_named_as_its_path(product: Product, mesh: Mesh) -> Breaches:
    """Asset key, model, tables and lineage all follow from the folder; a second name would need a mapping table
    that someone forgets to update."""
    name = product.manifest.metadata.name
    if name != product.id:
        yield Breach("metadata.name", f"`metadata.name` is `{name}`, but the path says `{product.id}`")


@policy("IDN002", fix="make `metadata.domain` the folder's name, or move the product")
def product_names_the_domain_it_lies_in(product: Product, mesh: Mesh) -> Breaches:
    """A product in one domain's folder that claims another has two owners, which is none."""
    domain = product.manifest.metadata.domain
    if domain != product.domain:
        yield Breach("metadata.domain", f"`metadata.domain` is `{domain}`, but the product lies in `{product.domain}`")


@domain_policy("IDN003", fix="make `metadata.name` the folder's name, or rename the folder")
def domain_is_named_as_its_folder(domain: Domain, mesh: Mesh) -> Breaches:
    """Schemas and groups are called after the folder; another name in the file would mislead whoever reads it."""
    name = domain.manifest.metadata.name
    if name != domain.name:
        yield Breach("metadata.name", f"`metadata.name` is `{name}`, but the folder is called `{domain.name}`")


@policy("IDN004", fix="give each product a table of its own")
def port_belongs_to_one_product(product: Product, mesh: Mesh) -> Breaches:
    """Two products behind one view overwrite each other, and consumers read whichever was published last. Upper and
    lower case make no difference to a warehouse."""
    others = [other for other in mesh.port_holders[_port(product)] if other != product.id]
    if others:
        listed = ", ".join(f"`{other}`" for other in others)
        port = product.manifest.port
        yield Breach("spec.interface.table", f"the port `{port.dataset}.{port.table}` is also that of {listed}")


@policy("IDN005", fix="choose another dataset, for example `<domain>_prod`")
def port_keeps_clear_of_the_platform(product: Product, mesh: Mesh) -> Breaches:
    """Landed, private and recorded tables live in schemas of their own, which consumers never see; a port among
    them would be overwritten or give away what is private."""
    dataset = product.manifest.port.dataset.lower()
    owner = dataset.removesuffix(_CDC).removesuffix(_INTERNAL)
    private = dataset != owner and owner in mesh.known_domains
    if private or dataset in _SYSTEM_SCHEMAS or dataset.startswith("mesh_"):
        yield Breach("spec.interface.dataset", f"the dataset `{dataset}` is the platform's own")


@policy("IDN006", fix="use letters, digits and `_`, and no digit first")
def port_is_made_of_identifiers(product: Product, mesh: Mesh) -> Breaches:
    """What becomes part of a SQL statement is a plain identifier, so that no name ever needs quoting or can change
    the statement."""
    port = product.manifest.port
    for key, name in (("dataset", port.dataset), ("table", port.table)):
        if not _IDENTIFIER.fullmatch(name):
            yield Breach(f"spec.interface.{key}", f"`{name}` is no identifier")


@policy("IDN007", fix="rename the product's folder")
def product_name_is_free_for_use(product: Product, mesh: Mesh) -> Breaches:
    """The published table of a product is its name with a suffix; a product called so would be another one's table."""
    for suffix in (names.PUBLISHED_SUFFIX, names.WITHDRAWN_SUFFIX):
        if product.name.endswith(suffix):
            yield Breach("metadata.name", f"`{product.name}` ends with `{suffix}`, which is the platform's")


@policy("IDN008", fix="write it with the letters of one alphabet")
def people_have_names_that_can_be_typed(product: Product, mesh: Mesh) -> Breaches:
    """A letter that is drawn as another one, or not at all, makes a team, a rotation or a channel that no search will
    ever find."""
    yield from _look_alikes(product.manifest.metadata)


@domain_policy("IDN009", fix="write it with the letters of one alphabet")
def domains_people_have_names_that_can_be_typed(domain: Domain, mesh: Mesh) -> Breaches:
    """The domain's team, rotation and channel are what every product's are compared with."""
    yield from _look_alikes(domain.manifest.metadata)


def _look_alikes(metadata: ProductMetadata | DomainMetadata) -> Breaches:
    for key in ("owner", "team", "oncall", "slack_channel"):
        if letter := look_alike(getattr(metadata, key, "")):
            yield Breach(f"metadata.{key}", f"`{getattr(metadata, key)}` holds `{letter}`, drawn as a letter of ours")
        elif character := unseen(getattr(metadata, key, "")):
            yield Breach(f"metadata.{key}", f"`{getattr(metadata, key)}` holds `{character}`, which nobody sees")


def _port(product: Product) -> tuple[str, str]:
    return product.manifest.port.dataset.lower(), product.manifest.port.table.lower()
