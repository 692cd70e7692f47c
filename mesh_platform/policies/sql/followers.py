"""Models rendered and followed, in the dialect that they are written in, for every target they ask about."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mesh_platform.manifest.mesh import DbtModels
from mesh_platform.policies.sql.budget import TOO_LONG
from mesh_platform.policies.sql.sources import Sources
from mesh_platform.policies.sql.sure import line_of, sure
from mesh_platform.policies.sql.trace import Trace, merged

if TYPE_CHECKING:
    from mesh_platform.policies.sql.jinja import Renderer
    from mesh_platform.policies.sql.sandbox import Answer

_LOCAL, _CLOUD = _DIALECTS = ("duckdb", "bigquery")
_QUESTIONS: Final = 6
"""About the target, each of which is answered with yes alone; a query that branches further has other troubles."""


class Followers:
    """The renderers, made when the first model needs one."""

    def __init__(self, macros: Sequence[str], declassifiers: tuple[str, ...]) -> None:
        """`macros`: the texts of the platform's own."""
        self._macros, self._declassifiers = macros, declassifiers
        self._renderers: dict[str, tuple[Renderer, str]] = {}

    @property
    def made_of(self) -> tuple[str, ...]:
        """All that decides what a trace is, besides the project."""
        return (*self._macros, repr(self._declassifiers))

    def follow(self, domain: str, project: DbtModels, model: str, columns: tuple[str, ...], known: Sources) -> Trace:
        """The trace of a model, told as DuckDB's SQL; as BigQuery's where that is what it is."""
        one = _One(self, domain, project, model, columns, known)
        found = [one.followed(_LOCAL)]
        if found[0].problem not in ("", TOO_LONG):
            found.append(one.followed(_CLOUD))
        surely = replace(found[0], broken=all(t.broken for t in found))
        trace = next((t for t in found if not t.problem), surely)
        return one.with_branches(trace) if one.questions and not trace.problem else trace

    def names(self, domain: str, project: DbtModels, known: Sources, sql: str) -> Trace:
        """A trace of nothing but the relations that statements of any kind name."""
        return Trace(hooks=self.named(domain, project, "", known, (sql,)))

    def named(
        self, domain: str, project: DbtModels, model: str, known: Sources, statements: Sequence[str]
    ) -> frozenset[str]:
        """The relations in these; what cannot be rendered names none."""
        from mesh_platform.policies.sql.named import named_in
        from mesh_platform.policies.sql.sandbox import Unrendered

        found: set[str] = set()
        for text in statements:
            for dialect in _DIALECTS:
                try:
                    sql = self.renderer(dialect, domain, project).render(text, model, (), known)
                except Unrendered:
                    continue
                found |= named_in(sql, (dialect,))
        return frozenset(found)

    def renderer(self, dialect: str, domain: str, project: DbtModels) -> "Renderer":
        """The one of this dialect, with the macros of this project."""
        from mesh_platform.policies.sql.jinja import Renderer

        renderer, at = self._renderers.get(dialect, (None, ""))
        renderer = renderer or Renderer(self._macros, dialect)
        if at != domain:
            renderer.project(domain, [m.text for m in project.macros])
        self._renderers[dialect] = (renderer, domain)
        return renderer

    def traced(self, sql: str, dialect: str) -> Trace:
        """What a rendered query does."""
        from mesh_platform.policies.sql.follow import follow

        return follow(sql, dialect, self._declassifiers)


class _One:
    """One model, as often as it is rendered."""

    def __init__(
        self,
        followers: Followers,
        domain: str,
        project: DbtModels,
        model: str,
        columns: tuple[str, ...],
        known: Sources,
    ) -> None:
        self._followers, self._domain, self._project, self._model = followers, domain, project, model
        self._columns, self._known, self._text = columns, known, project.queries[model].text
        self.questions = 0
        """How many it asks about the target."""

    def followed(self, dialect: str, answer: "Answer" = None) -> Trace:
        """Its trace in one dialect, as a first and as a later run together."""
        from mesh_platform.policies.sql.sandbox import Unrendered

        renderer = self._followers.renderer(dialect, self._domain, self._project)
        forms: dict[str, frozenset[str]] = {}
        hooks: dict[str, None] = {}
        try:
            for incremental in (False, True):
                form = renderer.render(self._text, self._model, self._columns, self._known, incremental, answer)
                forms[form] = renderer.guesses
                self.questions = max(self.questions, renderer.questions)
                hooks |= dict.fromkeys(renderer.hooks)
        except Unrendered as problem:
            said, line = str(problem), line_of(self._text, problem.broken)
            return Trace(problem=said, broken=problem.broken is not None, line=line)
        traced = [sure(self._followers.traced(f, dialect), self._text, f, guesses) for f, guesses in forms.items()]
        trace = next((t for t in traced if t.problem), merged(traced))
        named = self._followers.named(self._domain, self._project, self._model, self._known, tuple(hooks))
        return replace(trace, hooks=named)

    def with_branches(self, trace: Trace) -> Trace:
        """The trace with what it does for other targets; that their columns are there, only they can tell."""
        cloud = self.followed(_CLOUD)
        others = [t for t in (cloud, *self._answered()) if not t.problem]
        told = merged([trace, *(replace(t, asked=frozenset()) for t in others)])
        return replace(told, problem=f"for BigQuery, {cloud.problem}", line=cloud.line) if cloud.problem else told

    def _answered(self) -> Iterator[Trace]:
        answers: list[Answer] = [False, True, *range(1, min(self.questions, _QUESTIONS) + 1)]
        for answer in answers:
            found = (self.followed(dialect, answer) for dialect in _DIALECTS)
            yield next((t for t in found if not t.problem), Trace())
