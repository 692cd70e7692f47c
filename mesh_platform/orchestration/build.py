"""The mesh as one set of Dagster definitions."""

import warnings
from collections.abc import Iterator

import dagster as dg

from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.orchestration.checks import measured_checks
from mesh_platform.orchestration.governance import governance_checks, governance_job
from mesh_platform.orchestration.governance_sensor import governance_sensor
from mesh_platform.orchestration.keys import product_id
from mesh_platform.orchestration.landing import landing_assets
from mesh_platform.orchestration.monitor import monitor
from mesh_platform.orchestration.refresh import refresh_assets
from mesh_platform.orchestration.report import report_schedule, slo_report
from mesh_platform.orchestration.schedules import check_job, schedules
from mesh_platform.orchestration.sensors import automation_sensor, landing_sensor
from mesh_platform.orchestration.specs import unprepared
from mesh_platform.orchestration.trend import council_spec
from mesh_platform.slo.measure import PROMISES
from mesh_platform.transformation.prepare import prepared


def build(mesh: Mesh, environment: Environment) -> dg.Definitions:
    """Assets, checks, sensors, schedules and jobs of everything in the mesh; nothing is parsed or opened here."""
    warnings.filterwarnings("ignore", category=dg.BetaWarning)  # code references and owners are what the UI is for
    landings = {d: a for d, domain in mesh.domains.items() if (a := landing_assets(mesh, environment, domain))}
    refreshes = {d: a for d in _product_domains(mesh) if (a := _refresh(mesh, environment, d))}
    built = frozenset(key for a in refreshes.values() for key in a.keys)
    checks = [c for sli in PROMISES if (c := measured_checks(mesh, environment, sli))]
    governance = governance_checks(mesh, environment)
    council = [council_spec(environment)] if governance else []
    report = slo_report(mesh, environment)
    slo_job, governance_run = check_job(mesh), governance_job(environment)
    return dg.Definitions(
        assets=[
            *landings.values(),
            *refreshes.values(),
            *unprepared(mesh, environment, built),
            *council,
            *([report] if report else []),
        ],
        asset_checks=[*checks, *([governance] if governance else [])],
        jobs=[governance_run, *([slo_job] if slo_job else [])],
        schedules=[*schedules(mesh, governance_run, built), *([report_schedule()] if report else [])],
        sensors=[
            *_landing_sensors(mesh, environment, landings, refreshes),
            automation_sensor(),
            *([governance_sensor(mesh, environment)] if governance else []),
            *([monitor(mesh, environment, slo_job)] if slo_job and mesh.products else []),
        ],
        executor=dg.in_process_executor,
    )


def _product_domains(mesh: Mesh) -> list[str]:
    return sorted({p.domain for p in mesh.products.values()} | set(mesh.domains))


def _refresh(mesh: Mesh, environment: Environment, domain: str) -> dg.AssetsDefinition | None:
    """The domain's dbt step, from artifacts that were prepared before; a broken one costs only this domain its step."""
    ready = prepared(environment, domain)
    if ready is None:
        return None
    try:
        return refresh_assets(mesh, environment, ready)
    except Exception as problem:  # noqa: BLE001  one domain's artifacts may be anything; the others must load
        dg.get_dagster_logger().warning(
            f"the dbt artifacts of `{domain}` cannot be used: {problem}; run `mesh prepare {domain}`"
        )
        return None


def _landing_sensors(
    mesh: Mesh,
    environment: Environment,
    landings: dict[str, dg.AssetsDefinition],
    refreshes: dict[str, dg.AssetsDefinition],
) -> Iterator[dg.SensorDefinition]:
    for name in sorted(mesh.domains):
        landing, refresh = landings.get(name), refreshes.get(name)
        keys = sorted([*(landing.keys if landing else ()), *(refresh.keys if refresh else ())])
        built = frozenset(product_id(k) for k in refresh.keys if len(k.path) == 2) if refresh else frozenset[str]()
        if not landing and not any(mesh.products[p].manifest.product_inputs for p in built & mesh.products.keys()):
            continue
        checks = sorted([*(landing.check_keys if landing else ()), *(refresh.check_keys if refresh else ())])
        yield landing_sensor(mesh, environment, mesh.domains[name], keys, built, checks)
