"""Whether the port shows exactly what the schema promises: every column, in order, of its type, and no other."""

from collections.abc import Iterable

from mesh_platform.environment import Target
from mesh_platform.manifest.mesh import Product
from mesh_platform.schema.history import current
from mesh_platform.schema.table.warehouse_type import warehouse_type
from mesh_platform.slo.measurement import Measurement, Verdict, each, unknown
from mesh_platform.slo.relations import relations
from mesh_platform.warehouse.protocol import Warehouse

SLI = "contract"


def measure_contract(warehouse: Warehouse, products: Iterable[Product]) -> list[Measurement]:
    """Each product's port beside its schema, from one look at the warehouse's own catalog."""
    found = relations(warehouse)
    return each(products, SLI, lambda p: _judge(p, found.get((p.manifest.port.dataset, p.manifest.port.table), [])))


def _judge(product: Product, actual: list[tuple[str, str]]) -> Measurement:
    schema = current(product)
    if schema is None:
        return unknown(
            product.id, SLI, f"schema version `{product.manifest.spec.schema_version}` cannot be read; see governance"
        )
    if not actual:
        return unknown(product.id, SLI, "the port does not exist yet; the first publication makes it")
    promised = [(c.name, warehouse_type(c, Target.DUCKDB)) for c in schema.columns]
    wrong = _differences(promised, actual)
    return Measurement(
        product=product.id,
        sli=SLI,
        verdict=Verdict.ERROR if wrong else Verdict.PASS,
        reason="; ".join(wrong) or f"{len(promised)} columns, as schema {product.manifest.spec.schema_version} says",
        value=100.0 * sum(p == a for p, a in zip(promised, actual, strict=False)) / len(promised),
        target=100.0,
        good=sum(p in actual for p in promised),
        total=len(promised),
    )


def _differences(promised: list[tuple[str, str]], actual: list[tuple[str, str]]) -> list[str]:
    have, want = dict(actual), dict(promised)
    wrong = [f"`{n}` is missing" for n in want if n not in have] + [
        f"`{n}` is not in the schema" for n in have if n not in want
    ]
    wrong += [f"`{n}` is `{have[n]}`, the schema says `{k}`" for n, k in promised if n in have and have[n] != k]
    if not wrong and [n for n, _ in actual] != [n for n, _ in promised]:
        wrong.append("the columns are not in the schema's order")
    return wrong
