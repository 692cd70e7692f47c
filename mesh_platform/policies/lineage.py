"""What a product is made from exists, belongs to someone, and does not go round in a circle."""

from mesh_platform.manifest.domain import Connector, SourceSystem
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.manifest.message import did_you_mean, listed
from mesh_platform.manifest.product import ProductInput, SourceTableInput
from mesh_platform.policies.registry import Breach, Breaches, policy

_KEY = "spec.lineage.upstream_sources"


@policy(
    "LIN001", fix="declare the system in the domain's `domain.yaml`, or read the product of the domain that owns it"
)
def source_system_is_declared(product: Product, mesh: Mesh) -> Breaches:
    """Only a declared system is landed. A product reads its own domain's systems; those of others it knows through
    their products only."""
    systems = _systems(product, mesh)
    if systems is None:
        return
    for key, source in _sources(product):
        if source.system not in systems:
            owners = sorted(d for (system, _), ds in mesh.capturers.items() if system == source.system for d in ds)
            hint = (
                f"; it belongs to {listed(sorted(set(owners)))}"
                if owners
                else did_you_mean(source.system, sorted(systems))
            )
            yield Breach(f"{key}.system", f"`{source.system}` is no source system of `{product.domain}`{hint}")


@policy("LIN002", fix="declare the table, with its primary key and row schema, in the domain's `domain.yaml`")
def source_table_is_declared(product: Product, mesh: Mesh) -> Breaches:
    """Only a declared table is captured and landed."""
    systems = _systems(product, mesh) or {}
    for key, source in _sources(product):
        tables = [t.name for t in systems[source.system].tables] if source.system in systems else [source.table]
        if source.table not in tables:
            yield Breach(
                f"{key}.table", f"`{source.table}` is no table of `{source.system}`{did_you_mean(source.table, tables)}"
            )


@policy("LIN003", fix="name an existing product as `domain.name`")
def upstream_product_exists(product: Product, mesh: Mesh) -> Breaches:
    """A product built on one that does not exist is never built."""
    for key, upstream in _products(product):
        if upstream not in mesh.known_products:
            yield Breach(
                f"{key}.product",
                f"there is no product `{upstream}`{did_you_mean(upstream, sorted(mesh.known_products))}",
            )


@policy("LIN004", fix="remove the entry")
def product_does_not_read_itself(product: Product, mesh: Mesh) -> Breaches:
    """A product that waits for itself is never built."""
    for key, upstream in _products(product):
        if upstream == product.id:
            yield Breach(f"{key}.product", f"`{product.id}` names itself as its upstream")


@policy("LIN005", fix="break the circle: move what is shared into one product that the others read")
def lineage_has_no_cycle(product: Product, mesh: Mesh) -> Breaches:
    """Products that wait for each other are never built, and nobody can say which of them is the source."""
    circle = mesh.circles.get(product.id, ())
    key = next((key for key, upstream in _products(product) if upstream in circle and upstream != product.id), None)
    if key is not None:
        yield Breach(f"{key}.product", f"the lineage goes round in a circle: {listed(circle)}")


@policy("LIN006", level=Level.WARNING, fix="write the system's `connector` from the domain's `domain.yaml`")
def capture_tool_is_the_connector(product: Product, mesh: Mesh) -> Breaches:
    """What writes the change records decides how they are read; `domain.yaml` says what that is, and the manifest
    should not contradict it."""
    systems = _systems(product, mesh) or {}
    for key, source in _sources(product):
        connector = systems[source.system].connector if source.system in systems else None
        if connector and connector is not Connector.OTHER and source.cdc_tool and source.cdc_tool.lower() != connector:
            yield Breach(
                f"{key}.cdc_tool",
                f"`{source.cdc_tool}` captures `{source.system}` here, `{connector}` in `domain.yaml`",
            )


@policy("LIN007", level=Level.WARNING, fix="remove the repetition")
def upstream_is_named_once(product: Product, mesh: Mesh) -> Breaches:
    """An upstream that is listed twice is usually another one misspelt."""
    seen = set()
    for index, upstream in enumerate(product.manifest.spec.lineage.upstream_sources):
        name = upstream.product if isinstance(upstream, ProductInput) else f"{upstream.system}.{upstream.table}"
        if name in seen:
            yield Breach(f"{_KEY}.{index}", f"`{name}` is listed twice")
        seen.add(name)


def _sources(product: Product) -> list[tuple[str, SourceTableInput]]:
    upstreams = enumerate(product.manifest.spec.lineage.upstream_sources)
    return [(f"{_KEY}.{index}", u) for index, u in upstreams if isinstance(u, SourceTableInput)]


def _products(product: Product) -> list[tuple[str, str]]:
    upstreams = enumerate(product.manifest.spec.lineage.upstream_sources)
    return [(f"{_KEY}.{index}", u.product) for index, u in upstreams if isinstance(u, ProductInput)]


def _systems(product: Product, mesh: Mesh) -> dict[str, SourceSystem] | None:
    """Name → system of the product's domain; None when its file could not be read, which is a finding there."""
    domain = mesh.domains.get(product.domain)
    return {s.name: s for s in domain.manifest.spec.source_systems} if domain else None
