"""`mesh status`: one row a product, the worst first."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import click

from mesh_platform.cli.format_option import format_option
from mesh_platform.cli.progress import console_of
from mesh_platform.cli.selection import NO_PRODUCT, NONE_NAMED, products_named
from mesh_platform.cli.status_table import in_a_table, in_lines, reasons
from mesh_platform.environment import Environment, read_environment
from mesh_platform.incidents.incident import Incident
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.reporting.standing import Standing, headline, open_of, standings
from mesh_platform.slo.measurement import Measurement
from mesh_platform.warehouse.protocol import WarehouseUnavailable, open_warehouse

_ANY_WIDTH: Final = 1_000
"""Asked with less, a table says that it fits, and cuts words."""


@click.command()
@click.argument("names", nargs=-1, metavar="[PRODUCT|DOMAIN ...]")
@format_option()
def status(names: Sequence[str], shape: str) -> int:
    """How every product stands now: its promises, what is left of its budget, and who is on what is broken.

    The worst come first. `budget` is the share of the error budget that is left, of the promise that has the least.
    Exit code 1 when a promise is broken; what cannot be judged is no failure.
    """
    environment = read_environment(os.environ)
    mesh, now = gather(environment.root), datetime.now(UTC)
    found = _standings(mesh, environment, products_named(mesh, names), now)
    if shape == "json":
        click.echo(json.dumps(_as_json(found, now), indent=2))
    elif not found:
        click.echo(NONE_NAMED if names else NO_PRODUCT)
    else:
        _print(found, now)
    return 1 if any(s.broken for s in found) else 0


def _standings(mesh: Mesh, environment: Environment, chosen: frozenset[str] | None, now: datetime) -> list[Standing]:
    """Nothing is written: who asks must never be in the way of the monitor for longer than the asking."""
    if not mesh.known_products:
        return []
    try:
        with open_warehouse(environment, read_only=True) as warehouse:
            return standings(mesh, warehouse, now, chosen)
    except WarehouseUnavailable as problem:
        return standings(mesh, None, now, chosen, why=str(problem))


def _print(found: Sequence[Standing], now: datetime) -> None:
    console = console_of()
    console.print(headline(found, len(open_of(found))), style="bold", markup=False)
    console.print()
    table = in_a_table(found, now)
    if console.measure(table, options=console.options.update(width=_ANY_WIDTH)).maximum <= console.width:
        console.print(table)
    else:
        for line in in_lines(found, now):
            console.print(line)
    for line in reasons(found):
        console.print(line)


def _as_json(found: Sequence[Standing], now: datetime) -> dict[str, object]:
    incidents = open_of(found)
    return {
        "at": now.isoformat(),
        "sentence": headline(found, len(incidents)),
        "broken": sum(s.broken for s in found),
        "open_incidents": len(incidents),
        "products": [_row(s) for s in found],
    }


def _row(standing: Standing) -> dict[str, object]:
    status = standing.status
    return {
        "product": standing.product,
        "verdict": status.worst,
        "readable": not standing.unreadable,
        "budget_remaining": status.budget_left,
        "promises": {sli: _promise(m) for sli, m in status.measurements.items()},
        "incidents": [_incident(i) for i in standing.incidents],
        "rows": status.rows,
        "published_at": status.published_at.isoformat() if status.published_at else None,
    }


def _promise(m: Measurement) -> dict[str, object]:
    told = ("verdict", "value", "target", "budget_remaining", "reason")
    return {name: getattr(m, name) for name in told}


def _incident(incident: Incident) -> dict[str, object]:
    told = ("id", "severity", "cause", "acknowledged_by")
    return {**{name: getattr(incident, name) for name in told}, "opened_at": incident.opened_at.isoformat()}
