"""dbt's Jinja as far as a query's columns depend on it: rendered in a sandbox, bounded in steps and in size."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final

from jinja2 import TemplateError, Undefined, nodes
from jinja2.sandbox import SandboxedEnvironment, SecurityError
from jinja2.visitor import NodeTransformer

from mesh_platform import names
from mesh_platform.policies.sql.relation import MODEL, RECORD, SOURCE, THIS, Relation

MAX_STEPS: Final = 100_000
MAX_CHARACTERS: Final = 400_000
"""Of a rendered query: far beyond what anyone reads."""
_BLOCKS: Final = re.compile(
    r"\{%-?\s*(test|materialization|snapshot|docs|data_test)\b.*?\{%-?\s*end\1\s*-?%\}", re.DOTALL
)
_WIDE: Final = frozenset({"center", "ljust", "rjust", "zfill", "format", "format_map", "expandtabs"})
_LONGEST_LIST: Final = 10_000
_GROWING: Final = ("replace", "join")
_NO_FILTERS: Final = frozenset({"center", "indent", "format", "wordwrap"})


_MACRO: Final = re.compile(r"\{%-?\s*macro\s+([A-Za-z_]\w*)")


class Unrendered(Exception):
    """Why a model's Jinja cannot be rendered here, in a few words."""


@dataclass
class _Now:
    """What is being rendered."""

    package: str = ""
    model: str = ""
    columns: tuple[str, ...] = ()
    sources: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    incremental: bool = False
    steps: int = 0

    def step(self, *_: object) -> str:
        """One step more; raises Unrendered when there were too many."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Unrendered("it runs too long")
        return ""


class Package:
    """The macros of one package by name; a missing one says which it is."""

    def __init__(self, name: str, macros: dict[str, Any]) -> None:
        self._name, self._macros = name, macros

    def __getattr__(self, macro: str) -> Any:
        if macro.startswith("_"):
            raise AttributeError(macro)
        if macro not in self._macros:
            raise Unrendered(f"`{self._name}.{macro}` is no macro that is known here")
        return self._macros[macro]


class _Sandbox(SandboxedEnvironment):
    """Jinja that counts loops and calls, and makes no text by multiplying."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, now: _Now) -> None:
        super().__init__(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], undefined=_Missing)
        self.now = now
        for name in _NO_FILTERS:
            del self.filters[name]
        for name in _GROWING:
            self.filters[name] = _watched(self.filters[name])

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        __self.now.step()
        if isinstance(__obj, Undefined):
            __obj()
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str) and getattr(__obj, "__name__", "") in _GROWING:
            _grows(owner, *args)
        if isinstance(owner, list) and len(owner) > _LONGEST_LIST:
            raise Unrendered("it makes too long a list")
        return _sized(super().call(__context, __obj, *args, **kwargs))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "%" and isinstance(left, str):
            raise Unrendered("it formats text with `%`")
        if operator == "+":
            return _sized(super().call_binop(context, operator, left, right))
        if operator != "%" and not (_small(left) and _small(right)):
            raise Unrendered(f"it uses `{operator}` on what is no small number")
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return not (isinstance(obj, str) and attr in _WIDE) and super().is_safe_attribute(obj, attr, value)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        template = _Joins().visit(template)
        for loop in template.find_all((nodes.For, nodes.Macro)):
            loop.body.insert(0, nodes.ExprStmt(nodes.Call(nodes.Name("mesh_step", "load"), [], [], None, None)))
        return template


class _Missing(Undefined):
    """A name that nothing has: an error where it is used, with the name."""

    def _fail(self, *_: object, **__: object) -> Any:
        raise Unrendered(f"`{self._undefined_name}` is not known here")

    __call__ = __getattr__ = __getitem__ = _fail  # type: ignore[assignment]


class _Joins(NodeTransformer):
    """Makes every `~` a call that looks at how long its result is."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Call:  # noqa: N802  (Jinja's name for it)
        inner = [self.visit(n) for n in node.nodes]
        return nodes.Call(nodes.Name("mesh_join", "load"), inner, [], None, None)


def _joined(*pieces: Any) -> str:
    return str(_sized("".join(str(piece) for piece in pieces)))


def _sized(value: Any) -> Any:
    if isinstance(value, str | list | tuple) and len(value) > MAX_CHARACTERS:
        raise Unrendered("it makes too long a text")
    return value


def _grows(text: Any, *args: Any) -> None:
    """Raises Unrendered where replacing or joining could make a text too long."""
    widest = max((len(a) for a in args if isinstance(a, str | list | tuple)), default=1)
    if isinstance(text, str | list | tuple) and len(text) * max(widest, 1) > 10 * MAX_CHARACTERS:
        raise Unrendered("it makes too long a text")


def _watched(grow: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(grow)
    def watched(environment: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        _grows(value, *args)
        return grow(environment, value, *args, **kwargs)

    return watched


def _small(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) < 1_000_000


class Renderer:
    """Renders models; the platform's macros are read once for all projects, a project's own once for its models."""

    def __init__(self, platform: Iterable[str], adapter: str) -> None:
        self._now = _Now()
        self._environment = _Sandbox(self._now)
        self._packages: dict[str, dict[str, Any]] = {names.PLATFORM_PACKAGE: {}}
        self._own: frozenset[str] = frozenset()
        scope = _scope(self._now, adapter)
        scope["adapter"] = _Adapter(adapter, self._packages)
        scope[names.PLATFORM_PACKAGE] = Package(names.PLATFORM_PACKAGE, self._packages[names.PLATFORM_PACKAGE])
        self._environment.globals.update(scope)
        self._packages[names.PLATFORM_PACKAGE].update(_macros(self._environment, platform))

    def project(self, package: str, macros: Iterable[str]) -> None:
        """Go on with the models of this project."""
        texts, own = [*macros], dict[str, Any]()
        for name in self._own:
            del self._environment.globals[name]
        self._packages[package] = own
        self._now.package, self._now.steps = package, 0
        found = {name for text in texts for name in _MACRO.findall(text)} - set(self._environment.globals)
        self._own = frozenset({*found, package} if package not in self._environment.globals else found)
        self._environment.globals |= {name: _late(own, name) for name in found}
        if package in self._own:
            self._environment.globals[package] = Package(package, own)
        own.update(_macros(self._environment, texts))

    def render(
        self,
        text: str,
        model: str,
        columns: Iterable[str] = (),
        sources: Mapping[tuple[str, str], tuple[str, str]] | None = None,
        incremental: bool = False,
    ) -> str:
        """The query as SQL, its relations told as `Relation`; raises Unrendered."""
        now = self._now
        now.model, now.columns, now.sources, now.incremental = model, tuple(columns), sources or {}, incremental
        now.steps = 0
        try:
            return _bounded(self._environment.from_string(text).generate(), now)
        except Unrendered:
            raise
        except SecurityError as problem:
            raise Unrendered("it asks for what a query may not touch") from problem
        except TemplateError as problem:
            said = (problem.message or "").split("\n")[0][:120]
            raise Unrendered(f"its Jinja cannot be read: {said}") from problem
        except RecursionError as problem:
            raise Unrendered("its macros call each other without end") from problem
        except Exception as problem:  # noqa: BLE001  (a template may raise whatever Python can)
            raise Unrendered(f"its Jinja fails: {type(problem).__name__}") from problem


def _late(macros: Mapping[str, Any], name: str) -> Callable[..., Any]:
    """A macro that another file of its package may call before it is read."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if name not in macros:
            raise Unrendered(f"the macro `{name}` cannot be read")
        return macros[name](*args, **kwargs)

    return call


def _macros(environment: _Sandbox, texts: Iterable[str]) -> dict[str, Any]:
    """Every macro of these files; a file that cannot be read matters only where it is used."""
    found: dict[str, Any] = {}
    for text in texts:
        try:
            module = environment.from_string(_BLOCKS.sub("", text)).module
        except Exception:  # noqa: BLE001, S112  (whatever a file of macros does, only its users are told)
            continue
        found |= {k: v for k, v in vars(module).items() if not k.startswith("_")}
    return found


def _bounded(pieces: Iterator[str], now: _Now) -> str:
    found, length = [], 0
    for piece in pieces:
        now.step()
        found.append(piece)
        length += len(piece)
        if length > MAX_CHARACTERS:
            raise Unrendered("it is too long")
    return "".join(found)


class _Adapter:
    """dbt's adapter: what it can say of a query's text."""

    def __init__(self, name: str, packages: Mapping[str, Mapping[str, Any]]) -> None:
        self._name, self._packages = name, packages

    def dispatch(self, macro: str, macro_namespace: str | None = None) -> Any:
        """The adapter's own version of a macro, else the default one."""
        for package in [macro_namespace] if macro_namespace else self._packages:
            known = self._packages.get(package or "", {})
            for name in (f"{self._name}__{macro}", f"default__{macro}"):
                if name in known:
                    return known[name]
        raise Unrendered(f"`{macro}` has no version for `{self._name}`")

    def quote(self, identifier: str) -> str:
        quote = "`" if self._name == "bigquery" else '"'
        return f"{quote}{identifier}{quote}"


class _Named:
    """An object of dbt's with these attributes."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


class _Model:
    """dbt's `model`: the one that is being rendered."""

    def __init__(self, now: _Now) -> None:
        self._now = now

    @property
    def name(self) -> str:
        return self._now.model

    @property
    def columns(self) -> dict[str, dict[str, str]]:
        return {name: {"name": name, "data_type": ""} for name in self._now.columns}

    @property
    def config(self) -> dict[str, str]:
        return {}


class _This:
    """dbt's `this`: the table of the model that is being rendered."""

    def __init__(self, now: _Now) -> None:
        self._now = now

    def __str__(self) -> str:
        return str(Relation(THIS, self._now.package, self._now.model))

    @property
    def identifier(self) -> str:
        return self._now.model

    name = table = identifier

    @property
    def schema(self) -> str:
        return names.internal_schema(self._now.package)

    def render(self) -> str:
        return str(self)


def _scope(now: _Now, adapter: str) -> dict[str, Any]:
    return {
        "ref": _ref(now),
        "source": lambda name, table: Relation(SOURCE, *now.sources.get((name, table), (name, table))),
        "this": _This(now),
        "model": _Model(now),
        "config": _Config(),
        "is_incremental": lambda: now.incremental,
        "should_full_refresh": lambda: False,
        "var": lambda name, default="": default,
        "env_var": lambda name, default="": default,
        "target": _Named(type=adapter, name="mesh", schema="mesh", database="mesh"),
        "execute": True,
        "exceptions": _Named(raise_compiler_error=_refused, warn=lambda *a: ""),
        "run_started_at": datetime(2000, 1, 1, tzinfo=UTC),
        "invocation_id": "0",
        "log": lambda *a, **k: "",
        "return": lambda value: value,
        "api": _Named(Relation=_Named(create=_record)),
        "dbt_version": "1.11.0",
        "flags": _Named(FULL_REFRESH=False),
        "modules": _Named(),
        "mesh_step": now.step,
        "mesh_join": _joined,
    }


class _Config:
    """`config(…)` sets, and prints nothing."""

    def __call__(self, *_: Any, **__: Any) -> str:
        return ""

    def get(self, name: str, default: Any = "") -> Any:
        return default


def _ref(now: _Now) -> Callable[..., Relation]:
    def ref(*named: str, **_: Any) -> Relation:
        return Relation(MODEL, str(named[0]) if len(named) > 1 else now.package, str(named[-1]))

    return ref


def _record(**parts: Any) -> Relation:
    return Relation(RECORD, str(parts.get("schema", "")), str(parts.get("identifier", "")))


def _refused(*_: Any) -> str:
    raise Unrendered("the query refuses to be compiled")
