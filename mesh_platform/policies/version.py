"""A schema version is a promise in three numbers, and its schema stands beside the manifest."""

from mesh_platform import names
from mesh_platform.manifest.document import Place
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.policies.registry import Breach, Breaches, Located, Review, Spot, mesh_policy, policy
from mesh_platform.schema.evolution.version import read_version

_KEY = "spec.schema_version"


@policy("VER001", fix='write `MAJOR.MINOR.PATCH` in quotes, as `"2.1.0"`')
def schema_version_is_semver(product: Product, mesh: Mesh) -> Breaches:
    """Consumers read from the version what may have changed for them; semver.org's grammar, and no build metadata,
    which orders nothing."""
    version = product.manifest.spec.schema_version
    if read_version(version) is None:
        yield Breach(_KEY, f"`{version}` is no semantic version")


@policy("VER002", fix="add the schema's file, or name a version that has one")
def schema_version_has_its_schema(product: Product, mesh: Mesh) -> Breaches:
    """A version without a schema promises columns that nobody can look up."""
    version = product.manifest.spec.schema_version
    if read_version(version) and version not in product.schemas:
        yield Breach(_KEY, f"there is no readable `{names.SCHEMA_FOLDER}/{version}.avsc`")


@policy("VER003", fix="name the greatest version there is, or remove the schema that is not published yet")
def schema_version_is_the_greatest(product: Product, mesh: Mesh) -> Breaches:
    """The manifest speaks of what is published now; a greater schema beside it was forgotten, or is not one."""
    mine = read_version(product.manifest.spec.schema_version)
    versions = {text: version for text in product.schemas if (version := read_version(text))}
    greatest = max(versions, key=lambda text: versions[text].precedence, default=None)
    if mine and greatest and versions[greatest].precedence > mine.precedence:
        yield Breach(_KEY, f"`{product.manifest.spec.schema_version}` is not the greatest version; `{greatest}` is")


@mesh_policy("VER004", fix="call the file `<MAJOR.MINOR.PATCH>.avsc`, or move it out of the folder")
def schema_file_is_named_by_its_version(review: Review) -> Located:
    """Every published version stays, under its number; a file under another name is none of them."""
    for product in review.mesh.products.values():
        for text, file in product.schemas.items():
            if read_version(text) is None:
                yield Spot(file.path, Place(1, 1), product.id), Breach("", f"`{text}.avsc` is not named by a version")
