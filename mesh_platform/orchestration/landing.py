"""The op that lands a domain's change files; the same code as `mesh land`."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import dagster as dg

from mesh_platform import names
from mesh_platform.environment import Environment, Target
from mesh_platform.landing.land import LandingReport, land
from mesh_platform.manifest.mesh import Domain, Mesh
from mesh_platform.orchestration.keys import landed_key
from mesh_platform.orchestration.landed_checks import judged, judged_now, landing_check_specs
from mesh_platform.orchestration.specs import landed_specs
from mesh_platform.warehouse.protocol import Warehouse, open_warehouse
from mesh_platform.warehouse.sql import relation

FILES_A_RUN: Final = 5_000
"""What one tick of the sensor asks for, the oldest first; a person's click lands all there is."""


def pool(environment: Environment) -> str | None:
    """Every op that opens the embedded warehouse waits for its turn; a served warehouse needs no turns."""
    return names.WAREHOUSE_POOL if environment.target is Target.DUCKDB else None


def landing_assets(mesh: Mesh, environment: Environment, domain: Domain) -> dg.AssetsDefinition | None:
    """One step that lands all source tables of a domain; None where it captures none."""
    specs = landed_specs(domain, environment)
    if not specs:
        return None

    @dg.multi_asset(
        name=f"{domain.name}_landing",
        specs=specs,
        check_specs=landing_check_specs(domain),
        can_subset=True,
        pool=pool(environment),
    )
    def land_files(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        chosen = _chosen(domain, context.selected_asset_keys)
        asked = _chosen(domain, {key.asset_key for key in context.selected_asset_check_keys})
        if not chosen:
            yield from judged_now(context, mesh, environment, domain, asked)
            return
        with open_warehouse(environment) as warehouse:
            report = land(
                mesh,
                environment,
                warehouse,
                datetime.now(UTC),
                domain=domain.name,
                tables=sorted(chosen),
                run_id=context.run_id,
                limit=FILES_A_RUN if names.TAG_LANDING in context.run.tags else None,
            )
            counts = {t: _row_count(warehouse, domain.name, t.rsplit(".", 1)[-1]) for t in chosen}
            checks = list(judged(mesh, warehouse, domain, asked, report.unreachable))
        for zone, reason in report.unreachable.items():
            context.log.warning(f"`{zone}` was not landed: {reason}")
        yield from _results(domain, chosen, report, counts)
        yield from checks

    return land_files


def _chosen(domain: Domain, keys: Collection[dg.AssetKey]) -> set[str]:
    """The source tables of these landed assets."""
    return {table.name for _, table in domain.source_tables if landed_key(domain.name, table.table) in keys}


def _row_count(warehouse: Warehouse, domain: str, table: str) -> int | None:
    """Rows of the source table as of now; None where it has never been made, since it cannot be landed."""
    schema = names.cdc_schema(domain)
    if not warehouse.columns(schema, table):
        return None
    return int(warehouse.query(f"select count(*) from {relation(schema, table)} where not _cdc_deleted")[0][0])


def _results(
    domain: Domain, chosen: set[str], report: LandingReport, counts: dict[str, int | None]
) -> Iterator[dg.MaterializeResult[Any]]:
    for system, table in domain.source_tables:
        if table.name in chosen:
            rows = report.as_json()["tables"].get(f"{system.name}.{table.name}", {})
            count = counts[table.name]
            yield dg.MaterializeResult(
                asset_key=landed_key(domain.name, table.table),
                metadata={
                    **({} if count is None else {"dagster/row_count": count}),
                    **{f"rows {outcome}": float(n) for outcome, n in rows.items()},
                },
            )
