"""`mesh demo`: the whole mesh once, on demo data where there is no other, without a UI."""

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final, NoReturn

import click
from rich.console import Console

from mesh_platform.cli import whole as mesh_run
from mesh_platform.cli.closing import as_json, table
from mesh_platform.cli.fill import Filling, fill, fill_from_csv
from mesh_platform.cli.format_option import format_option
from mesh_platform.cli.interrupt import interruptible
from mesh_platform.cli.progress import console_of, progress
from mesh_platform.cli.selection import NO_PRODUCT
from mesh_platform.cli.source import SHOP, Judged, opened, source_option
from mesh_platform.cli.whole import Whole
from mesh_platform.demo.retail import Unreadable
from mesh_platform.environment import Environment, read_environment
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.serving.commands import log_file
from mesh_platform.serving.family import family
from mesh_platform.serving.lock import sole
from mesh_platform.serving.step import RunEnded
from mesh_platform.warehouse.protocol import require_adapter

DAYS: Final = 14.0
SEED: Final = 20261123

_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command()
@click.option("--from-csv", "csv", type=_FILE, help="Replay invoices in the Online Retail format.")
@click.option("--days", type=click.FloatRange(0.05, 60), default=DAYS, show_default=True, help="History to invent.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Decides what is invented.")
@format_option()
@source_option
def demo(csv: Path | None, days: float, seed: int, shape: str, source: str) -> None:
    """Fill an empty landing zone, run every step of the mesh once, and say how each product stands.

    With `--source postgres` the shop trades in a real database that Debezium captures, and what is published is
    compared with that database, row for row.

    Exit code 1 when a step failed, a promise is broken or a manifest is wrong; 2 when another `mesh` is at work here.
    """
    environment, began = read_environment(os.environ), monotonic()
    require_adapter(environment)
    console = console_of(stderr=shape == "json")
    if csv and source != SHOP:
        raise click.UsageError("`--from-csv` replays files; it has no `--source`")
    with sole(environment.home, "mesh demo"), interruptible():
        mesh, now = gather(environment.root), datetime.now(UTC)
        try:
            with opened(source, environment, mesh, now, days, seed) as real:
                filling = real.filling if real else _fill(environment, mesh, csv, now, days, seed)
                if shape == "text":
                    _say(console, filling)
                outcome = run_once(environment, mesh, console if shape == "text" else None)
                judged = real.judge(environment, mesh, outcome) if real else None
        except Unreadable as problem:
            _refuse(problem, shape)
    seconds = round(monotonic() - began, 1)
    if shape == "json":
        click.echo(json.dumps(_json(filling, outcome, judged, seconds), indent=2))
    else:
        close(console, environment, outcome, seconds, judged.sentences if judged else ())
    sys.exit(0 if outcome.good else 1)


def run_once(environment: Environment, mesh: Mesh, console: Console | None) -> Whole:
    """Check, prepare, run and judge; shown on the console where there is one."""
    outcome = Whole()
    with family() as members, progress(console) as show:
        mesh_run.check(mesh, environment, outcome, show)
        mesh_run.ready(members, mesh, environment, outcome, show)
        mesh_run.run(members, environment, outcome, show)
    mesh_run.judge(mesh, environment, outcome)
    return outcome


def close(
    console: Console, environment: Environment, outcome: Whole, seconds: float, further: Sequence[str] = ()
) -> None:
    """The last words: what is wrong, how the products stand, what else there is to say, where more can be read."""
    for problem in outcome.problems:
        console.print(problem, style="red", markup=False, soft_wrap=True)
    ended = outcome.ended or RunEnded(False)
    for line in ended.log:
        console.print(f"  | {line}", markup=False, soft_wrap=True)
    if outcome.empty:
        console.print(NO_PRODUCT, markup=False, soft_wrap=True)
    if outcome.products:
        console.print()
        console.print(table(outcome.products))
        console.print()
    for line in further:
        console.print(line, markup=False, soft_wrap=True)
    how = "[green]The mesh ran[/green]" if ended.success else "[red]The mesh did not run to its end[/red]"
    console.print(f"{how} in {seconds:.0f} s; logs in {log_file(environment, 'run')}", soft_wrap=True)


def _fill(environment: Environment, mesh: Mesh, csv: Path | None, now: datetime, days: float, seed: int) -> Filling:
    return fill_from_csv(environment, mesh, csv, now) if csv else fill(environment, mesh, now, days, seed)


def _say(console: Console, filling: Filling) -> None:
    console.print(filling.sentence, markup=False, soft_wrap=True)
    for note in filling.notes:
        console.print(f"  {note}", markup=False, soft_wrap=True)


def _refuse(problem: Unreadable, shape: str) -> NoReturn:
    if shape == "json":
        click.echo(json.dumps({"status": "failure", "findings": [f.as_json() for f in problem.findings]}, indent=2))
    else:
        for finding in problem.findings:
            click.echo(str(finding), err=True)
    sys.exit(1)


def _json(filling: Filling, outcome: Whole, judged: Judged | None, seconds: float) -> dict[str, object]:
    return {
        "status": "success" if outcome.good else "failure",
        "run_id": outcome.ended.run_id if outcome.ended else None,
        "seconds": seconds,
        "landing": filling.as_json(),
        "steps": [s.as_json() for s in outcome.steps],
        "problems": outcome.problems,
        "products": [as_json(s) for s in outcome.products],
        **(judged.as_json() if judged else {}),
    }
