"""Everything known at one moment: domains, products, the council's files, and what could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mesh_platform.manifest.council import Exemption, PolicyFile
from mesh_platform.manifest.document import Document
from mesh_platform.manifest.domain import DomainManifest, SourceSystem, SourceTable
from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.product import DataProduct


@dataclass(frozen=True)
class TextFile:
    """A file in git that a later step interprets (a schema): its path relative to MESH_ROOT and its text."""

    path: str
    text: str


@dataclass(frozen=True)
class Product:
    """A manifest that loaded, with where it stands and the schema versions beside it."""

    id: str
    """`domain.name`, taken from the path."""
    manifest: DataProduct
    document: Document
    schemas: Mapping[str, TextFile]
    """Version text → file, every `schema/<version>.avsc`."""

    @property
    def domain(self) -> str:
        return self.id.split(".", 1)[0]

    @property
    def name(self) -> str:
        return self.id.split(".", 1)[1]


@dataclass(frozen=True)
class Domain:
    """A domain file that loaded, with the row schemas of its source tables."""

    name: str
    """Taken from the path."""
    manifest: DomainManifest
    document: Document
    row_schemas: Mapping[str, TextFile]
    """Path as written in domain.yaml → file; a schema that does not exist is absent (and a finding)."""

    @property
    def source_tables(self) -> list[tuple[SourceSystem, SourceTable]]:
        return [(s, t) for s in self.manifest.spec.source_systems for t in s.tables]


@dataclass(frozen=True)
class Quarantined:
    """A product whose manifest could not be read; identity from the path, shown with its findings."""

    id: str
    path: str
    findings: tuple[Finding, ...]

    @property
    def domain(self) -> str:
        return self.id.split(".", 1)[0]

    @property
    def name(self) -> str:
        return self.id.split(".", 1)[1]


@dataclass(frozen=True)
class Mesh:
    """Everything known at one moment. Findings here are those of reading and typing; policies add theirs."""

    domains: Mapping[str, Domain]
    products: Mapping[str, Product]
    quarantined: Mapping[str, Quarantined] = field(default_factory=dict)
    policy: PolicyFile = PolicyFile()
    exemptions: tuple[tuple[Exemption, Document, int], ...] = ()
    """Each exemption with its file and its index in the list."""
    findings: tuple[Finding, ...] = ()

    @cached_property
    def ports(self) -> Mapping[tuple[str, str], str]:
        """(dataset, table) of every published port → product id."""
        return {(p.manifest.port.dataset, p.manifest.port.table): p.id for p in self.products.values()}
