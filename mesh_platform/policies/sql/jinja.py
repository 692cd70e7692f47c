"""dbt's Jinja as far as a query's columns depend on it, rendered without dbt."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from jinja2 import Template, TemplateError
from jinja2.exceptions import SecurityError, TemplateAssertionError, TemplateSyntaxError

from mesh_platform import names
from mesh_platform.policies.sql.budget import TooLong
from mesh_platform.policies.sql.sandbox import MAX_CHARACTERS, Answer, Now, Sandbox, Unrendered
from mesh_platform.policies.sql.stand_ins import Adapter, Package, stand_ins

_BLOCKS: Final = re.compile(
    r"\{%-?\s*(test|materialization|snapshot|docs|data_test)\b.*?\{%-?\s*end\1\s*-?%\}", re.DOTALL
)
_DBTS_TAG: Final = re.compile(r"unknown tag '(test|materialization|snapshot|docs|data_test)'")
_MACRO: Final = re.compile(r"\{%-?\s*macro\s+([A-Za-z_]\w*)")


class Renderer:
    """Renders models; the platform's macros are read once for all projects, a project's own once for its models."""

    def __init__(self, platform: Iterable[str], adapter: str) -> None:
        self._now = Now()
        self._environment = Sandbox(self._now)
        self._packages: dict[str, dict[str, Any]] = {names.PLATFORM_PACKAGE: {}}
        self._own: frozenset[str] = frozenset()
        self._last: tuple[str, Template] | None = None
        scope = stand_ins(self._now, adapter)
        scope["adapter"] = Adapter(adapter, self._packages)
        scope[names.PLATFORM_PACKAGE] = Package(names.PLATFORM_PACKAGE, self._packages[names.PLATFORM_PACKAGE], True)
        self._environment.globals.update(scope)
        self._packages[names.PLATFORM_PACKAGE].update(_macros(self._environment, platform))

    def project(self, package: str, macros: Iterable[str]) -> None:
        """Go on with the models of this project."""
        texts, own = [*macros], dict[str, Any]()
        for name in self._own:
            del self._environment.globals[name]
        self._packages[package] = own
        self._now.package = package
        found = {name for text in texts for name in _MACRO.findall(text)} - set(self._environment.globals)
        self._own = frozenset({*found, package} if package not in self._environment.globals else found)
        self._environment.globals |= {name: _late(own, name) for name in found}
        if package in self._own:
            self._environment.globals[package] = Package(package, own)
        own.update(_macros(self._environment, texts))

    @property
    def guesses(self) -> frozenset[str]:
        """The words of the query rendered last that stand for what only dbt knows."""
        return frozenset(self._now.guesses)

    @property
    def questions(self) -> int:
        """How many questions about the target the query rendered last asked."""
        return self._now.asked

    @property
    def hooks(self) -> tuple[str, ...]:
        """The statements around the query rendered last."""
        return tuple(self._now.hooks)

    def render(
        self,
        text: str,
        model: str,
        columns: Iterable[str] = (),
        sources: Mapping[tuple[str, str], tuple[str, str]] | None = None,
        incremental: bool = False,
        answer: Answer = None,
    ) -> str:
        """The query as SQL, its relations told as `Relation`; raises Unrendered."""
        now = self._now
        now.model, now.columns, now.sources, now.incremental = model, tuple(columns), sources or {}, incremental
        now.guesses, now.hooks, now.asked, now.answer = set(), [], 0, answer
        now.budget.renew()
        try:
            return _bounded(self._template(text).generate(), now)
        except Unrendered:
            raise
        except TooLong as problem:
            raise Unrendered(str(problem)) from problem
        except SecurityError as problem:
            raise Unrendered("it asks for what a query may not touch") from problem
        except TemplateSyntaxError as problem:
            raise Unrendered(*_unreadable(problem)) from problem
        except TemplateError as problem:
            said = (problem.message or "").split("\n")[0][:120]
            raise Unrendered(f"its Jinja cannot be read: {said}") from problem
        except RecursionError as problem:
            raise Unrendered("it nests too deeply, or its macros call each other without end") from problem
        except Exception as problem:  # a template may raise whatever Python can
            raise Unrendered(f"its Jinja fails: {type(problem).__name__}") from problem

    def _template(self, text: str) -> Template:
        """A query is rendered for each thing the target may be, and compiled once."""
        if self._last is None or self._last[0] != text:
            self._last = text, self._environment.from_string(text)
        return self._last[1]


def _unreadable(problem: TemplateSyntaxError) -> tuple[str, int | None]:
    """What to say, and the line; tags and filters that Jinja does not have may be dbt's."""
    said = re.split(r"\n|\. ", problem.message or "")[0][:120]
    foreign = isinstance(problem, TemplateAssertionError) or bool(_DBTS_TAG.search(said))
    return f"its Jinja cannot be read: {said}", None if foreign else problem.lineno


def _late(macros: Mapping[str, Any], name: str) -> Callable[..., Any]:
    """A macro that another file of its package may call before it is read."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if name not in macros:
            raise Unrendered(f"the macro `{name}` cannot be read")
        return macros[name](*args, **kwargs)

    return call


def _macros(environment: Sandbox, texts: Iterable[str]) -> dict[str, Any]:
    """Every macro of these files; a file that cannot be read matters only where it is used."""
    found: dict[str, Any] = {}
    for text in texts:
        environment.now.budget.renew()
        try:
            module = environment.from_string(_BLOCKS.sub("", text)).module
        except Exception:  # noqa: BLE001, S112  (whatever a file of macros does, only its users are told)
            continue
        found |= {k: v for k, v in vars(module).items() if not k.startswith("_")}
    return found


def _bounded(pieces: Iterator[str], now: Now) -> str:
    found, length = [], 0
    for piece in pieces:
        now.step()
        found.append(piece)
        length += len(piece)
        if length > MAX_CHARACTERS:
            raise Unrendered("it is too long")
    return "".join(found)
