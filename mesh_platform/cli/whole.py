"""The whole mesh once: checked, prepared, run, and how it stands afterwards; `mesh up` begins with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

from mesh_platform.cli.progress import Show
from mesh_platform.environment import Environment
from mesh_platform.manifest.finding import Finding, failing
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.policies.govern import govern_files
from mesh_platform.serving import commands
from mesh_platform.serving.family import Family
from mesh_platform.serving.instance import write_settings
from mesh_platform.serving.step import RunEnded, State, Step, run_mesh
from mesh_platform.slo.measurement import Verdict
from mesh_platform.slo.status import Status, status
from mesh_platform.transformation.prepare import PrepareProblem, Progress, prepare
from mesh_platform.warehouse.protocol import WarehouseUnavailable, open_warehouse


@dataclass
class Whole:
    """What came of it, as far as it got."""

    steps: list[Step] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What a person has to put right: findings and refused dbt projects, each with its place and its fix."""
    ended: RunEnded | None = None
    empty: bool = False
    """Nobody has written a product yet, not even a broken one."""
    products: Sequence[Status] = ()

    @property
    def good(self) -> bool:
        """Whether everything ran, nothing is wrong with the mesh, and no promise is broken."""
        return (
            bool(self.ended and self.ended.success)
            and not self.problems
            and all(s.worst is not Verdict.ERROR for s in self.products)
        )


def check(mesh: Mesh, environment: Environment, whole: Whole, show: Show) -> None:
    """The findings that count; the mesh runs with what is sound."""
    began = monotonic()
    wrong: list[Finding] = failing(govern_files(mesh, environment, datetime.now(UTC).date()))
    whole.problems += [str(f) for f in wrong]
    whole.empty = not mesh.known_products
    state = State.FAILED if wrong else State.SUCCEEDED
    told = f"{len(mesh.products)} products in {len(mesh.domains)} domains, {len(wrong)} errors"
    _tell(whole, show, Step("manifests", state, told, monotonic() - began))


def ready(members: Family, mesh: Mesh, environment: Environment, whole: Whole, show: Show) -> None:
    """dbt artifacts renewed, the instance's settings written, what dead processes left behind ended."""

    def told(progress: Progress) -> None:
        states = {"preparing": State.STARTED, "failed": State.FAILED}
        state = states.get(progress.state, State.SUCCEEDED)
        _tell(whole, show, Step(f"dbt project {progress.domain}", state, "", progress.seconds))

    for outcome in prepare(mesh, environment, on_progress=told).values():
        told_before = f"{outcome.path}:{outcome.line}: " if isinstance(outcome, PrepareProblem) else ""
        if isinstance(outcome, PrepareProblem) and not any(p.startswith(told_before) for p in whole.problems):
            whole.problems.append(str(outcome))
    used_before = (environment.dagster_home / "history").exists()
    write_settings(environment.dagster_home)
    if used_before:
        child = members.start(commands.recover(environment))
        child.process.wait()
        members.dismiss(child)


def run(members: Family, environment: Environment, whole: Whole, show: Show) -> None:
    """Every step of the mesh, in a process of its own."""
    for event in run_mesh(members, commands.run_all(environment)):
        if isinstance(event, RunEnded):
            whole.ended = event
        else:
            _tell(whole, show, event)


def judge(mesh: Mesh, environment: Environment, whole: Whole) -> None:
    """How each product stands now."""
    if not mesh.products:
        return
    try:
        with open_warehouse(environment, read_only=True) as warehouse:
            whole.products = status(mesh, warehouse, datetime.now(UTC))
    except WarehouseUnavailable as problem:
        if whole.ended and whole.ended.success:
            whole.problems.append(f"no answer from the warehouse: {problem}")


def _tell(whole: Whole, show: Show, step: Step) -> None:
    if step.state is not State.STARTED:
        whole.steps.append(step)
    show(step)
