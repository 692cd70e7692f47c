"""The manifest the project started from, verbatim, with its schema and a domain file, is free of errors."""

from datetime import date
from pathlib import Path

from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.gather import gather
from mesh_platform.policies.govern import govern
from mesh_platform.schema.history import current, event_time

ROOT = Path(__file__).parent / "article"


def test_it_loads_with_its_schema() -> None:
    product = gather(ROOT).products["orders.order_events"]
    schema = current(product)
    assert schema is not None
    assert len(schema.columns) == 9
    assert event_time(product) == "event_timestamp"
    assert product.manifest.slo.accuracy is not None
    assert product.manifest.slo.accuracy.run_frequency == "every 1 hour"


def test_it_has_warnings_and_no_error() -> None:
    found = govern(gather(ROOT), date(2026, 11, 23))
    assert [str(f) for f in found if f.level is Level.ERROR] == []
    assert {f.code for f in found} == {"CON001", "CON004", "DBT001", "DOC001", "OWN001", "PII003", "SLO006", "SLO010"}


def test_its_unknown_consumers_are_each_named() -> None:
    found = [f for f in govern(gather(ROOT), date(2026, 11, 23)) if f.code == "CON001"]
    assert [f.key for f in found] == [f"spec.lineage.downstream_consumers.{i}.domain" for i in range(3)]
