"""`mesh slo`: how the promises stand, now or at another moment."""

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import click

from mesh_platform.cli.colours import VERDICTS
from mesh_platform.cli.format_option import format_option
from mesh_platform.environment import read_environment
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.slo.measure import SLIS, measure_environment
from mesh_platform.slo.measurement import Measurement, Verdict, said

NO_PRODUCT: Final = "the mesh has no product yet; write domains/<domain>/<product>/data-product.yaml"
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
@click.argument("products", nargs=-1, metavar="[PRODUCT ...]")
@click.option("--at", type=_Moment(), help="The moment to judge, ISO 8601; UTC where no zone is given. Default: now.")
@format_option()
def slo(products: Sequence[str], at: datetime | None, shape: str) -> None:
    """Freshness, completeness and accuracy of PRODUCT ... (default: all), measured now.

    Exit code 1 when a verdict is `error`; `unknown` is not an error.
    """
    environment = read_environment(os.environ)
    mesh = gather(environment.root)
    chosen = _chosen(mesh, products)
    now = datetime.now(UTC)
    if at and at > now and shape == "text":
        click.echo(f"{said(at)} is still to come; it is judged as if nothing more came until then", err=True)
    found = measure_environment(mesh, environment, chosen, SLIS, at or now)
    found.sort(key=lambda m: (m.product, SLIS.index(m.sli)))
    if shape == "json":
        click.echo(json.dumps({"measurements": [m.as_json() for m in found]}, indent=2))
    else:
        _print(found)
    sys.exit(1 if any(m.verdict is Verdict.ERROR for m in found) else 0)


def _chosen(mesh: Mesh, ids: Sequence[str]) -> list[Product]:
    for product in ids:
        if product in mesh.quarantined:
            raise click.UsageError(f"the manifest of `{product}` cannot be read; `mesh validate` says why")
        if product not in mesh.products:
            raise click.UsageError(
                f"there is no product `{product}`; there are: {', '.join(sorted(mesh.products)) or 'none'}"
            )
    return [mesh.products[i] for i in dict.fromkeys(ids)] if ids else [mesh.products[i] for i in sorted(mesh.products)]


def _told(m: Measurement) -> str:
    left = m.budget_remaining
    if left is None:
        return m.reason
    return f"{m.reason}; " + (f"{left:.0%} of the error budget is left" if left > 0 else "the error budget is spent")


def _print(found: Sequence[Measurement]) -> None:
    if not found:
        click.echo(NO_PRODUCT)
    width = max((len(m.product) for m in found), default=0)
    reasons = {m.reason for m in found}
    shared = reasons.pop() if len(reasons) == 1 and len(found) > 1 else None
    for m in found:
        verdict = click.style(f"{m.verdict:<7}", fg=VERDICTS[m.verdict])
        click.echo(f"{verdict} {m.product:<{width}}  {m.sli:<12}  {'' if shared else _told(m)}".rstrip())
    if shared:
        click.echo(shared)
