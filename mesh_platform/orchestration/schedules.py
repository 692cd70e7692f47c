"""What the clock starts: the governance job, and the refreshes that manifests ask for."""

from collections import defaultdict

import dagster as dg

from mesh_platform import names
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.orchestration.checks import all_check_keys
from mesh_platform.orchestration.keys import product_key, tag_value

HOURLY = "0 * * * *"
_RUNNING = dg.DefaultScheduleStatus.RUNNING


def check_job(mesh: Mesh) -> dg.JobDefinition | None:
    """Judge every promise of every product, without refreshing anything."""
    keys = all_check_keys(mesh)
    if not keys:
        return None
    return dg.define_asset_job(  # type: ignore[return-value]
        "slo_checks",
        selection=dg.AssetSelection.checks(*keys),
        description="Judge every promise of every product, without refreshing anything.",
        executor_def=dg.in_process_executor,
    )


def schedules(mesh: Mesh, governance: dg.JobDefinition, built: frozenset[dg.AssetKey]) -> list[dg.ScheduleDefinition]:
    """All schedules of the mesh, running by default, in UTC."""
    found = [
        dg.ScheduleDefinition(
            name="governance_hourly",
            job=governance,
            cron_schedule=HOURLY,
            execution_timezone="UTC",
            default_status=_RUNNING,
        )
    ]
    return found + _refreshes(mesh, built)


def _refreshes(mesh: Mesh, built: frozenset[dg.AssetKey]) -> list[dg.ScheduleDefinition]:
    """One schedule a domain and cron; its runs carry dbt's tests, and not the checks that are judged without a run."""
    judged = dg.AssetSelection.checks(*all_check_keys(mesh))
    wanted: dict[tuple[str, str], list[dg.AssetKey]] = defaultdict(list)
    for product in mesh.products.values():
        if product.manifest.spec.refresh and product_key(product.id) in built:
            wanted[product.domain, product.manifest.spec.refresh.schedule].append(product_key(product.id))
    return [
        dg.ScheduleDefinition(
            name=f"{domain}_refresh_{_slug(cron)}",
            target=dg.AssetSelection.assets(*keys) - judged,
            cron_schedule=cron,
            execution_timezone="UTC",
            default_status=_RUNNING,
            tags={names.TAG_DOMAIN: tag_value(domain)},
            description=f"Refreshes {', '.join(k.to_user_string() for k in keys)} at `{cron}` UTC.",
        )
        for (domain, cron), keys in sorted(wanted.items())
    ]


def _slug(cron: str) -> str:
    """A cron expression as a name: `*/15 * * * *` → `every15_x_x_x_x`."""
    spelled = cron.replace("*/", "every").replace("*", "x").replace(",", "and").replace("-", "to").replace("/", "by")
    return "_".join(spelled.split())
