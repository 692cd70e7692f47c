"""Governance as it changes: an edit's findings are on the product's check within seconds, without a run."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg

from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.orchestration.governance import findings_now, governance_result
from mesh_platform.orchestration.keys import product_id, product_key
from mesh_platform.orchestration.left_behind import left_behind
from mesh_platform.orchestration.trend import observation
from mesh_platform.transformation.prepared import POINTER
from mesh_platform.transformation.project import MADE_BY_DBT
from mesh_platform.transformation.refused import REFUSED

INTERVAL_SECONDS = 10
_WHOLE = "*"
"""Among the products of the cursor: the findings of the whole mesh."""


def governance_sensor(mesh: Mesh, environment: Environment) -> dg.SensorDefinition:
    """Reports the governance check of every product whose findings are other than they were last reported.

    Also of those that a failed run left without a verdict.
    """
    products = sorted({*mesh.products, *mesh.quarantined})

    @dg.sensor(
        name="governance_sensor",
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reports what the council's policies say of an edit, as soon as the files have changed.",
    )
    def watch(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        seen, before = _read(context.cursor)
        at = datetime.now(UTC)
        now = fingerprint(environment, products, at.date())
        keys = [dg.AssetCheckKey(product_key(p), "governance") for p in products]
        unjudged = {product_id(k.asset_key) for k in left_behind(context.instance, keys, at)}
        if now == seen and not unjudged:
            return dg.SkipReason("no file of the mesh has changed")
        mesh_now, findings = findings_now(environment)
        results = {p: governance_result(p, findings, mesh_now.policy.links) for p in products}
        after = {product: digest for product, r in results.items() if (digest := _digest(r))}
        after[_WHOLE] = _digest_of([*map(str, findings), str(mesh_now.policy.links)])
        changed = [results[p] for p in products if before.get(p) != after.get(p) or p in unjudged]
        trend = [observation(mesh_now, findings)] if before.get(_WHOLE) != after[_WHOLE] else []
        return dg.SensorResult(
            asset_events=[*map(evaluation, changed), *trend],
            skip_reason=f"{len(findings)} findings; {len(changed)} of {len(products)} products stand otherwise",
            cursor=json.dumps({"seen": now, "findings": after}),
        )

    return watch


def evaluation(result: dg.AssetCheckResult) -> dg.AssetCheckEvaluation:
    """The result as an event that no run has to carry."""
    assert result.asset_key is not None  # noqa: S101  governance_result always names it
    return dg.AssetCheckEvaluation(
        asset_key=result.asset_key,
        check_name=str(result.check_name),
        passed=result.passed,
        severity=result.severity,
        description=result.description,
        metadata=result.metadata,
    )


def fingerprint(environment: Environment, products: Iterable[str], today: date) -> str:
    """A digest of every place, size and time that findings depend on; the day too, for exemptions end."""
    digest = hashlib.blake2b(digest_size=8)
    digest.update(f"{today} {' '.join(products)}".encode())
    for path in _files(environment):
        try:
            told = path.stat()
        except OSError:
            continue
        digest.update(f"{path}\0{told.st_size}\0{told.st_mtime_ns}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _files(environment: Environment) -> Iterator[Path]:
    for top in (environment.domains, environment.dbt_projects):
        for parent, folders, files in os.walk(top):
            folders[:] = sorted(f for f in folders if f not in MADE_BY_DBT)
            yield from (Path(parent, name) for name in sorted([*folders, *files]))
    for domain in sorted(environment.dbt_home.glob("*")):
        yield from (domain / POINTER, domain / REFUSED)


def _digest(result: dg.AssetCheckResult) -> str:
    """What tells two results apart, short; empty where there is nothing to show."""
    shown = result.metadata.get("findings")
    return _digest_of([f"{result.passed} {result.severity} {shown.value}"]) if shown else ""


def _digest_of(told: Iterable[str]) -> str:
    return hashlib.blake2b("\n".join(told).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _read(cursor: str | None) -> tuple[str, Mapping[str, str]]:
    try:
        kept = json.loads(cursor or "{}")
        return str(kept.get("seen", "")), dict(kept.get("findings", {}))
    except (ValueError, AttributeError, TypeError):
        return "", {}
