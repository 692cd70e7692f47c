"""`mesh validate`: the whole mesh against every policy, in under a second."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import click

from mesh_platform import names
from mesh_platform.cli.elsewhere import current_directory, judged_root, note_of_another_mesh
from mesh_platform.cli.format_option import format_option
from mesh_platform.cli.formats import as_github, as_json, as_junit
from mesh_platform.cli.selection import narrowed, path_in_mesh
from mesh_platform.environment import Environment, EnvironmentProblem, read_environment
from mesh_platform.manifest.commit import base_of, changed_since, files_at
from mesh_platform.manifest.finding import Finding, failing
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.manifest.report import report, source_lines, summary
from mesh_platform.manifest.untouched import untouched
from mesh_platform.policies.govern import govern_drifted, govern_files
from mesh_platform.policies.since import caused
from mesh_platform.transformation.drift import drift_by_domain

_WORKSPACE: Final = "GITHUB_WORKSPACE"


@dataclass(frozen=True)
class _Told:
    """What the last line says beside the counts."""

    since: str
    root: str
    hidden: int
    """Findings that were narrowed away."""


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@format_option("github", "junit")
@click.option(
    "--changed-since",
    "revision",
    metavar="REV",
    help="Show only what the change since the git commit REV is to blame for, and judge the change itself.",
)
def validate(paths: tuple[str, ...], shape: str, revision: str | None) -> int:
    """Check every manifest, schema and policy of the mesh.

    PATH is a file or folder, a domain or a product (`orders.order_events`), and narrows which findings are shown; the
    whole mesh is read all the same. Exit code 1 when an error is shown.
    """
    started = time.perf_counter()
    environment = _with_a_mesh(read_environment(os.environ))
    here = current_directory()
    chosen = [path_in_mesh(environment, here, path) for path in paths]
    if note := note_of_another_mesh(environment, here):
        click.echo(f"mesh: {note}", err=True)
    today = datetime.now(UTC).date()
    mesh, found = judged_since(environment, revision, today) if revision is not None else judged(environment, today)
    findings = narrowed(found, chosen)
    since = f" since `{one_line(revision)}`" if revision is not None else ""
    told = _Told(since, judged_root(environment, here), len(found) - len(findings))
    click.echo(_shown(shape, environment, mesh, findings, time.perf_counter() - started, told))
    return 1 if failing(findings) else 0


def _with_a_mesh(environment: Environment) -> Environment:
    """The environment; raises EnvironmentProblem where there are no domains, so that nothing else passes as fine."""
    if not os.path.lexists(environment.domains):
        folder = f"{names.DOMAINS_FOLDER}/"
        raise EnvironmentProblem(
            f"{names.ENV_ROOT} is `{environment.root}`, which has no `{folder}`; point it at the folder that holds it"
        )
    return environment


def judged(environment: Environment, today: date, before: Mesh | None = None) -> tuple[Mesh, tuple[Finding, ...]]:
    """The mesh as its files stand, and every finding about it."""
    mesh = gather(environment.root)
    return mesh, govern_files(mesh, environment, today, before=before)


def judged_since(environment: Environment, revision: str, today: date) -> tuple[Mesh, tuple[Finding, ...]]:
    """The mesh as its files stand, and the findings that the change since the commit is to blame for."""
    commit = base_of(environment.root, revision)
    changed = changed_since(environment.root, commit)
    mesh = gather(environment.root)
    departures, same = drift_by_domain(mesh, environment), untouched(environment.root, commit, mesh)
    with files_at(environment.root, commit, same) as folder:
        then = replace(environment, root=folder)
        before = gather(folder, mesh, same)
        known = {domain: departures.get(domain, []) for domain in same}
        were = govern_drifted(before, then, today, drift_by_domain(before, then, known))
    found = govern_drifted(mesh, environment, today, departures, before)
    return mesh, caused(found, were, changed)


def _shown(
    shape: str, environment: Environment, mesh: Mesh, findings: Sequence[Finding], seconds: float, told: _Told
) -> str:
    match shape:
        case "json":
            return as_json(findings, len(mesh.products), len(mesh.quarantined), len(mesh.domains), seconds)
        case "github":
            annotations = as_github(findings, _in_repository(environment.root, os.environ.get(_WORKSPACE)))
            return "\n".join(filter(None, [annotations, _last_line(mesh, findings, seconds, told)]))
        case "junit":
            return as_junit(findings, [*mesh.products, *mesh.quarantined])
    blocks = report(findings, source_lines(environment.root), _paint)
    return "\n\n".join([*blocks, _last_line(mesh, findings, seconds, told)])


def _in_repository(root: Path, workspace: str | None) -> str:
    """How GitHub spells the mesh's folder: notes are placed by the path in the repository."""
    if not workspace or not root.is_relative_to(Path(workspace).resolve()):
        return ""
    folder = root.relative_to(Path(workspace).resolve()).as_posix()
    return "" if folder == "." else f"{folder}/"


def _last_line(mesh: Mesh, findings: Sequence[Finding], seconds: float, told: _Told) -> str:
    quarantined = f", {len(mesh.quarantined)} quarantined" if mesh.quarantined else ""
    read = f"{_count(len(mesh.products), 'product')}{quarantined}, {_count(len(mesh.domains), 'domain')}"
    line = f"{summary(findings)}{told.since} in {read} ({seconds:.2f} s)"
    elsewhere = f"; {_count(told.hidden, 'finding')} elsewhere not shown" if told.hidden else ""
    return _paint(line, "red" if failing(findings) else "green") + told.root + elsewhere


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _paint(text: str, colour: str) -> str:
    return click.style(text, bold=True) if colour == "bold" else click.style(text, fg=colour)
