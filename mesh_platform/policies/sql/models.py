"""Every model of the mesh, followed once."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Final

from mesh_platform.environment import PROJECT_ROOT
from mesh_platform.manifest.mesh import DbtModels, Mesh
from mesh_platform.policies.sql.budget import TOO_LONG
from mesh_platform.policies.sql.memory import Memory
from mesh_platform.policies.sql.sources import Sources, sources
from mesh_platform.policies.sql.sure import line_of, sure
from mesh_platform.policies.sql.trace import Trace, merged
from mesh_platform.schema.history import current

Traces = Mapping[tuple[str, str], Trace]
"""(domain, model) → trace, of every model in SQL."""

_DIALECTS: Final = ("duckdb", "bigquery")
_PLATFORM: Final = PROJECT_ROOT / "dbt_projects" / "platform" / "macros"


def traces(mesh: Mesh, memory: Memory) -> Traces:
    """Every model in SQL with what it does; only what is new is rendered and parsed."""
    followers = _Followers(mesh)
    return {(domain, model): trace for domain in mesh.dbt for model, trace in _project(mesh, domain, memory, followers)}


def _project(mesh: Mesh, domain: str, memory: Memory, followers: "_Followers") -> Iterator[tuple[str, Trace]]:
    project = mesh.dbt[domain]
    known = sources(project.properties)
    common = _digest(_made_by(), followers.digest, repr(sorted(known.items())), *(m.text for m in project.macros))
    kept: dict[str, Trace] = {}
    for model, file in project.queries.items():
        columns = _columns(mesh, domain, model)
        key = _digest(common, model, repr(columns), file.text)
        trace = memory.recall(domain, key)
        kept[key] = trace if trace is not None else followers.follow(domain, project, model, columns, known)
        yield model, kept[key]
    memory.keep(domain, kept)


def _columns(mesh: Mesh, domain: str, model: str) -> tuple[str, ...]:
    """The columns a product's contract gives its model."""
    product = mesh.products.get(f"{domain}.{model}")
    schema = current(product) if product else None
    return tuple(c.name for c in schema.columns) if schema else ()


class _Followers:
    """The renderers, made when the first model needs one."""

    def __init__(self, mesh: Mesh) -> None:
        self._macros = [m.text for m in mesh.macros] or _platform_macros()
        self._declassifiers = tuple(sorted(mesh.policy.personal_data.declassifiers))
        self._renderers: dict[str, tuple[object, str]] = {}
        self.digest = _digest(*self._macros, repr(self._declassifiers))

    def follow(self, domain: str, project: DbtModels, model: str, columns: tuple[str, ...], known: Sources) -> Trace:
        """The trace of a model, told as DuckDB's SQL; as BigQuery's where that is what it is."""
        found = [self._as(dialect, domain, project, model, columns, known) for dialect in _DIALECTS[:1]]
        if found[0].problem not in ("", TOO_LONG):
            found.append(self._as(_DIALECTS[1], domain, project, model, columns, known))
        surely = replace(found[0], broken=all(t.broken for t in found))
        return next((t for t in found if not t.problem), surely)

    def _as(
        self, dialect: str, domain: str, project: DbtModels, model: str, columns: tuple[str, ...], known: Sources
    ) -> Trace:
        from mesh_platform.policies.sql.follow import follow
        from mesh_platform.policies.sql.jinja import Renderer
        from mesh_platform.policies.sql.sandbox import Unrendered

        renderer, at = self._renderers.get(dialect, (None, ""))
        if not isinstance(renderer, Renderer):
            renderer = Renderer(self._macros, dialect)
        if at != domain:
            renderer.project(domain, [m.text for m in project.macros])
        self._renderers[dialect] = (renderer, domain)
        text = project.queries[model].text
        forms: dict[str, frozenset[str]] = {}
        try:
            for incremental in (False, True):
                forms[renderer.render(text, model, columns, known, incremental)] = renderer.guesses
        except Unrendered as problem:
            return Trace(problem=str(problem), broken=problem.broken is not None, line=line_of(text, problem.broken))
        followed = [sure(follow(f, dialect, self._declassifiers), text, f, guesses) for f, guesses in forms.items()]
        return next((t for t in followed if t.problem), merged(followed))


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
