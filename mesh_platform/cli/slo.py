"""`mesh slo`: how the promises stand, now or at another moment."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import click

from mesh_platform.cli.colours import VERDICTS
from mesh_platform.cli.format_option import format_option
from mesh_platform.cli.selection import NO_PRODUCT, NONE_NAMED, products_named
from mesh_platform.environment import read_environment
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.slo.measure import SLIS, measure_environment
from mesh_platform.slo.measurement import Measurement, Verdict, said

_YEARS = range(1971, 9999)
"""No event was recorded before, and the calendar has room on both sides for any window."""


class _Moment(click.ParamType[datetime]):
    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"`{value}` is no ISO 8601 time; write `2026-11-23T14:05:00Z`", param, ctx)
        if moment.year not in _YEARS:
            self.fail(f"`{value}` is outside of the years `{_YEARS[0]}` to `{_YEARS[-1]}`", param, ctx)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command()
@click.argument("names", nargs=-1, metavar="[PRODUCT|DOMAIN ...]")
@click.option("--at", type=_Moment(), help="The moment to judge, ISO 8601; UTC where no zone is given. Default: now.")
@format_option()
def slo(names: Sequence[str], at: datetime | None, shape: str) -> None:
    """Freshness, latency, completeness and accuracy of PRODUCT, or of all in DOMAIN (default: all), measured now.

    Exit code 1 when a verdict is `error`; `unknown` is not an error.
    """
    environment = read_environment(os.environ)
    mesh = gather(environment.root)
    chosen = _chosen(mesh, names)
    now = datetime.now(UTC)
    if at and chosen and shape == "text":
        for sentence in _about(at, now):
            click.echo(sentence, err=True)
    found = measure_environment(mesh, environment, chosen, SLIS, at or now)
    found.sort(key=lambda m: (m.product, SLIS.index(m.sli)))
    if shape == "json":
        click.echo(json.dumps({"measurements": [m.as_json() for m in found]}, indent=2))
    elif not found:
        click.echo(NONE_NAMED if names else NO_PRODUCT)
    else:
        _print(found)
    sys.exit(1 if any(m.verdict is Verdict.ERROR for m in found) else 0)


def _chosen(mesh: Mesh, given: Sequence[str]) -> list[Product]:
    """Those of a domain whose manifest cannot be read have no promise to judge; one that is named is missed."""
    for name in given:
        if name in mesh.quarantined:
            raise click.UsageError(f"the manifest of `{one_line(name)}` cannot be read; `mesh validate` says why")
    named = products_named(mesh, given)
    return [mesh.products[i] for i in sorted(mesh.products) if named is None or i in named]


def _about(at: datetime, now: datetime) -> Iterator[str]:
    """What somebody must know who reads the verdicts of another moment."""
    if at > now:
        yield f"{said(at)} is still to come; it is judged as if nothing more came until then"
    elif at < now:
        yield (
            f"{said(at)} is judged by what was visible then; which events must exist, and the thresholds, are today's"
        )


def _told(m: Measurement) -> str:
    left = m.budget_remaining
    if left is None:
        return one_line(m.reason)
    so_far = "the error budget of the events so far"
    return one_line(f"{m.reason}; " + (f"{left:.0%} of {so_far} is left" if left > 0 else f"{so_far} is spent"))


def _print(found: Sequence[Measurement]) -> None:
    width = max(len(one_line(m.product)) for m in found)
    reasons = {m.reason for m in found}
    shared = reasons.pop() if len(reasons) == 1 and len(found) > 1 else None
    for m in found:
        verdict = click.style(f"{m.verdict:<7}", fg=VERDICTS[m.verdict])
        click.echo(f"{verdict} {one_line(m.product):<{width}}  {m.sli:<12}  {'' if shared else _told(m)}".rstrip())
    if shared:
        click.echo(one_line(shared))
