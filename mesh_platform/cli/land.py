"""`mesh land`: what has arrived, landed once, without an orchestrator."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from mesh_platform.cli.format_option import format_option
from mesh_platform.cli.sources import require_known
from mesh_platform.environment import EnvironmentProblem, read_environment
from mesh_platform.landing.land import land as land_files
from mesh_platform.landing.pending import beside
from mesh_platform.landing.records.report import LandingReport, Rows
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.plain_text import printable
from mesh_platform.warehouse.protocol import open_warehouse

_OUTCOMES = ("read", "applied", "duplicate", "skipped", "quarantined")


@click.command()
@click.option("--system", "systems", multiple=True, metavar="S", help="Only this source system; may be repeated.")
@click.option("--table", "tables", multiple=True, metavar="T", help="Only this source table; may be repeated.")
@click.option("--replay", is_flag=True, help="Then read again what is in quarantine, after a fix.")
@format_option()
def land(systems: Sequence[str], tables: Sequence[str], replay: bool, shape: str) -> int:
    """Land the change files that have arrived and are not in the ledger yet, once.

    Exit code 1 when something was quarantined or a zone could not be landed, 2 when the warehouse is taken.
    """
    environment = read_environment(os.environ)
    mesh = gather(environment.root)
    require_known(mesh.capturers, systems, tables)
    _make(environment.home)
    with open_warehouse(environment) as warehouse:
        report = land_files(
            mesh,
            environment,
            warehouse,
            datetime.now(UTC),
            systems=systems or None,
            tables=tables or None,
            replay=replay,
        )
    if shape == "json":
        click.echo(json.dumps(report.as_json(), indent=2))
    elif report.files:
        _print(report)
    else:
        landed = len(report.tables.keys() - report.unreachable.keys())
        zones = f"{landed} {'zone' if landed == 1 else 'zones'}"
        click.echo(f"nothing new in {zones}" + (", and nothing in quarantine" if replay else ""))
    for zone, reason in sorted(report.unreachable.items()):
        click.echo(f"mesh: `{printable(zone)}` was not landed: {reason}", err=True)
    if report.strangers:
        click.echo(f"mesh: {beside(report.strangers)}", err=True)
    return 1 if report.rows.quarantined or report.unreachable else 0


def _make(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise EnvironmentProblem(f"cannot make MESH_HOME `{home}`: {problem.strerror}") from problem


def _print(report: LandingReport) -> None:
    rows = [*((printable(zone), rows) for zone, rows in sorted(report.tables.items())), ("all", report.rows)]
    width = max(len(name) for name, _ in rows)
    click.echo(f"{report.files} {'file' if report.files == 1 else 'files'}")
    click.echo(" ".join([" " * width, *(f"{name:>11}" for name in _OUTCOMES)]))
    for name, counted in rows:
        click.echo(" ".join([f"{name:<{width}}", *_cells(counted)]))
    if report.rows.quarantined:
        click.echo(
            "`mesh quarantine` shows what was quarantined and what to do; `mesh land --replay` then reads it again;"
            " the files stay where they are"
        )


def _cells(rows: Rows) -> list[str]:
    return [f"{count:>11,}" for count in rows.as_json().values()]
