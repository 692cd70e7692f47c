"""`mesh`: one table of commands, each imported only when it is asked for."""

import os
import sys
from collections.abc import Mapping
from typing import Final, NoReturn

import click

from mesh_platform.cli.commands import Commands
from mesh_platform.environment import EnvironmentProblem
from mesh_platform.warehouse.protocol import WarehouseBusy, WarehouseUnavailable

USAGE_EXIT: Final = 2
INTERRUPTED_EXIT: Final = 130

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "validate": ("mesh_platform.cli.validate:validate", "Check every manifest, schema and policy of the mesh."),
    "explain": ("mesh_platform.cli.explain:explain", "Say what a code or a promise means, and what to do."),
    "schema": ("mesh_platform.cli.schema:schema", "Compare schemas: what changed, and which version that takes."),
    "impact": (
        "mesh_platform.cli.impact:impact",
        "Say whom a change of a product's schema reaches, and what it breaks.",
    ),
    "prepare": ("mesh_platform.cli.prepare:prepare", "Renew the dbt artifacts whose sources changed."),
    "land": ("mesh_platform.cli.land:land", "Land the CDC files that have arrived, once."),
    "quarantine": ("mesh_platform.cli.quarantine:quarantine", "Show what could not be landed, or decide about it."),
    "status": ("mesh_platform.cli.status:status", "Show how every product stands, the worst first."),
    "report": ("mesh_platform.cli.report:report", "Write the page of promises, budgets and incidents."),
    "slo": ("mesh_platform.cli.slo:slo", "Measure the promises of the products."),
    "incidents": ("mesh_platform.cli.incidents:incidents", "Show what is wrong and who is on it."),
    "notifications": (
        "mesh_platform.cli.notifications:notifications",
        "Show what people could not be told, or tell them now.",
    ),
    "demo": ("mesh_platform.cli.demo:demo", "Run the whole mesh once on demo data."),
    "up": ("mesh_platform.cli.up:up", "Serve the mesh, live, in the Dagster UI."),
    "shop": ("mesh_platform.cli.shop:shop", "Trade in the demo shop: write change records to the landing zone."),
}
"""Name → (where the command is, its line in `mesh --help`), in the order of a day's work."""


@click.command(
    cls=Commands, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120}
)
@click.version_option(package_name="mesh-platform", prog_name="mesh", message="%(prog)s %(version)s")
def mesh() -> None:
    """A data mesh from manifests: validate it, land its sources, measure its promises, run it."""


def main() -> NoReturn:
    """Run the command line; whatever a user can cause ends in one sentence and an exit code."""
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_stdout()
        code = 0
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """The exit code of these arguments: 0 fine, 1 failures, 2 usage or environment, 130 interrupted."""
    try:
        result = mesh.main(args=arguments, prog_name="mesh", standalone_mode=False)
    except click.exceptions.Abort:
        return INTERRUPTED_EXIT
    except click.ClickException as problem:
        problem.show()
        return USAGE_EXIT
    except click.exceptions.Exit as end:
        return end.exit_code
    except (EnvironmentProblem, WarehouseBusy, WarehouseUnavailable) as problem:
        click.echo(f"mesh: {problem}", err=True)
        return USAGE_EXIT
    return result if isinstance(result, int) else 0


def _silence_stdout() -> None:
    """The reader has gone; what is still buffered would only raise again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
