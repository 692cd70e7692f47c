"""`mesh quarantine`: what could not be used, and what a person has decided about it."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

import click

from mesh_platform.environment import Environment, read_environment
from mesh_platform.landing.records.decision import dismiss, reopen
from mesh_platform.landing.records.quarantine import Item, items
from mesh_platform.landing.records.reason import named
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.warehouse.protocol import open_warehouse

_SHOWN = 3
"""Records of each reason that the text names, unless it is asked for all."""
_RAW = 300
"""Characters of a record that the text shows."""


@click.command()
@click.option("--system", metavar="S", help="Only this source system.")
@click.option("--table", metavar="T", help="Only this source table.")
@click.option("--records", is_flag=True, help="Every record with its beginning; they may hold personal data.")
@click.option("--dismiss", "dismissed", metavar="PATH", help="Nothing more is wanted of what this file left here.")
@click.option("--because", metavar="WHY", help="Why it is dismissed; kept with it.")
@click.option("--reopen", "reopened", metavar="PATH", help="Take back what was dismissed of this file.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
def quarantine(
    system: str | None,
    table: str | None,
    records: bool,
    dismissed: str | None,
    because: str | None,
    reopened: str | None,
    shape: str,
) -> int:
    """Show the change records and files that could not be used, or decide about them.

    Nothing in it is ever deleted. What a person has dismissed is not shown here and no longer counts in the check
    `landing`. Exit code 1 while something is open, or when there was nothing to decide about.
    """
    if (dismissed is None) != (because is None) or (dismissed is not None and reopened is not None):
        raise click.UsageError("`--dismiss PATH` goes with `--because WHY`, and not with `--reopen`")
    if because is not None and not because.strip():
        raise click.UsageError("`--because` needs a reason that somebody can read next year")
    environment = read_environment(os.environ)
    if dismissed is None and reopened is None:
        found = _open(environment, system, table, raw=records or shape == "json")
        click.echo(_as_json(found) if shape == "json" else "\n".join(_as_text(found, records)))
        return 1 if found else 0
    moved = _decide(environment, dismissed or reopened or "", because)
    click.echo(f"{_count(moved)} of `{dismissed or reopened}` {'dismissed' if because else 'open again'}")
    return 0 if moved else 1


def _open(environment: Environment, system: str | None, table: str | None, *, raw: bool) -> Sequence[Item]:
    """Where nothing has landed yet, nothing was refused."""
    if not environment.warehouse_file.exists():
        return []
    with open_warehouse(environment, read_only=True) as warehouse:
        return items(warehouse, system, table, raw=raw)


def _decide(environment: Environment, path: str, because: str | None) -> int:
    if not environment.warehouse_file.exists():
        return 0
    with open_warehouse(environment) as warehouse:
        return dismiss(warehouse, path, because, datetime.now(UTC)) if because else reopen(warehouse, path)


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
