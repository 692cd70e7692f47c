"""Run a product's dbt tests again when they have not run for as long as the manifest allows, or a person asks."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import dagster as dg

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.orchestration.audit import audits_of, complete
from mesh_platform.orchestration.dbt import dbt_on
from mesh_platform.publishing.audit import record_audits
from mesh_platform.publishing.publish import last_publication
from mesh_platform.slo.accuracy import is_due, last_audited
from mesh_platform.transformation.prepare import prepared
from mesh_platform.warehouse.protocol import QueryRejected, WarehouseUnavailable, open_warehouse


def retest_due(
    context: dg.AssetCheckExecutionContext, mesh: Mesh, environment: Environment, products: Sequence[Product]
) -> None:
    """Test what is due: by cadence, or, in a run a person started, whatever was not tested in it yet."""
    now = datetime.now(UTC)
    by_hand = names.TAG_RETEST not in context.run.tags
    started = context.instance.get_run_stats(context.run.run_id).start_time or now.timestamp()
    due = _due(environment, products, now, datetime.fromtimestamp(started, UTC) if by_hand else None)
    for domain, group in groupby(sorted(due, key=lambda p: p.id), key=lambda p: p.domain):
        _test(context, environment, domain, list(group))


def _due(environment: Environment, products: Sequence[Product], now: datetime, since: datetime | None) -> list[Product]:
    """Published products whose last audit is older than their cadence, or than `since`."""
    try:
        with open_warehouse(environment, read_only=True) as warehouse:
            last = last_audited(warehouse, now)
            published = [p for p in products if last_publication(warehouse, p.id)]
    except (WarehouseUnavailable, QueryRejected):
        return []
    return [p for p in published if is_due(p, last.get(p.id), now) or (since and last[p.id] < since)]


def _test(
    context: dg.AssetCheckExecutionContext, environment: Environment, domain: str, products: list[Product]
) -> None:
    ready = prepared(environment, domain)
    if ready is None:
        context.log.warning(f"the dbt project of `{domain}` is not prepared; run `mesh prepare {domain}`")
        return
    manifest: dict[str, Any] = json.loads(ready.manifest_path.read_text())
    uids = {p.id: f"model.{manifest['metadata']['project_name']}.{p.name}" for p in products}
    selection = [p.name for p in products if uids[p.id] in manifest["nodes"]]
    invocation = dbt_on(environment, ready).cli(
        ["test", "--select", " ".join(selection)], manifest=manifest, raise_on_error=False
    )
    invocation.wait()
    try:
        results = {r["unique_id"]: r for r in invocation.get_artifact("run_results.json")["results"]}
    except Exception as problem:  # noqa: BLE001  dbt died: the last audit stands, and says how old it is
        context.log.warning(f"dbt test of `{domain}` ended without results: {problem}")
        return
    audits = [found for p in products if complete(found := audits_of(p.id, uids[p.id], manifest, results))]
    with open_warehouse(environment) as warehouse:
        record_audits(warehouse, [a for found in audits for a in found], datetime.now(UTC), context.run.run_id)
