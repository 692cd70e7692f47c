"""What happens between dbt's build and a materialised product: every audit passes, and the batch is published."""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliInvocation

from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.orchestration.audit import audits_of, complete
from mesh_platform.orchestration.keys import product_key
from mesh_platform.orchestration.published_checks import judge_published
from mesh_platform.publishing.audit import Audit, record_audits
from mesh_platform.publishing.publish import Publication, publish
from mesh_platform.publishing.registration import Registration, register_published
from mesh_platform.schema.history import current
from mesh_platform.warehouse.protocol import (
    QueryRejected,
    Warehouse,
    WarehouseBusy,
    WarehouseUnavailable,
    in_a_line,
    open_warehouse,
)


def audited(
    context: dg.AssetExecutionContext,
    mesh: Mesh,
    environment: Environment,
    invocation: DbtCliInvocation,
    products: Mapping[str, Product],
    manifest: Mapping[str, Any],
    through: int,
) -> Iterator[Any]:
    """Let dbt's events through, and hold each product's output until its audits ran and passed and it is published."""
    ours = {context.assets_def.get_output_name_for_asset_key(product_key(p.id)): uid for uid, p in products.items()}
    held: dict[str, dg.Output[Any]] = {}
    for event in invocation.stream():
        if isinstance(event, dg.Output) and event.output_name in ours:
            held[ours[event.output_name]] = event
        elif _asked_for(context, event):
            yield event
    # the stream has ended, so dbt has ended, so the warehouse is free
    results = _results(invocation)
    failures = _other_failures(results, products)
    audits = {uid: audits_of(products[uid].id, uid, manifest, results) for uid in products}
    built = {u: products[u] for u in held}
    outcome = publish_all(environment, built, audits, manifest["nodes"], through, context.run_id)
    # what is published stays so, whatever the registry answers; nothing waits for it while the warehouse is open
    visible = [products[uid] for uid, result in outcome.items() if isinstance(result, Publication)]
    known = register_published(os.environ, visible)
    for uid, result in outcome.items():
        if isinstance(result, Publication):
            yield _output(held[uid], result, _told(context, known.get(products[uid].id)))
        else:
            failures.append(f"{products[uid].id}: {result}")
    judge_published(context, mesh, environment, visible)
    failures += [f"{products[uid].id}: {_message(results, uid)}" for uid in products if uid not in held]
    if failures or not invocation.is_successful():
        raise dg.Failure("not published: " + "; ".join(failures or ["dbt failed; see the log"]), allow_retries=False)


def _asked_for(context: dg.AssetExecutionContext, event: object) -> bool:
    """A product's inputs are rebuilt with it, but only what was selected may be reported."""
    if isinstance(event, dg.Output):
        return event.output_name in context.selected_output_names
    if isinstance(event, dg.AssetCheckResult):
        return (event.asset_key, event.check_name) in {(k.asset_key, k.name) for k in context.selected_asset_check_keys}
    return True


def _results(invocation: DbtCliInvocation) -> dict[str, Mapping[str, Any]]:
    """dbt's verdict on each node; nothing at all when dbt died before it wrote one."""
    try:
        return {r["unique_id"]: r for r in invocation.get_artifact("run_results.json")["results"]}
    except Exception as problem:  # noqa: BLE001  whatever dbt left behind, the step must say what dbt said
        error = invocation.get_error()
        raise dg.Failure(f"not published: dbt ended without results: {error or problem}", allow_retries=False) from None


def _message(results: Mapping[str, Mapping[str, Any]], uid: str) -> str:
    result = results.get(uid)
    if result is None:
        return "dbt did not get to it"
    return f"{result['status']}: {' '.join(str(result.get('message') or '').split())[:500]}"


def _other_failures(results: Mapping[str, Mapping[str, Any]], products: Mapping[str, Product]) -> list[str]:
    """Models besides the products that dbt could not build."""
    return [
        f"{uid.split('.')[-1]}: {_message(results, uid)}"
        for uid, result in results.items()
        if result["status"] == "error" and uid not in products and not uid.startswith("test.")
    ]


def publish_all(
    environment: Environment,
    built: Mapping[str, Product],
    audits: Mapping[str, list[Audit]],
    nodes: Mapping[str, Mapping[str, Any]],
    through: int,
    run_id: str,
) -> dict[str, Publication | str]:
    """Record every audit, publish what passed; a product that is not published gets the reason instead."""
    outcome: dict[str, Publication | str] = {}
    try:
        with open_warehouse(environment) as warehouse:
            now = datetime.now(UTC)  # not before it is our turn: consumers see nothing while we wait
            whole = [a for found in audits.values() if complete(found) for a in found]
            record_audits(warehouse, whole, now, run_id)
            for uid, product in built.items():
                seen = max(through, _published_in_this_step(product, outcome.values()))
                outcome[uid] = _publish(warehouse, product, audits[uid], nodes[uid], now, seen, run_id)
    except (WarehouseBusy, WarehouseUnavailable) as problem:
        outcome |= {uid: str(problem) for uid in built if uid not in outcome}
    return outcome


def _published_in_this_step(product: Product, outcome: Iterable[Publication | str]) -> int:
    """The latest revision of an input of the same domain: dbt built the product from it in this very step."""
    inputs = set(product.manifest.product_inputs)
    return max((o.revision for o in outcome if isinstance(o, Publication) and o.product in inputs), default=0)


def _publish(
    warehouse: Warehouse,
    product: Product,
    audits: list[Audit],
    node: Mapping[str, Any],
    now: datetime,
    through: int,
    run_id: str,
) -> Publication | str:
    failed = [a for a in audits if a.blocks]
    if failed:
        return "audit failed: " + ", ".join(f"{a.test} ({_outcome(a)})" for a in failed)
    schema = current(product)
    if schema is None:
        return f"schema version `{product.manifest.spec.schema_version}` cannot be read; `mesh validate` says why"
    try:
        return publish(
            warehouse, product, schema, now, through_revision=through, append_only=_keeps_batches(node), run_id=run_id
        )
    except QueryRejected as problem:
        return f"the warehouse refused the publication: {in_a_line(problem)}"
    except Exception as problem:  # noqa: BLE001  whatever it was, this product's siblings are published all the same
        return f"the publication did not succeed: {in_a_line(problem)}"


def _outcome(audit: Audit) -> str:
    return f"{audit.failures} rows" if audit.status == "fail" and audit.failures else audit.status


def _keeps_batches(node: Mapping[str, Any]) -> bool:
    """Whether the model cannot change a row without giving it a new batch; otherwise the whole is published anew."""
    config = node["config"]
    partial = config.get("merge_update_columns") or config.get("merge_exclude_columns")
    return config.get("materialized") == "incremental" and not partial and not config.get("post-hook")


def _told(context: dg.AssetExecutionContext, registration: Registration | None) -> dict[str, str]:
    """What is shown of the registry; what it does not know yet is a warning besides."""
    if registration is None:
        return {}
    for problem in registration.problems:
        context.log.warning(
            "`%s` %s is published, but not registered: %s", registration.subject, registration.version, problem
        )
    return {"registered schema": str(registration)}


def _output(held: dg.Output[Any], publication: Publication, registered: Mapping[str, str]) -> dg.Output[None]:
    shown: dict[str, Any] = {
        **registered,
        "dagster/row_count": publication.rows,
        "new rows": float(publication.new_rows),
        "publication": publication.mode,
        "revision": publication.revision,
    }
    if publication.watermark:
        shown["watermark"] = dg.MetadataValue.timestamp(publication.watermark)
    return dg.Output(None, output_name=held.output_name, metadata={**held.metadata, **shown})
