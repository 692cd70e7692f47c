"""All SLIs of all products at one moment; an outage is one `unknown` for each, never a failure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.slo import accuracy, completeness, contract, freshness
from mesh_platform.slo.measurement import Measurement, could_not, unknown
from mesh_platform.warehouse.protocol import (
    QueryRejected,
    Warehouse,
    WarehouseBusy,
    WarehouseUnavailable,
    in_a_line,
    open_warehouse,
)

SLIS: Final = (freshness.SLI, completeness.SLI, accuracy.SLI)
"""What `mesh slo` reports; the contract is a check, not a promise with a number."""

_MEASURES: Final[dict[str, Callable[[Mesh, Warehouse, Sequence[Product], datetime], list[Measurement]]]] = {
    freshness.SLI: freshness.measure_freshness,
    completeness.SLI: lambda mesh, warehouse, products, now: completeness.measure_completeness(
        warehouse, products, now
    ),
    accuracy.SLI: lambda mesh, warehouse, products, now: accuracy.measure_accuracy(warehouse, products, now),
    contract.SLI: lambda mesh, warehouse, products, now: contract.measure_contract(warehouse, products),
}


_NEW: Final = "nothing has been published in this warehouse yet; a refresh does it"


def _is_new(warehouse: Warehouse, problem: Exception) -> bool:
    return isinstance(problem, QueryRejected) and not warehouse.columns(*names.PUBLICATIONS.split("."))


def measure(
    mesh: Mesh, warehouse: Warehouse, products: Iterable[Product], slis: Iterable[str], now: datetime
) -> list[Measurement]:
    """Every product's every SLI; what the warehouse refuses, its outage, or a mistake is the reason of an `unknown`."""
    products = list(products)
    found: list[Measurement] = []
    for sli in slis:
        try:
            found += _MEASURES[sli](mesh, warehouse, products, now)
        except WarehouseBusy:
            raise
        except (QueryRejected, WarehouseUnavailable) as problem:
            reason = _NEW if _is_new(warehouse, problem) else f"no answer from the warehouse: {in_a_line(problem)}"
            found += [unknown(p.id, sli, reason) for p in products]
        except Exception as problem:  # noqa: BLE001  what spoils one SLI of the mesh leaves it the others
            found += [unknown(p.id, sli, could_not(problem)) for p in products]
    return found


def measure_environment(
    mesh: Mesh, environment: Environment, products: Iterable[Product], slis: Iterable[str], now: datetime
) -> list[Measurement]:
    """`measure` on the environment's warehouse; a missing or broken one is unknown. Raises WarehouseBusy."""
    products, slis = list(products), list(slis)
    try:
        with open_warehouse(environment, read_only=True) as warehouse:
            return measure(mesh, warehouse, products, slis, now)
    except WarehouseUnavailable as problem:
        return [unknown(p.id, sli, str(problem)) for sli in slis for p in products]
