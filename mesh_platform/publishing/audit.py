"""What the product's dbt tests said, kept so that accuracy has a history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mesh_platform import names
from mesh_platform.warehouse.protocol import Warehouse

PASSED = frozenset({"pass", "warn"})


@dataclass(frozen=True)
class Audit:
    """One dbt test of one product and how it ended."""

    product: str
    test: str
    severity: str
    status: str
    failures: int | None
    message: str | None

    @property
    def blocks(self) -> bool:
        """Whether it keeps a batch from its consumers: an error-level test that did not run and pass."""
        return self.severity == "error" and self.status not in PASSED


def record_audits(warehouse: Warehouse, audits: Iterable[Audit], now: datetime, run_id: str | None) -> None:
    """Append the outcomes of one audit."""
    columns = ["product", "test", "severity", "status", "failures", "message", "audited_at", "run_id"]
    rows = [(a.product, a.test, a.severity, a.status, a.failures, a.message, now, run_id) for a in audits]
    warehouse.insert(names.AUDITS, columns, rows)
