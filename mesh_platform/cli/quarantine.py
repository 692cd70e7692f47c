"""`mesh quarantine`: what could not be used, and what a person has decided about it."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime

import click

from mesh_platform.cli.format_option import format_option
from mesh_platform.cli.held import as_json, as_text, counted
from mesh_platform.cli.lists_by_itself import ListsByItself
from mesh_platform.cli.sources import require_known, spelled
from mesh_platform.cli.warehouse_if_any import warehouse_if_any
from mesh_platform.environment import Environment, read_environment
from mesh_platform.landing.records.decision import dismiss, reopen
from mesh_platform.landing.records.item import Chosen, Count, groups, paths, sources
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.plain_text import one_line, printable
from mesh_platform.warehouse.protocol import Warehouse


@click.group(cls=ListsByItself)
def quarantine() -> None:
    """Show the change records and files that could not be used, or decide about them.

    Nothing in it is ever deleted. Without a command it lists what is open; `mesh quarantine list --help` says how.
    """


@quarantine.command("list")
@click.option("--system", metavar="S", help="Only this source system.")
@click.option("--table", metavar="T", help="Only this source table.")
@click.option("--records", is_flag=True, help="Every record with its beginning; they may hold personal data.")
@click.option("--dismissed", is_flag=True, help="What was dismissed, when and why, instead of what is open.")
@format_option(explained=True)
def list_held(system: str | None, table: str | None, records: bool, dismissed: bool, shape: str) -> int:
    """Show what is open, by table and reason, and what to do.

    What a person has dismissed no longer counts in the check `landing`. Exit code 1 while something is open.
    """
    environment = read_environment(os.environ)
    with warehouse_if_any(environment, read_only=True) as warehouse:
        chosen = Chosen(*_named(environment, warehouse, system, table), dismissed)
        found = groups(warehouse, chosen)
        told = as_json(warehouse, chosen) if shape == "json" else as_text(warehouse, chosen, found, records=records)
        for line in told:
            click.echo(line)
    return 1 if found and not dismissed else 0


@quarantine.command("dismiss")
@click.argument("path")
@click.option("--because", required=True, metavar="WHY", help="A reason that somebody can read next year.")
@format_option(explained=True)
def dismiss_path(path: str, because: str, shape: str) -> int:
    """Nothing more is wanted of what the file at PATH left here: it is kept, with the reason, and counts no longer.

    Exit code 1 where nothing of it was open.
    """
    why = one_line(because)
    if not why:
        raise click.UsageError("`--because` needs a reason that somebody can read next year")
    return _decide(path, "dismissed", shape, lambda warehouse, known: dismiss(warehouse, known, why, datetime.now(UTC)))


@quarantine.command("reopen")
@click.argument("path")
@format_option(explained=True)
def reopen_path(path: str, shape: str) -> int:
    """Take back that what the file at PATH left here was dismissed, if no later file has taken its place.

    Exit code 1 where there was nothing to take back.
    """
    return _decide(path, "reopened", shape, reopen)


def _named(
    environment: Environment, warehouse: Warehouse | None, system: str | None, table: str | None
) -> tuple[str | None, str | None]:
    """They may be declared no longer, or never, as long as something of them is in quarantine."""
    if system is None and table is None:
        return None, None
    there = {*gather(environment.root).capturers, *sources(warehouse)}
    systems = [spelled(system, {s for s, _ in there})] if system is not None else []
    tables = [spelled(table, {t for _, t in there})] if table is not None else []
    require_known(there, systems, tables)
    return next(iter(systems), None), next(iter(tables), None)


def _decide(path: str, decided: str, shape: str, decide: Callable[[Warehouse, str], Count]) -> int:
    """The exit code of a decision that is said to have been made."""
    environment, known, moved = read_environment(os.environ), printable(path), Count(0, 0)
    with warehouse_if_any(environment, read_only=False) as warehouse:
        if warehouse:
            known = spelled(path, paths(warehouse))
            moved = decide(warehouse, known)
    in_words = f"{counted(moved)} of `{printable(known)}` {decided}"
    click.echo(json.dumps({"path": known, decided: moved.items}) if shape == "json" else in_words)
    return 0 if moved.items else 1
