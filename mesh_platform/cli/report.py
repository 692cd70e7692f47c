"""`mesh report`: the page of promises, budgets and incidents, written to a file."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from mesh_platform.environment import Environment, read_environment
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.monitor.links import ui_of
from mesh_platform.reporting.file import report_file, write
from mesh_platform.reporting.gather import report as told
from mesh_platform.reporting.page import page
from mesh_platform.reporting.report import Report
from mesh_platform.warehouse.protocol import WarehouseUnavailable, open_warehouse


@click.command()
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write. Default: reports/slo.html in MESH_HOME.",
)
def report(output: Path | None) -> int:
    """Write one HTML page: what is broken now and by whom, every promise, budget and incident of the window.

    It needs nothing besides itself, so it can be mailed or kept. Exit code 1 when a promise is broken.
    """
    environment = read_environment(os.environ)
    found = _report(gather(environment.root), environment, datetime.now(UTC))
    path = output or report_file(environment)
    try:
        write(page(found), path)
    except OSError as problem:
        raise click.UsageError(f"cannot write `{path}`: {problem.strerror or problem}") from problem
    click.echo(f"{found.headline}\n{path}")
    return 1 if found.broken else 0


def _report(mesh: Mesh, environment: Environment, now: datetime) -> Report:
    ui = ui_of(os.environ)
    try:
        with open_warehouse(environment, read_only=True) as warehouse:
            return told(mesh, warehouse, now, ui)
    except WarehouseUnavailable as problem:
        return told(mesh, None, now, ui, why=str(problem))
