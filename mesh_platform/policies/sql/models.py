"""Every model of the mesh, followed once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Final

from mesh_platform.environment import PROJECT_ROOT
from mesh_platform.manifest.mesh import Mesh, TextFile
from mesh_platform.policies.sql.followers import Followers
from mesh_platform.policies.sql.memory import Memory
from mesh_platform.policies.sql.sources import sources
from mesh_platform.policies.sql.statements import statements
from mesh_platform.policies.sql.trace import Trace
from mesh_platform.schema.history import current

Traces = Mapping[tuple[str, str], Trace]
"""(domain, model) → trace, of every model in SQL."""

_PLATFORM: Final = PROJECT_ROOT / "dbt_projects" / "platform" / "macros"


@dataclass(frozen=True)
class Beside:
    """Statements of a project that are no model: its tests in SQL, and what runs before and after."""

    domain: str
    file: TextFile
    names: frozenset[str]
    """The relations in them."""


@dataclass(frozen=True)
class Followed:
    """All SQL of the mesh."""

    models: Traces
    beside: tuple[Beside, ...]


def followed(mesh: Mesh, memory: Memory) -> Followed:
    """Every model in SQL with what it does, and what else names relations; only what is new is rendered and parsed."""
    followers = Followers((mesh.macros and [m.text for m in mesh.macros]) or _platform_macros(), _declassifiers(mesh))
    made = _digest(_made_by(), *followers.made_of)
    projects = {domain: _project(mesh, domain, memory, followers, made) for domain in mesh.dbt}
    return Followed(
        {(domain, model): trace for domain, (models, _) in projects.items() for model, trace in models.items()},
        tuple(found for _, beside in projects.values() for found in beside),
    )


def _project(
    mesh: Mesh, domain: str, memory: Memory, followers: Followers, made: str
) -> tuple[dict[str, Trace], list[Beside]]:
    project = mesh.dbt[domain]
    known = sources(project.properties)
    common = _digest(made, repr(sorted(known.items())), *(m.text for m in project.macros))
    kept: dict[str, Trace] = {}

    def remembered(follow: Callable[[], Trace], *of: str) -> Trace:
        key = _digest(common, *of)
        kept[key] = memory.recall(domain, key) or follow()
        return kept[key]

    models: dict[str, Trace] = {}
    for model, file in project.queries.items():
        columns = _columns(mesh, domain, model)
        follow = partial(followers.follow, domain, project, model, columns, known)
        models[model] = remembered(follow, model, repr(columns), file.text)
        if model not in project.models:  # a snapshot, to whose columns dbt adds its own
            models[model] = replace(models[model], vague=True)
    beside: list[Beside] = []
    for file, sql in statements(project):
        found = remembered(partial(followers.names, domain, project, known, sql), "beside", sql).hooks
        beside.append(Beside(domain, file, found))
    memory.keep(domain, kept)
    return models, beside


def _declassifiers(mesh: Mesh) -> tuple[str, ...]:
    return tuple(sorted(mesh.policy.personal_data.declassifiers))


def _columns(mesh: Mesh, domain: str, model: str) -> tuple[str, ...]:
    """The columns a product's contract gives its model."""
    product = mesh.products.get(f"{domain}.{model}")
    schema = current(product) if product else None
    return tuple(c.name for c in schema.columns) if schema else ()


@cache
def _platform_macros() -> list[str]:
    """The platform's own macros, for a mesh that brings none."""
    return [file.read_text(encoding="utf-8") for file in sorted(_PLATFORM.rglob("*.sql"))]


@cache
def _made_by() -> str:
    """The versions of what reads the SQL: either may tell the same query otherwise."""
    own = b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
    return _digest(own.hex(), *(version(p) for p in ("sqlglot", "jinja2")))


def _digest(*texts: str) -> str:
    digest = blake2b(digest_size=16)
    for text in texts:
        part = text.encode("utf-8", "surrogatepass")
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
