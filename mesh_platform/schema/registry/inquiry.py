"""What the registry says of a product's newest schema, beside what the platform says of it."""

from dataclasses import dataclass

from mesh_platform.manifest.mesh import Product
from mesh_platform.schema.avro.parse import Reading, read_avro
from mesh_platform.schema.avro.problem import SchemaInvalid
from mesh_platform.schema.evolution.change import Change
from mesh_platform.schema.evolution.change_kind import Bump
from mesh_platform.schema.evolution.steps import steps
from mesh_platform.schema.history import published
from mesh_platform.schema.registry import client
from mesh_platform.schema.registry.address import subject_of
from mesh_platform.schema.registry.exchange import Registry
from mesh_platform.schema.registry.level import Level, broken
from mesh_platform.schema.registry.problem import RegistryDenied


@dataclass(frozen=True)
class Ours:
    """What the platform says of the step to the newest schema."""

    old: str
    """The version before it."""
    bump: Bump
    """What the changes ask for."""
    changes: tuple[Change, ...]
    unreadable: tuple[str, ...] | None
    """The published versions it does not go with by the registry's level; None where that level is not known."""


@dataclass(frozen=True)
class Inquiry:
    """Both answers on one product."""

    product: str
    subject: str
    version: str
    level: str | None
    """What the registry holds the subject to; None where it does not tell us."""
    registered: client.Registered | None
    verdict: client.Verdict
    ours: Ours | None
    """None for a first version, or where a schema cannot be read."""


def inquire(registry: Registry, product: Product) -> Inquiry | None:
    """Both answers; None for a product whose version has no schema. A schema that is registered already is not judged
    again: it was taken."""
    versions = published(product)
    if not versions:
        return None
    subject, version = subject_of(product), versions[-1]
    text = product.schemas[version].text
    registered = client.look_up(registry, subject, text)
    verdict = client.Verdict(True) if registered else client.compatibility(registry, subject, text)
    level = _level(registry, subject)
    return Inquiry(product.id, subject, version, level, registered, verdict, _ours(product, versions, level))


def _level(registry: Registry, subject: str) -> str | None:
    """Whoever may ask for a verdict need not be allowed to read the configuration."""
    try:
        return client.level(registry, subject)
    except RegistryDenied:
        return None


def _ours(product: Product, versions: list[str], level: str | None) -> Ours | None:
    texts = {version: product.schemas[version].text for version in versions}
    found = [step for step in steps(texts) if step.new == versions[-1]]
    if not found:
        return None
    fresh = tuple(change for step in found for change in step.fresh)
    worst = max((change.kind.bump for change in fresh), default=Bump.NONE)
    return Ours(found[0].old, worst, fresh, _unreadable(texts, level))


def _unreadable(texts: dict[str, str], level: str | None) -> tuple[str, ...] | None:
    if level not in set(Level):
        return None
    readings = {version: reading for version, text in texts.items() if (reading := _read(text))}
    *old, new = readings
    return tuple(old[place] for place in broken(Level(level), readings[new], [readings[v] for v in old]))


def _read(text: str) -> Reading | None:
    try:
        return read_avro(text)
    except SchemaInvalid:
        return None
