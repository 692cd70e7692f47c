"""The SLO report as an asset: one page, written anew when an incident changes, every hour, and by its button."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import dagster as dg

from mesh_platform.environment import Environment, EnvironmentProblem
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.monitor.links import ui_of
from mesh_platform.monitor.tick import Tick
from mesh_platform.orchestration.findings_table import escaped
from mesh_platform.orchestration.landing import pool
from mesh_platform.reporting import words
from mesh_platform.reporting.file import report_file, write
from mesh_platform.reporting.gather import report
from mesh_platform.reporting.page import page
from mesh_platform.reporting.report import ProductReport, Report
from mesh_platform.slo.measure import measure_and_keep
from mesh_platform.slo.measurement import Verdict
from mesh_platform.slo.status import Evaluator
from mesh_platform.warehouse.protocol import Warehouse, WarehouseBusy, WarehouseUnavailable, open_warehouse

KEY: Final = dg.AssetKey("slo_report")
HOURLY: Final = "5 * * * *"
_MOST: Final = 50
_LAST: Final = {"dagster/priority": "-100"}
"""In a run of the whole mesh it tells of what the run came to."""


class ReportFailed(Exception):
    """The page cannot be written where it belongs."""


def slo_report(mesh: Mesh, environment: Environment) -> dg.AssetsDefinition | None:
    """None where there is nothing to report on."""
    if not mesh.known_products:
        return None

    @dg.asset(
        key=KEY,
        group_name="slo",
        pool=pool(environment),
        op_tags=_LAST,
        description="What is broken now and by whom; every promise, error budget and incident of the window, a domain"
        " and a product at a time, as one page. The newest materialization says where it lies and shows its summary."
        "\n\n`mesh report` writes the same page, `mesh status` says it on a terminal.",
    )
    def write_report() -> dg.MaterializeResult[Any]:
        try:
            with open_warehouse(environment) as warehouse:
                return dg.MaterializeResult(
                    metadata=_written(mesh, environment, warehouse, datetime.now(UTC), measure_and_keep)
                )
        except (WarehouseBusy, WarehouseUnavailable, EnvironmentProblem, ReportFailed) as problem:
            raise dg.Failure(f"{problem}; the page stays as it was") from problem

    return write_report


def renewed(mesh: Mesh, environment: Environment, found: Tick) -> dg.AssetMaterialization:
    """The page as of a tick, written without a run and with no promise judged again.

    Raises WarehouseBusy, WarehouseUnavailable, ReportFailed.
    """
    with open_warehouse(environment, read_only=True) as warehouse:
        told = _written(mesh, environment, warehouse, found.at, lambda *_: list(found.measurements))
    return dg.AssetMaterialization(KEY, metadata=told)


def _written(
    mesh: Mesh, environment: Environment, warehouse: Warehouse, now: datetime, evaluator: Evaluator
) -> dict[str, Any]:
    path, told = report_file(environment), report(mesh, warehouse, now, ui_of(os.environ), evaluator)
    try:
        write(page(told), path)
    except OSError as problem:
        raise ReportFailed(f"cannot write `{path}`: {problem.strerror or problem}") from problem
    return _told(told) | {"page": dg.MetadataValue.path(path)}


def report_schedule() -> dg.ScheduleDefinition:
    """Every hour, in UTC, when the refreshes of the full hour have had their turn."""
    return dg.ScheduleDefinition(
        name="slo_report_hourly",
        target=dg.AssetSelection.assets(KEY),
        cron_schedule=HOURLY,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Writes the SLO report.",
    )


def _told(found: Report) -> dict[str, Any]:
    """Numbers that the UI plots, and what on-call reads without opening the page."""
    return {
        "summary": dg.MetadataValue.md(_summary(found)),
        "products": float(len(found.products)),
        "broken products": float(sum(p.standing.broken for p in found.products)),
        "open incidents": float(len(found.open)),
        f"incidents of {found.window_days} days": float(len(found.open) + len(found.past)),
    }


def _summary(found: Report) -> str:
    """What is wrong first, then each domain."""
    return "\n\n".join([f"**{escaped(found.headline)}**", *_troubles(found), _domains(found)])


def _troubles(found: Report) -> Iterable[str]:
    rows = [p for p in found.products if p.standing.troubled]
    if rows:
        told = [_row(p) for p in rows[:_MOST]]
        yield "\n".join(["| product | what | budget | whom to call, who is on it |", "|---|---|---|---|", *told])
    if len(rows) > _MOST:
        yield f"{len(rows) - _MOST} more: `mesh status` lists them all."


def _row(product: ProductReport) -> str:
    standing, who = product.standing, product.people
    wrong = [m for m in standing.status.measurements.values() if m.verdict in (Verdict.ERROR, Verdict.WARN)]
    what = ", ".join(f"{m.sli} {words.verdict_of(m)}" for m in wrong)
    left = standing.status.budget_left
    taken = [f"{i.severity} {i.id[:8]}, {i.acknowledged_by or 'nobody'} is on it" for i in standing.incidents]
    cells = (
        what or ("its manifest cannot be read" if standing.unreadable else "recovering"),
        "" if left is None else words.budget(left),
        "; ".join([f"{who.oncall} {who.channel}", *taken]),
    )
    page = f"/assets/{standing.product.replace('.', '/', 1)}"
    return f"| [{escaped(standing.product)}]({page}) | {' | '.join(map(escaped, cells))} |"


def _domains(found: Report) -> str:
    rows = []
    for domain in found.domains:
        kept = domain.kept()
        shares = [domain.attained(sli) for sli in ("latency", "completeness")]
        told = [words.percent(100 * s.good / s.total) if s.total else "" for s in shares]
        rows.append(f"| {escaped(domain.name)} | {kept.good} of {kept.total} | {' | '.join(told)} |")
    return "\n".join(["| domain | promises kept | latency | completeness |", "|---|---|---|---|", *rows])
