"""Jinja that is bounded: in steps, in the length of what it makes, and in what it may touch."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final

from jinja2 import Undefined, nodes
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

MAX_STEPS: Final = 100_000
MAX_CHARACTERS: Final = 200_000
"""Of a rendered query: far beyond what anyone reads."""
_WIDE: Final = frozenset({"center", "ljust", "rjust", "zfill", "format", "format_map", "expandtabs"})
_LONGEST_LIST: Final = 10_000
_GROWING: Final = ("replace", "join")
_NO_FILTERS: Final = frozenset({"center", "indent", "format", "wordwrap"})


class Unrendered(Exception):
    """Why a model's Jinja cannot be rendered here, in a few words."""

    def __init__(self, said: str, broken: str | int | None = None) -> None:
        """`broken`: what of the model, or which line of it, dbt would refuse as well."""
        super().__init__(said)
        self.broken = broken


@dataclass
class Now:
    """What is being rendered."""

    package: str = ""
    model: str = ""
    columns: tuple[str, ...] = ()
    sources: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    incremental: bool = False
    guesses: set[str] = field(default_factory=set)
    """Words in the place of what only dbt knows; the empty word where it may be any."""
    steps: int = 0

    def guess(self, *values: Any) -> None:
        """These values, or what is made of them, are dbt's to tell."""
        self.guesses |= {w for v in values for w in re.findall(r"\w+", str(v).lower())} or {""}

    def step(self, *_: object) -> str:
        """One step more; raises Unrendered when there were too many."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Unrendered("it runs too long")
        return ""


class Sandbox(SandboxedEnvironment):
    """Jinja that counts loops and calls, and makes no text by multiplying."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, now: Now) -> None:
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
        template: nodes.Template = super()._parse(source, name, filename)
        template = _Joins().visit(template)
        for loop in template.find_all((nodes.For, nodes.Macro)):
            body: list[nodes.Node] = loop.body  # type: ignore[attr-defined]
            body.insert(0, nodes.ExprStmt(nodes.Call(nodes.Name("mesh_step", "load"), [], [], None, None)))
        return template


class _Missing(Undefined):
    """A name that nothing has: an error where it is used, with the name."""

    def _fail(self, *_: object, **__: object) -> Any:
        raise Unrendered(f"`{self._undefined_name}` is not known here")

    __call__ = __getattr__ = __getitem__ = _fail


class _Joins(NodeTransformer):
    """Makes every `~` a call that looks at how long its result is."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Call:  # noqa: N802  (Jinja's name for it)
        inner = [self.visit(n) for n in node.nodes]
        return nodes.Call(nodes.Name("mesh_join", "load"), inner, [], None, None)


def joined(*pieces: Any) -> str:
    """The pieces as one text, which is not too long."""
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
