"""All SLIs of all products at one moment; an outage is one `unknown` for each, never a failure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.slo import accuracy, completeness, contract, freshness, latency
from mesh_platform.slo.counting.history import Histories, histories
from mesh_platform.slo.counting.question import NOTHING_YET
from mesh_platform.slo.counting.record import record
from mesh_platform.slo.measurement import Measurement, could_not, unknown
from mesh_platform.warehouse.protocol import (
    QueryRejected,
    Warehouse,
    WarehouseBusy,
    WarehouseUnavailable,
    in_a_line,
    open_warehouse,
)
from mesh_platform.warehouse.table import columns_of

SLIS: Final = (freshness.SLI, latency.SLI, completeness.SLI, accuracy.SLI)
"""What `mesh slo` reports; the contract is a check, not a promise with a number."""

PROMISES: Final = (*SLIS, contract.SLI)
"""What the monitor watches: a port that shows something else than its schema breaks its consumers too."""


@dataclass(frozen=True)
class _Moment:
    """What one judgement of several promises shares."""

    mesh: Mesh
    warehouse: Warehouse
    products: Sequence[Product]
    now: datetime
    keeps: bool
    """Whether counts are kept, by one who judges again and again; else all is counted, and looked at closely."""

    @cached_property
    def histories(self) -> Histories:
        count = record if self.keeps else histories
        return count(self.mesh, self.warehouse, self.products, self.now)


_MEASURES: Final[dict[str, Callable[[_Moment], list[Measurement]]]] = {
    freshness.SLI: lambda m: freshness.measure_freshness(m.mesh, m.warehouse, m.products, m.now),
    latency.SLI: lambda m: latency.measure_latency(m.products, m.histories),
    completeness.SLI: lambda m: completeness.measure_completeness(
        m.warehouse, m.products, m.histories, closely=not m.keeps
    ),
    accuracy.SLI: lambda m: accuracy.measure_accuracy(m.warehouse, m.products, m.now),
    contract.SLI: lambda m: contract.measure_contract(m.warehouse, m.products),
}


def _is_new(warehouse: Warehouse, problem: Exception) -> bool:
    return isinstance(problem, QueryRejected) and not columns_of(warehouse, names.PUBLICATIONS)


def measure(
    mesh: Mesh, warehouse: Warehouse, products: Iterable[Product], slis: Iterable[str], now: datetime
) -> list[Measurement]:
    """Every product's every SLI; what the warehouse refuses, its outage, or a mistake is the reason of an `unknown`."""
    return _measure(_Moment(mesh, warehouse, list(products), now, keeps=False), slis)


def measure_and_keep(
    mesh: Mesh, warehouse: Warehouse, products: Iterable[Product], slis: Iterable[str], now: datetime
) -> list[Measurement]:
    """The same of now, where the warehouse may be written to: counts are kept, and only what is new is counted.

    Raises WarehouseUnavailable for an outage, WarehouseBusy.
    """
    return _measure(_Moment(mesh, warehouse, list(products), now, keeps=True), slis)


def _measure(moment: _Moment, slis: Iterable[str]) -> list[Measurement]:
    found: list[Measurement] = []
    for sli in slis:
        try:
            found += _MEASURES[sli](moment)
        except WarehouseBusy:
            raise
        except (QueryRejected, WarehouseUnavailable) as problem:
            if moment.keeps and isinstance(problem, WarehouseUnavailable):
                raise
            new = _is_new(moment.warehouse, problem)
            reason = NOTHING_YET if new else f"no answer from the warehouse: {in_a_line(problem)}"
            found += [unknown(p.id, sli, reason) for p in moment.products]
        except Exception as problem:  # noqa: BLE001  what spoils one SLI of the mesh leaves it the others
            found += [unknown(p.id, sli, could_not(problem)) for p in moment.products]
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
