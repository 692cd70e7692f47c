"""Who is downstream of a product, what of it they use, and what a change does to them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.policies.impact.column_change import ColumnChange
from mesh_platform.policies.sql.lineage import Lineage
from mesh_platform.policies.sql.node import Kind


class Effect(StrEnum):
    """What a change does to a product downstream."""

    BREAKS = "breaks"
    """It uses a column that is gone, or is another."""
    STALE = "stale"
    """What it reads breaks, so it gets no new rows."""
    UNKNOWN = "unknown"
    """Which columns it uses cannot be told."""
    NONE = "none"


class Gone(StrEnum):
    """What became of the place where a product was read."""

    MOVED = "moved"
    """Its port is another; the old one gets no new rows."""
    REMOVED = "removed"


@dataclass(frozen=True)
class Loss:
    """Why a product is read no more where it was."""

    what: Gone
    message: str


@dataclass(frozen=True)
class Affected:
    """A product downstream."""

    product: str
    owner: str
    oncall: str
    slack_channel: str
    through: tuple[str, ...]
    """The products between the changed one and this one."""
    columns: tuple[str, ...] | None
    """The columns it uses of the product it reads; None where that cannot be told."""
    changed: tuple[str, ...]
    """Those of them that the change breaks."""
    effect: Effect


@dataclass(frozen=True)
class Impact:
    """A change and everyone it reaches."""

    product: str
    changes: tuple[ColumnChange, ...]
    consumers: tuple[Affected, ...]
    declared_only: tuple[str, ...] = ()
    """Consumers the manifest names that are no product of this mesh, or do not read it."""
    lost: Loss | None = None

    @property
    def breaks(self) -> bool:
        return any(c.effect is Effect.BREAKS for c in self.consumers)

    def users(self, column: str) -> list[str]:
        """The products that use the column themselves."""
        return [c.product for c in self.consumers if not c.through and c.columns and column.lower() in c.columns]


def impact(lineage: Lineage, product: str, changes: Iterable[ColumnChange], lost: Loss | None = None) -> Impact:
    """What these changes of the product's columns do, and the loss of its port, however far downstream.

    Of a product that was lost the lineage knows the port that it had.
    """
    changes = tuple(changes)
    broken = frozenset(c.column.lower() for c in changes if c.breaks)
    found: dict[str, Affected] = {}
    waiting: list[tuple[str, tuple[str, ...], frozenset[str], bool]] = [(product, (), broken, False)]
    while waiting:
        upstream, through, gone, stopped = waiting.pop(0)
        for reader in readers(lineage, upstream):
            if reader.id not in found and reader.id != product:
                affected = _affected(lineage, reader, upstream, through, gone, stopped)
                if not through and lost and _loses(lineage, reader, product, lost):
                    affected = replace(affected, effect=Effect.BREAKS)
                found[reader.id] = affected
                stops = affected.effect in (Effect.BREAKS, Effect.STALE)
                waiting.append((reader.id, (*through, reader.id), frozenset(), stops))
    return Impact(product, changes, tuple(found.values()), _declared_only(lineage.mesh, product, found), lost)


def readers(lineage: Lineage, product: str) -> list[Product]:
    """The products that read a product, by their manifests or by their SQL."""
    named = {*lineage.mesh.readers.get(product, ()), *lineage.readers.get(product, ())}
    return [lineage.mesh.products[name] for name in sorted(named) if name in lineage.mesh.products]


def used_columns(lineage: Lineage, reader: Product, product: str) -> frozenset[str] | None:
    """The columns of a product that a reader's models use; None where the models cannot be followed."""
    followed = lineage.is_followed(reader)
    needs = lineage.needs(reader) if followed else {}
    nodes = [n for n in needs if lineage.product(n) == product]
    if not followed or (not nodes and (reader.domain, reader.name) not in lineage.traces):
        return None
    return frozenset(column.partition(".")[0] for n in nodes for column in needs[n])


def _loses(lineage: Lineage, reader: Product, product: str, lost: Loss) -> bool:
    """Whether the reader had read what is lost; models of the product's own domain do without its port."""
    if lost.what is Gone.REMOVED or not lineage.is_followed(reader):
        return True
    read = lineage.behind(reader).values()
    return any(node.kind is Kind.PORT and node.name == product for inputs in read for _, node in inputs)


def _affected(
    lineage: Lineage, reader: Product, upstream: str, through: tuple[str, ...], gone: frozenset[str], stopped: bool
) -> Affected:
    used = used_columns(lineage, reader, upstream)
    columns = tuple(sorted(used)) if used is not None else None
    changed = tuple(sorted(gone & used)) if used is not None else ()
    people = reader.manifest.metadata
    effect = Effect.STALE if stopped else _effect(columns, changed, bool(gone))
    return Affected(reader.id, people.owner, people.oncall, people.slack_channel, through, columns, changed, effect)


def _effect(columns: tuple[str, ...] | None, changed: tuple[str, ...], breaking: bool) -> Effect:
    if columns is None:
        return Effect.UNKNOWN if breaking else Effect.NONE
    return Effect.BREAKS if changed else Effect.NONE


def _declared_only(mesh: Mesh, product: str, found: Iterable[str]) -> tuple[str, ...]:
    if product not in mesh.products:
        return ()
    declared = mesh.products[product].manifest.spec.lineage.downstream_consumers
    known = set(found)
    named = [(c.product or c.domain, c) for c in declared]
    return tuple(n for n, c in named if c.product not in known and not (c.product is None and _in(c.domain, known)))


def _in(domain: str, products: Iterable[str]) -> bool:
    return any(p.startswith(f"{domain}.") for p in products)
