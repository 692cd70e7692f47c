"""Renew the prepared dbt projects whose sources changed; a project that does not parse costs only its own domain."""

import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.transformation.fingerprint import Sources, sources
from mesh_platform.transformation.parse import parse_project
from mesh_platform.transformation.prepared import FIX, Prepared, PrepareProblem, prepared
from mesh_platform.transformation.project import PLATFORM, PROJECT_FILE, ProjectRefused, is_project
from mesh_platform.transformation.properties import with_contracts
from mesh_platform.transformation.refusal import Refusal
from mesh_platform.transformation.refused import forget, remember
from mesh_platform.transformation.store import aside, locked, point_at, prune, put_in_place, write_files
from mesh_platform.transformation.verify import verify

__all__ = ["PrepareProblem", "Prepared", "Progress", "is_stale", "prepare", "prepared", "projects"]

AT_ONCE: Final = 2
_PACKAGE: Final = f"dbt_packages/{PLATFORM}/"


@dataclass(frozen=True)
class Progress:
    """What became of one domain's project."""

    domain: str
    state: str
    """`preparing`, then one of `renewed`, `unchanged`, `failed`."""
    seconds: float = 0.0


OnProgress = Callable[[Progress], None]


def projects(environment: Environment) -> list[str]:
    """The domains that have a dbt project, by name."""
    folder = environment.dbt_projects
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(f.name for f in found if f.name != PLATFORM and is_project(f))


def prepare(
    mesh: Mesh,
    environment: Environment,
    domains: Iterable[str] | None = None,
    on_progress: OnProgress | None = None,
) -> dict[str, Prepared | PrepareProblem]:
    """Make each domain's project ready to run, where its sources changed; all domains that have one by default."""
    chosen = projects(environment) if domains is None else sorted(set(domains))
    report = _one_at_a_time(on_progress or (lambda progress: None))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ready = pool.map(lambda domain: _timed(mesh, environment, domain, report), chosen)
        return dict(zip(chosen, ready, strict=True))


def _one_at_a_time(report: OnProgress) -> OnProgress:
    """Two domains may end at the same moment; whoever listens hears one after the other."""
    lock = Lock()

    def told(progress: Progress) -> None:
        with lock:
            report(progress)

    return told


def is_stale(mesh: Mesh, environment: Environment, domain: str) -> bool:
    """Whether `mesh prepare` has something to do for the domain; False where there is no dbt project."""
    if not is_project(environment.dbt_projects / domain):
        return False
    ready = prepared(environment, domain)
    try:
        return ready is None or ready.hash != sources(mesh, environment, domain).hash
    except ProjectRefused:
        return True


def _timed(mesh: Mesh, environment: Environment, domain: str, report: OnProgress) -> Prepared | PrepareProblem:
    started = time.monotonic()
    before = prepared(environment, domain)
    result = _prepare(mesh, environment, domain, report)
    state = "failed" if isinstance(result, PrepareProblem) else "unchanged" if result == before else "renewed"
    report(Progress(domain, state, time.monotonic() - started))
    return result


def _prepare(mesh: Mesh, environment: Environment, domain: str, report: OnProgress) -> Prepared | PrepareProblem:
    if not is_project(environment.dbt_projects / domain):
        return _problem(domain, f"`{domain}` has no dbt project", ".", fix=f"write its `{PROJECT_FILE}`")
    folder = environment.dbt_home / domain
    with locked(folder):
        try:
            made_from = sources(mesh, environment, domain)
        except ProjectRefused as problem:
            return _problem(domain, str(problem), problem.path, fix="replace it with the file itself")
        ready = prepared(environment, domain)
        if ready and ready.hash == made_from.hash:
            forget(folder)
            return ready
        report(Progress(domain, "preparing"))
        return _renew(domain, folder, made_from, ready)


def _renew(domain: str, folder: Path, made_from: Sources, before: Prepared | None) -> Prepared | PrepareProblem:
    renewed = Prepared(domain, made_from.hash, folder / made_from.hash)
    if not renewed.manifest_path.is_file():
        with aside(folder) as made:
            files = layout(made_from)
            write_files(made, files)
            _carry_over(before, made)
            if refused := parse_project(made) or verify(made, domain, made_from.contracts):
                problem = _told(domain, refused, files, before)
                remember(folder, made_from.hash, problem)
                return problem
            put_in_place(made, folder, made_from.hash)
    point_at(folder, made_from.hash)
    forget(folder)
    prune(folder, made_from.hash)
    return renewed


def layout(made_from: Sources) -> dict[str, bytes]:
    """Relative path → content of the project as dbt sees it, the platform package where `dbt deps` would put it."""
    platform = {f"{_PACKAGE}{path}": content for path, content in made_from.platform.items()}
    own = with_contracts(made_from.project, made_from.contracts)
    return {**own, **platform, "profiles.yml": made_from.profile.encode()}


def _carry_over(before: Prepared | None, made: Path) -> None:
    """dbt reads again only what changed, if it finds its last parse; it judges itself whether that still serves."""
    last = before.project_dir / "target" / "partial_parse.msgpack" if before else None
    if last and last.is_file():
        (made / "target").mkdir()
        shutil.copyfile(last, made / "target" / "partial_parse.msgpack")


def _told(domain: str, refused: Refusal, files: Mapping[str, bytes], before: Prepared | None) -> PrepareProblem:
    """Where dbt names no file, those that changed since it last parsed are the ones to look at."""
    changed = [
        p for p in sorted(files) if refused.path is None and before and _differs(before.project_dir / p, files[p])
    ]
    if not changed:
        return _problem(domain, refused.message, refused.path or ".", refused.line)
    hint = f"{refused.message} (changed since it last parsed: {', '.join(_shown(domain, p) for p in changed)})"
    return _problem(domain, hint, changed[0], refused.line)


def _differs(file: Path, content: bytes) -> bool:
    return not file.is_file() or file.read_bytes() != content


def _problem(domain: str, message: str, path: str, line: int = 1, fix: str = FIX) -> PrepareProblem:
    return PrepareProblem(domain, message, _shown(domain, path), line, fix)


def _shown(domain: str, path: str) -> str:
    """A prepared project's path as it is in git; what lies in the platform package is told as such."""
    inside, path = (PLATFORM, path.removeprefix(_PACKAGE)) if path.startswith(_PACKAGE) else (domain, path)
    return "/".join((names.DBT_FOLDER, inside, path)).removesuffix("/.")
