"""What the platform's checks say of products as they are published: reported by the step, never planned in its run.

The UI shows no verdict that is older than the materialisation, and a planned check of a run that fails says nothing.
"""

from collections.abc import Iterable, Iterator, Sequence

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData as Target,
)
from dagster._core.storage.asset_check_execution_record import (
    COMPLETED_ASSET_CHECK_EXECUTION_RECORD_STATUSES as JUDGED,
)
from dagster_shared.record import copy

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.orchestration.checks import judged_now
from mesh_platform.orchestration.governance import findings_now, governance_result
from mesh_platform.orchestration.governance_sensor import evaluation
from mesh_platform.orchestration.keys import product_id, product_key
from mesh_platform.slo.measure import PROMISES
from mesh_platform.warehouse.protocol import WarehouseBusy


def judge_published(
    context: dg.AssetExecutionContext, mesh: Mesh, environment: Environment, products: Sequence[Product]
) -> None:
    """Report the checks of products that were published just now, but for those that this run judges itself.

    Whatever goes wrong here costs no publication: the monitor reports the product again.
    """
    keys = [dg.AssetCheckKey(product_key(p.id), check) for p in products for check in names.CHECKS]
    try:
        wanted = _not_of_this_run(context, keys)
        targets = _materializations(context.instance, products)
        for told in _evaluations(context.instance, mesh, environment, products, wanted):
            context.instance.report_runless_asset_event(_of(told, targets.get(told.asset_key)))
    except WarehouseBusy as busy:
        context.log.warning(f"{busy}; nothing was judged, the monitor does it")
    except Exception as problem:  # noqa: BLE001  the products are published, whatever became of their checks
        context.log.warning(f"the checks could not be reported, the monitor does it: {problem}")


def _not_of_this_run(context: dg.AssetExecutionContext, keys: Sequence[dg.AssetCheckKey]) -> set[dg.AssetCheckKey]:
    latest = context.instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    return {key for key in keys if key not in latest or latest[key].run_id != context.run_id}


def _evaluations(
    instance: dg.DagsterInstance,
    mesh: Mesh,
    environment: Environment,
    products: Sequence[Product],
    wanted: set[dg.AssetCheckKey],
) -> Iterator[dg.AssetCheckEvaluation]:
    """Governance first: it needs no warehouse, so a busy one does not cost it."""
    yield from _governance(instance, environment, sorted(k for k in wanted if k.name == "governance"))
    slis = [sli for sli in PROMISES if any(k.name == sli for k in wanted)]
    if not slis:
        return
    told = map(evaluation, judged_now(mesh, environment, products, slis))
    yield from (e for e in told if e.asset_check_key in wanted)


def _governance(
    instance: dg.DagsterInstance, environment: Environment, keys: Iterable[dg.AssetCheckKey]
) -> Iterator[dg.AssetCheckEvaluation]:
    """The verdict that stands, for its sensor reports every change of it; the files are read for the first one only."""
    first = []
    for key in keys:
        last = instance.event_log_storage.get_asset_check_execution_history(key, limit=1, status=JUDGED)
        if last and (told := last[0].evaluation):
            yield told
        else:
            first.append(key)
    if first:
        mesh, findings = findings_now(environment)
        for key in first:
            yield evaluation(governance_result(product_id(key.asset_key), findings, mesh.policy.links))


def _materializations(instance: dg.DagsterInstance, products: Iterable[Product]) -> dict[dg.AssetKey, Target]:
    """Of each product its last one, as a check names it."""
    records = [r.asset_entry for r in instance.get_asset_records([product_key(p.id) for p in products])]
    return {
        entry.asset_key: Target(storage_id=last.storage_id, run_id=last.run_id, timestamp=last.timestamp)
        for entry in records
        if (last := entry.last_materialization_record)
    }


def _of(told: dg.AssetCheckEvaluation, target: Target | None) -> dg.AssetCheckEvaluation:
    """The verdict of this very materialisation: Dagster compares times by the second, and these two are of one."""
    return copy(told, target_materialization_data=target)
