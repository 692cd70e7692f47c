"""The whole mesh against every policy, less what the council permits."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from mesh_platform.environment import Environment
from mesh_platform.manifest.council import PolicyFile, PolicyLevel
from mesh_platform.manifest.finding import Finding, Level
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.policies.book import BOOK
from mesh_platform.policies.council import REMOVAL, can_be_exempted
from mesh_platform.policies.registry import MOST, Policy, Review
from mesh_platform.policies.sql.memory import FileMemory, Memory
from mesh_platform.transformation.drift import drift


def govern(
    mesh: Mesh,
    today: date,
    files: Sequence[Finding] = (),
    before: Mesh | None = None,
    memory: Memory | None = None,
) -> tuple[Finding, ...]:
    """Every finding about the mesh in order of place; an exempted one keeps its level and does not count.

    `files`: what reading the dbt projects' files found. `before`: the mesh to judge changes against. `memory`: what was
    followed of the models before.
    """
    review = Review(mesh, today, files=files, before=before, memory=memory)
    first = [f for policy in BOOK.values() if not policy.last for f in judged(policy, review)]
    found = [*mesh.findings, *first]
    about = [f for policy in BOOK.values() if policy.last for f in judged(policy, replace(review, found=found))]
    return tuple(sorted([*_exempted(found, review), *about], key=lambda f: f.order))


def govern_files(
    mesh: Mesh, environment: Environment, today: date, more: Sequence[Finding] = (), before: Mesh | None = None
) -> tuple[Finding, ...]:
    """`govern`, with where the files of the dbt projects depart from the schemas, and `more`, among the findings."""
    return govern_drifted(mesh, environment, today, {"": [*drift(mesh, environment), *more]}, before)


def govern_drifted(
    mesh: Mesh,
    environment: Environment,
    today: date,
    departures: Mapping[str, Sequence[Finding]],
    before: Mesh | None = None,
) -> tuple[Finding, ...]:
    """`govern`, with departures that are known already, by domain, and what was followed before."""
    files = [found for departed in departures.values() for found in departed]
    return govern(mesh, today, files, before, FileMemory(environment.home / "lineage"))


def judged(policy: Policy, review: Review) -> Iterator[Finding]:
    """What one policy finds, at the level the council gives it; of one file no more than anybody mends at once."""
    level = _council(policy, review).levels.get(policy.code)
    if level is PolicyLevel.OFF:
        return
    told = Counter[str]()
    for spot, breach in policy.examine(review):
        told[spot.path] += 1
        if told[spot.path] > MOST + 1:
            continue
        more = f"breaks this policy in more than `{MOST}` places" if told[spot.path] > MOST else ""
        yield Finding(
            path=spot.path,
            line=spot.place.line,
            column=spot.place.column,
            code=policy.code,
            level=Level(level) if level else policy.level,
            message=more or one_line(breach.message),
            fix=breach.fix or policy.fix,
            key=breach.key,
            product=spot.product,
        )


def _council(policy: Policy, review: Review) -> PolicyFile:
    """A change is judged by the rules as they were before it."""
    return review.before.policy if policy.of_changes and review.before else review.mesh.policy


def _exempted(found: Iterable[Finding], review: Review) -> Iterator[Finding]:
    granted = _granted(review.mesh, review.today)
    # whoever removes a product may take the permission away with it: it stood, and nothing is left that needs it
    used = {g for g in _granted(review.before, review.today) if g[0] == REMOVAL} if review.before else set()
    permissions = granted | used
    for finding in found:
        permitted = (finding.code, finding.product) in permissions
        yield replace(finding, exempted=True) if permitted else finding


def _granted(mesh: Mesh, today: date) -> set[tuple[str, str | None]]:
    """(policy, product) of every permission that holds."""
    return {(e.policy, e.product) for e, _, _ in mesh.exemptions if e.until >= today and can_be_exempted(e.policy)}
