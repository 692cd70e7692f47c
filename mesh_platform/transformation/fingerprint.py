"""What a prepared project depends on, as one hash: the same inputs are never prepared twice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mesh_platform.environment import Environment
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.transformation.contract import Contract, contracts
from mesh_platform.transformation.profile import profile
from mesh_platform.transformation.project import PLATFORM, ProjectRefused, project_files

_PACKAGES = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-duckdb", "dbt-bigquery")


@dataclass(frozen=True)
class Sources:
    """Everything a prepared project is made from."""

    project: Mapping[str, bytes]
    platform: Mapping[str, bytes]
    contracts: tuple[Contract, ...]
    profile: str

    @property
    def hash(self) -> str:
        """16 hex digits. Content alone counts: times and places of files do not."""
        digest = blake2b(digest_size=8)
        for part in _parts(self):
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()


def sources(mesh: Mesh, environment: Environment, domain: str) -> Sources:
    """The sources of a domain's prepared project as the files stand now; raises ProjectRefused."""
    platform = environment.dbt_projects / PLATFORM
    try:
        macros = project_files(platform) if platform.is_dir() else {}
    except ProjectRefused as problem:
        raise ProjectRefused(f"dbt_packages/{PLATFORM}/{problem.path}", str(problem)) from problem
    return Sources(
        project=project_files(environment.dbt_projects / domain),
        platform=macros,
        contracts=tuple(contracts(mesh, domain, environment.target)),
        profile=profile(environment, domain),
    )


def _parts(sources: Sources) -> Iterable[bytes]:
    yield from (_tooling(), sources.profile.encode(), repr(sources.contracts).encode())
    for files in (sources.project, sources.platform):
        yield b"project"
        for path, content in files.items():
            yield path.encode()
            yield content


@cache
def _tooling() -> bytes:
    """The versions of dbt and of the code that prepares: either may make the same sources into something else."""
    own = b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
    return repr([_version(p) for p in _PACKAGES]).encode() + blake2b(own, digest_size=8).digest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
