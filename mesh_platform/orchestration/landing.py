"""The op that lands a domain's change files; the same code as `mesh land`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from mesh_platform import names
from mesh_platform.environment import Environment, Target
from mesh_platform.landing.land import LandingReport, land
from mesh_platform.manifest.mesh import Domain, Mesh
from mesh_platform.orchestration.keys import landed_key
from mesh_platform.orchestration.specs import landed_specs
from mesh_platform.warehouse.protocol import Warehouse, open_warehouse
from mesh_platform.warehouse.sql import relation


def pool(environment: Environment) -> str | None:
    """Every op that opens the embedded warehouse waits for its turn; a served warehouse needs no turns."""
    return names.WAREHOUSE_POOL if environment.target is Target.DUCKDB else None


def landing_assets(mesh: Mesh, environment: Environment, domain: Domain) -> dg.AssetsDefinition | None:
    """One step that lands all source tables of a domain; None where it captures none."""
    specs = landed_specs(domain, environment)
    if not specs:
        return None

    @dg.multi_asset(name=f"{domain.name}_landing", specs=specs, can_subset=True, pool=pool(environment))
    def land_files(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        chosen = {
            table.name
            for _, table in domain.source_tables
            if landed_key(domain.name, table.table) in context.selected_asset_keys
        }
        with open_warehouse(environment) as warehouse:
            report = land(
                mesh,
                environment,
                warehouse,
                datetime.now(UTC),
                domain=domain.name,
                tables=sorted(chosen),
                run_id=context.run_id,
            )
            counts = {t: _row_count(warehouse, domain.name, t.rsplit(".", 1)[-1]) for t in chosen}
        for zone in report.unreachable:
            context.log.warning(f"skipped an unreachable landing zone: {zone}")
        yield from _results(domain, chosen, report, counts)

    return land_files


def _row_count(warehouse: Warehouse, domain: str, table: str) -> int:
    """Rows of the source table as of now."""
    landed = relation(names.cdc_schema(domain), table)
    return int(warehouse.query(f"select count(*) from {landed} where not _cdc_deleted")[0][0])


def _results(
    domain: Domain, chosen: set[str], report: LandingReport, counts: dict[str, int]
) -> Iterator[dg.MaterializeResult[Any]]:
    for system, table in domain.source_tables:
        if table.name in chosen:
            rows = report.as_json()["tables"].get(f"{system.name}.{table.name}", {})
            yield dg.MaterializeResult(
                asset_key=landed_key(domain.name, table.table),
                metadata={
                    "dagster/row_count": counts[table.name],
                    **{f"rows {outcome}": float(n) for outcome, n in rows.items()},
                },
            )
