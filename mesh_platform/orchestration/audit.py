"""dbt's test results as audits of a product."""

from collections.abc import Mapping, Sequence
from typing import Any

from mesh_platform.publishing.audit import Audit

NOT_RUN = "not run"


def audits_of(
    product: str, uid: str, manifest: Mapping[str, Any], results: Mapping[str, Mapping[str, Any]]
) -> list[Audit]:
    """One audit for each dbt test of the product's model, those that did not run included."""
    tests = [t for t in manifest["child_map"].get(uid, ()) if t.startswith("test.")]
    return [_audit(product, manifest["nodes"][t], results.get(t)) for t in tests]


def complete(audits: Sequence[Audit]) -> bool:
    """Whether every test of the product ran, so that their share of passes means something."""
    return bool(audits) and all(a.status not in {NOT_RUN, "skipped"} for a in audits)


def _audit(product: str, node: Mapping[str, Any], result: Mapping[str, Any] | None) -> Audit:
    return Audit(
        product=product,
        test=node["name"],
        severity=str(node["config"].get("severity") or "error").lower(),
        status=str(result["status"]) if result else NOT_RUN,
        failures=result.get("failures") if result else None,
        message=result.get("message") if result else None,
    )
