"""`mesh prepare`: renew the dbt artifacts whose sources changed."""

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict

import click

from mesh_platform.cli.format_option import format_option
from mesh_platform.environment import Environment, read_environment
from mesh_platform.manifest.gather import gather
from mesh_platform.transformation.prepare import Prepared, PrepareProblem, Progress, projects
from mesh_platform.transformation.prepare import prepare as renew

_COLOURS = {"renewed": "green", "unchanged": "blue", "failed": "red"}


@click.command()
@click.argument("domain", required=False)
@format_option()
def prepare(domain: str | None, shape: str) -> None:
    """Make the dbt project of DOMAIN (default: of every domain) ready to run, if its files or contracts changed.

    Exit code 1 when a project does not parse; its domain then keeps what was prepared before.
    """
    environment = read_environment(os.environ)
    chosen = _chosen(environment, domain)
    started, ended = time.monotonic(), dict[str, Progress]()

    def told(progress: Progress) -> None:
        if progress.state == "preparing":
            click.echo(f"preparing {progress.domain} ...", err=True)
        else:
            ended[progress.domain] = progress

    outcome = renew(gather(environment.root), environment, chosen, told)
    if shape == "json":
        click.echo(json.dumps(_as_json(outcome, ended, time.monotonic() - started), indent=2))
    else:
        _print(outcome, ended)
    sys.exit(1 if any(isinstance(o, PrepareProblem) for o in outcome.values()) else 0)


def _chosen(environment: Environment, domain: str | None) -> list[str]:
    known = projects(environment)
    if domain is not None and domain not in known:
        raise click.UsageError(f"there is no dbt project of `{domain}`; there are: {', '.join(known) or 'none'}")
    return known if domain is None else [domain]


def _print(outcome: Mapping[str, Prepared | PrepareProblem], ended: Mapping[str, Progress]) -> None:
    if not outcome:
        click.echo("the mesh has no dbt project yet; write dbt_projects/<domain>/dbt_project.yml")
    width = max((len(d) for d in outcome), default=0)
    for domain, result in outcome.items():
        state = click.style(f"{ended[domain].state:<9}", fg=_COLOURS[ended[domain].state])
        told = result.hash if isinstance(result, Prepared) else ""
        click.echo(f"{state} {domain:<{width}}  {ended[domain].seconds:6.2f} s  {told}".rstrip())
    for result in outcome.values():
        if isinstance(result, PrepareProblem):
            click.echo(f"\n{result}")


def _as_json(
    outcome: Mapping[str, Prepared | PrepareProblem], ended: Mapping[str, Progress], seconds: float
) -> dict[str, object]:
    domains = [
        {
            "domain": domain,
            "state": ended[domain].state,
            "seconds": round(ended[domain].seconds, 3),
            "hash": result.hash if isinstance(result, Prepared) else None,
            "problem": asdict(result) if isinstance(result, PrepareProblem) else None,
        }
        for domain, result in outcome.items()
    ]
    return {"domains": domains, "seconds": round(seconds, 3)}
