"""`mesh quarantine`: what could not be used, and what a person has decided about it."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

import click

from mesh_platform.environment import Environment, read_environment
from mesh_platform.landing.records.decision import dismiss, reopen
from mesh_platform.landing.records.quarantine import Item, items
from mesh_platform.landing.records.reason import named
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.warehouse.protocol import Warehouse, open_warehouse

_SHOWN = 3
"""Records of each reason that the text names, unless it is asked for all."""
_RAW = 300
"""Characters of a record that the text shows."""


class ListsByItself(click.Group):
    """A group whose `list` is what it does when it is given no command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        asks_nothing_else = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        return super().parse_args(ctx, ["list", *args] if asks_nothing_else else args)


_FORMAT = click.option(
    "--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to answer."
)


@click.group(cls=ListsByItself)
def quarantine() -> None:
    """Show the change records and files that could not be used, or decide about them.

    Nothing in it is ever deleted. Without a command it lists what is open; `mesh quarantine list --help` says how.
    """


@quarantine.command("list")
@click.option("--system", metavar="S", help="Only this source system.")
@click.option("--table", metavar="T", help="Only this source table.")
@click.option("--records", is_flag=True, help="Every record with its beginning; they may hold personal data.")
@_FORMAT
def list_open(system: str | None, table: str | None, records: bool, shape: str) -> int:
    """Show what is open, by table and reason, and what to do.

    What a person has dismissed is not shown and no longer counts in the check `landing`. Exit code 1 while something is
    open.
    """
    found = _open(read_environment(os.environ), system, table, raw=records or shape == "json")
    click.echo(_as_json(found) if shape == "json" else "\n".join(_as_text(found, records)))
    return 1 if found else 0


@quarantine.command("dismiss")
@click.argument("path")
@click.option("--because", required=True, metavar="WHY", help="A reason that somebody can read next year.")
@_FORMAT
def dismiss_path(path: str, because: str, shape: str) -> int:
    """Nothing more is wanted of what the file at PATH left here: it is kept, with the reason, and counts no longer.

    Exit code 1 where nothing of it was open.
    """
    if not because.strip():
        raise click.UsageError("`--because` needs a reason that somebody can read next year")
    return _decide(path, "dismissed", shape, lambda warehouse: dismiss(warehouse, path, because, datetime.now(UTC)))


@quarantine.command("reopen")
@click.argument("path")
@_FORMAT
def reopen_path(path: str, shape: str) -> int:
    """Take back that what the file at PATH left here was dismissed, if no later file has taken its place.

    Exit code 1 where there was nothing to take back.
    """
    return _decide(path, "reopened", shape, lambda warehouse: reopen(warehouse, path))


def _open(environment: Environment, system: str | None, table: str | None, *, raw: bool) -> Sequence[Item]:
    """Where nothing has landed yet, nothing was refused."""
    if not environment.warehouse_file.exists():
        return []
    with open_warehouse(environment, read_only=True) as warehouse:
        return items(warehouse, system, table, raw=raw)


def _decide(path: str, decided: str, shape: str, decide: Callable[[Warehouse], int]) -> int:
    """The exit code of a decision that is said to have been made."""
    environment, moved = read_environment(os.environ), 0
    if environment.warehouse_file.exists():
        with open_warehouse(environment) as warehouse:
            moved = decide(warehouse)
    click.echo(json.dumps({"path": path, decided: moved}) if shape == "json" else f"{_count(moved)} of `{path}` {decided}")
    return 0 if moved else 1


def _as_json(found: Sequence[Item]) -> str:
    told = [
        {
            "system": item.system,
            "table": item.source_table,
            "path": item.path,
            "generation": item.generation,
            "record": item.record,
            "kind": item.kind,
            "reason": item.reason,
            "quarantined_at": item.quarantined_at.isoformat(),
            "raw": _text(item),
        }
        for item in found
    ]
    return json.dumps({"quarantine": told}, indent=2)


def _as_text(found: Sequence[Item], records: bool) -> Iterator[str]:
    if not found:
        yield "nothing in quarantine"
    for (zone, kind), group in groupby(found, key=lambda i: (f"{i.system}.{i.source_table}", i.kind)):
        held = list(group)
        yield f"{zone}: {kind}, {_count(len(held))} since {min(i.quarantined_at for i in held):%Y-%m-%d %H:%M} UTC"
        for item in held if records else held[:_SHOWN]:
            yield f"  {item.path}{f' record {item.record}' if item.record else ' as a whole'}: {one_line(item.reason)}"
            if records and item.raw:
                yield f"    {one_line((_text(item) or '')[:_RAW])}"
        if not records and len(held) > _SHOWN:
            yield f"  and {len(held) - _SHOWN:,} more; `--records` shows all"
        yield f"  do: {named(kind).do}"


def _text(item: Item) -> str | None:
    return None if item.raw is None else item.raw.decode(errors="replace")


def _count(number: int) -> str:
    return f"{number:,} {'record' if number == 1 else 'records'}"
