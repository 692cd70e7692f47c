"""Everything known at one moment: domains, products, the council's files, and what could not be read."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mesh_platform.manifest.circle import circles
from mesh_platform.manifest.council import Exemption, PolicyFile
from mesh_platform.manifest.document import Document
from mesh_platform.manifest.domain import DomainManifest, SourceSystem, SourceTable
from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.notifications import Notifications
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

    @cached_property
    def source_tables(self) -> tuple[tuple[SourceSystem, SourceTable], ...]:
        return tuple((s, t) for s in self.manifest.spec.source_systems for t in s.tables)

    @cached_property
    def tables_by_name(self) -> Mapping[str, SourceTable]:
        """`public.orders` → the source table; of several of one name, a finding, the first with a row schema."""
        every = [table for _, table in reversed(self.source_tables)]
        return {t.name: t for t in every} | {t.name: t for t in every if t.row_schema in self.row_schemas}

    @cached_property
    def tables_by_landing(self) -> Mapping[str, SourceTable]:
        """What a source table is called where it lands, lower case → the first that is called so."""
        return {table.table.lower(): table for _, table in reversed(self.source_tables)}


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
class DbtModels:
    """The dbt project of a domain, as far as its files tell without dbt."""

    path: str
    """Of the project's folder, relative to MESH_ROOT."""
    models: Mapping[str, str]
    """Model name → path of its file, relative to MESH_ROOT."""
    queries: Mapping[str, TextFile] = field(default_factory=dict)
    """Model or snapshot → its file, of those written in SQL that could be read."""
    macros: tuple[TextFile, ...] = ()
    properties: tuple[TextFile, ...] = ()
    """The properties files that may declare sources, seeds, snapshots or hooks."""
    tables: frozenset[str] = frozenset()
    """Names of its seeds and snapshots, which models read as they read each other."""
    folders: tuple[str, ...] = ("models",)
    """Where its models are, relative to the project."""
    tests: tuple[TextFile, ...] = ()
    """The tests that are queries of their own."""
    settings: TextFile | None = None
    """Its `dbt_project.yml`."""
    has_packages: bool = False
    """Whether dbt installs packages that do not lie in the mesh, whose sources and macros nobody has here."""

    def layer(self, model: str) -> str:
        """The folder of the first level that a model is in; empty for none."""
        path = self.models.get(model, "").removeprefix(f"{self.path}/")
        within = next((path.removeprefix(f"{f}/") for f in self.folders if path.startswith(f"{f}/")), "")
        return within.partition("/")[0] if "/" in within else ""


@dataclass(frozen=True)
class Mesh:
    """Everything known at one moment. Findings here are those of reading and typing; policies add theirs."""

    domains: Mapping[str, Domain]
    products: Mapping[str, Product]
    quarantined: Mapping[str, Quarantined] = field(default_factory=dict)
    policy: PolicyFile = field(default_factory=PolicyFile)
    policy_document: Document = field(default_factory=lambda: Document("domains/policy.yaml"))
    exemptions: tuple[tuple[Exemption, Document, int], ...] = ()
    """Each exemption with its file and its index in the list."""
    notifications: Notifications = field(default_factory=Notifications)
    dbt: Mapping[str, DbtModels] = field(default_factory=dict)
    """Domain → its dbt project; a domain without one is absent."""
    macros: tuple[TextFile, ...] = ()
    """The macros of the mesh's own platform package; empty where it has none."""
    findings: tuple[Finding, ...] = ()

    @cached_property
    def by_domain(self) -> Mapping[str, tuple[Product, ...]]:
        """Domain → its products; a domain without any is absent."""
        found: dict[str, list[Product]] = {}
        for product in self.products.values():
            found.setdefault(product.domain, []).append(product)
        return {domain: tuple(products) for domain, products in found.items()}

    @cached_property
    def ports(self) -> Mapping[tuple[str, str], str]:
        """(dataset, table) of every published port → product id."""
        return {(p.manifest.port.dataset, p.manifest.port.table): p.id for p in self.products.values()}

    @cached_property
    def readers(self) -> Mapping[str, tuple[str, ...]]:
        """Product id → ids of the products that read it, itself never among them."""
        read: dict[str, list[str]] = {}
        for product in self.products.values():
            for upstream in product.manifest.product_inputs:
                if upstream != product.id and product.id not in read.setdefault(upstream, []):
                    read[upstream].append(product.id)
        return {upstream: tuple(readers) for upstream, readers in read.items()}

    @cached_property
    def port_holders(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """(dataset, table), lower case as a warehouse compares them → every product that claims this port."""
        held: dict[tuple[str, str], list[str]] = {}
        for product in self.products.values():
            port = product.manifest.port
            held.setdefault((port.dataset.lower(), port.table.lower()), []).append(product.id)
        return {port: tuple(holders) for port, holders in held.items()}

    @cached_property
    def capturers(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """(source system, source table) → every domain that declares it."""
        declared: dict[tuple[str, str], list[str]] = {}
        for domain in self.domains.values():
            for system, table in domain.source_tables:
                declared.setdefault((system.name, table.name), []).append(domain.name)
        return {source: tuple(domains) for source, domains in declared.items()}

    @cached_property
    def captured(self) -> Mapping[str, frozenset[str]]:
        """Source system → its source tables that some domain declares."""
        found: dict[str, set[str]] = {}
        for system, table in self.capturers:
            found.setdefault(system, set()).add(table)
        return {system: frozenset(tables) for system, tables in found.items()}

    @cached_property
    def claimants(self) -> Mapping[str, tuple[str, ...]]:
        """Business event or analytical question, as `claimed_as` spells it → the domains that claim it."""
        found: dict[str, list[str]] = {}
        for domain in self.domains.values():
            spec = domain.manifest.spec
            for claim in {claimed_as(c) for c in (*spec.business_events, *spec.analytical_questions_owned)}:
                found.setdefault(claim, []).append(domain.name)
        return {claim: tuple(domains) for claim, domains in found.items()}

    @cached_property
    def circles(self) -> Mapping[str, tuple[str, ...]]:
        """Product id → the circle of reading it is part of; a product in none is absent."""
        return circles({p.id: [u for u in p.manifest.product_inputs if u != p.id] for p in self.products.values()})

    @cached_property
    def known_products(self) -> frozenset[str]:
        """Every product there is, those in quarantine included."""
        return frozenset(self.products) | frozenset(self.quarantined)

    @cached_property
    def product_counts(self) -> Mapping[str, int]:
        """Domain → how many products lie in it, those in quarantine included; a domain without any is absent."""
        return Counter(product.partition(".")[0] for product in self.known_products)

    @cached_property
    def known_domains(self) -> frozenset[str]:
        """Every domain there is, those included whose file could not be read."""
        return frozenset(self.domains) | frozenset(self.product_counts)


def claimed_as(claim: str) -> str:
    """The same for what differs in case, spaces and punctuation only."""
    return " ".join(re.findall(r"\w+", claim.lower().replace("_", " ")))
