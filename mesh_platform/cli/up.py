"""`mesh up`: the mesh, live, in the Dagster UI, until Ctrl-C."""

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic, time
from typing import Final

import click
from rich.console import Console

from mesh_platform import names
from mesh_platform.cli import whole as mesh_run
from mesh_platform.cli.demo import DAYS, SEED, close, run_once
from mesh_platform.cli.fill import fill, is_empty
from mesh_platform.cli.interrupt import interruptible
from mesh_platform.cli.progress import console_of, progress
from mesh_platform.cli.source import RealSource, opened, source_option
from mesh_platform.cli.whole import Whole
from mesh_platform.demo.state import state_file
from mesh_platform.environment import Environment, Target, read_environment
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.serving import commands
from mesh_platform.serving.family import Family, family
from mesh_platform.serving.live import Died, Running, Ui, socket_file, start, start_ui, supervise
from mesh_platform.serving.lock import sole
from mesh_platform.serving.news import Runs
from mesh_platform.serving.port import require_free
from mesh_platform.warehouse.protocol import require_adapter

PORT: Final = 3000
HOST: Final = "127.0.0.1"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True, help="Where the UI listens.")
@click.option("--host", default=HOST, show_default=True, help="The address it listens at; the UI has no login.")
@click.option("--no-shop", is_flag=True, help="Leave the demo shop closed.")
@source_option
def up(port: int, host: str, no_shop: bool, source: str) -> None:
    """Serve the mesh in the Dagster UI; an empty mesh is filled with demo data and run once first.

    Edited manifests and models show by themselves. Ctrl-C stops every process it started; what they wrote is kept.
    """
    environment = read_environment(os.environ)
    require_adapter(environment)
    require_free(host, port)
    console = console_of()
    os.environ.setdefault(names.ENV_UI_URL, f"http://{host}:{port}")  # links in notifications lead to this very UI
    with sole(environment.home, "mesh up"), interruptible():
        sys.exit(_up(environment, console, host, port, no_shop, source))


def _up(environment: Environment, console: Console, host: str, port: int, no_shop: bool, source: str) -> int:
    stage = "starting"
    try:
        with (
            opened(source, environment, gather(environment.root), datetime.now(UTC), DAYS, SEED) as real,
            family() as members,
            socket_file() as socket,
        ):
            _first_run_or_ready(environment, console, real)
            console.print("starting the UI", soft_wrap=True)
            ui, running = start_ui(members, environment, socket, host, port)
            running += _companions(members, environment, ui, no_shop, real)
            _welcome(console, environment, ui, gather(environment.root), trading=len(running) > 4)
            running += real.source.running if real else []
            stage = "live"
            _watch_over(console, ui, running)
    except Died as problem:
        _report(console, problem)
        return 1
    except KeyboardInterrupt:
        with suppress(OSError):  # the terminal may be gone
            console.print("stopped; `mesh up` goes on from here")
        return 0 if stage == "live" else 130
    return 0


def _watch_over(console: Console, ui: Ui, running: list[Running]) -> None:
    try:
        supervise(running, Runs(ui.url, time()), lambda text: _tell(console, text))
    except KeyboardInterrupt:
        with suppress(OSError):
            console.print("\nstopping ...")
        raise


def _tell(console: Console, text: str) -> None:
    console.print(f"  {datetime.now():%H:%M:%S}  {text}", markup=False, soft_wrap=True)


def _first_run_or_ready(environment: Environment, console: Console, real: RealSource | None) -> None:
    """An empty mesh is filled and run; any other is prepared, and its sensors do the rest."""
    mesh, began = gather(environment.root), monotonic()
    if real:
        console.print(real.filling.sentence, markup=False, soft_wrap=True)
    elif is_empty(environment):
        console.print(fill(environment, mesh, datetime.now(UTC), DAYS, SEED).sentence, markup=False, soft_wrap=True)
    if environment.target is Target.DUCKDB and not environment.warehouse_file.exists():
        outcome = run_once(environment, mesh, console)
        close(console, environment, outcome, monotonic() - began)
        return
    outcome = Whole()
    with family() as members, progress(console) as show:
        mesh_run.check(mesh, environment, outcome, show)
        mesh_run.ready(members, mesh, environment, outcome, show)
    for problem in outcome.problems:
        console.print(problem, style="red", markup=False, soft_wrap=True)


def _companions(
    members: Family, environment: Environment, ui: Ui, no_shop: bool, real: RealSource | None
) -> list[Running]:
    """What lives beside the UI: the watcher of the mesh's files, and the shop where the demo opened one."""
    beside = [start(members, commands.watcher(environment, ui.url))]
    if not no_shop and (real or state_file(environment.home).is_file()):
        beside.append(start(members, commands.shop(environment, real=bool(real))))
    return beside


def _welcome(console: Console, environment: Environment, ui: Ui, mesh: Mesh, trading: bool) -> None:
    console.print(f"\n[bold]The mesh is live at {ui.url}[/bold]\n")
    for location in ui.locations:
        if not location.loaded:
            console.print(
                f"  the mesh could not be loaded: {location.problem}", style="red", markup=False, soft_wrap=True
            )
    console.print(f"  the graph   {ui.url}/asset-groups", soft_wrap=True)
    for product in list(mesh.products)[:5]:
        console.print(f"  {product}   {ui.url}/assets/{product.replace('.', '/')}", soft_wrap=True)
    console.print(f"  the files   {environment.landing}: a file that is dropped there lands by itself", soft_wrap=True)
    if trading:
        console.print(
            "  the shop    trades on, `--no-shop` keeps it closed: its changes arrive within seconds", soft_wrap=True
        )
    console.print(f"  the logs    {environment.home / 'logs'}", soft_wrap=True)
    console.print("\nCtrl-C stops it all. What happens:\n")


def _report(console: Console, problem: Died) -> None:
    with suppress(OSError):
        console.print(f"{problem}; everything is stopped", style="red", markup=False, soft_wrap=True)
        for line in problem.last:
            console.print(f"  | {line}", markup=False, soft_wrap=True)
        if problem.log:
            console.print(f"  all of it: {problem.log}", markup=False, soft_wrap=True)
