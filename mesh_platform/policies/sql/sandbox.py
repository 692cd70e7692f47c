"""Jinja that is bounded: it has what dbt models use and nothing else, and pays for every step and all that it makes."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta, tzinfo
from functools import wraps
from typing import Any, Final

from jinja2 import Undefined, nodes, pass_context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

from mesh_platform.policies.sql.budget import SECONDS, Budget

MAX_CHARACTERS: Final = 200_000
"""Of a rendered query: far beyond what anyone reads."""
_WORK: Final = 60_000_000
"""Characters made or looked at; other things cost as many characters as follows."""
_STEP: Final = 500
_ITEM: Final = 20
_LARGEST: Final = 1_000_000
"""Of numbers that are multiplied."""
_PLACES: Final = 1_000

_FILTERS: Final = frozenset(
    {
        "abs", "attr", "batch", "capitalize", "count", "d", "default", "dictsort", "first", "float", "groupby", "int",
        "items", "join", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace",
        "reverse", "round", "safe", "select", "selectattr", "sort", "string", "title", "tojson", "trim", "unique",
        "upper",
    }
)  # fmt: skip
_GLOBALS: Final = frozenset({"range", "dict", "namespace", "joiner"})
_METHODS: Final[Mapping[type, frozenset[str]]] = {
    str: frozenset(
        {
            "lower", "upper", "title", "capitalize", "strip", "lstrip", "rstrip", "replace", "split", "rsplit", "join",
            "splitlines", "partition", "rpartition", "startswith", "endswith", "removeprefix", "removesuffix", "find",
            "index", "count", "isdigit", "isalpha", "isalnum", "isnumeric", "isupper", "islower",
        }
    ),
    list: frozenset({"append", "extend", "insert", "pop", "remove", "index", "count", "reverse", "copy", "sort"}),
    tuple: frozenset({"index", "count"}),
    dict: frozenset({"items", "keys", "values", "get", "update", "pop", "setdefault", "copy"}),
    set: frozenset({"add", "update", "union", "difference", "intersection", "remove", "discard"}),
}  # fmt: skip
_DATES: Final = (date, time, timedelta, tzinfo)
_OURS: Final = ("mesh_platform.", "jinja2.")
_UNSEEN: Final = frozenset(
    {"append", "extend", "insert", "add", "get", "items", "keys", "values", "pop", "update", "setdefault"}
)
"""Methods that do not look at all of what they belong to."""


Answer = bool | int | None
"""The same to every question, or yes to the one of this number, or what is so."""


class Unrendered(Exception):
    """Why a model's Jinja cannot be rendered here, in a few words."""

    def __init__(self, said: str, broken: str | int | None = None) -> None:
        """`broken`: what of the model, or which line of it, dbt would refuse as well."""
        super().__init__(said)
        self.broken = broken


@dataclass
class Now:
    """What is being rendered, and what it may still cost."""

    package: str = ""
    model: str = ""
    columns: tuple[str, ...] = ()
    sources: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    incremental: bool = False
    guesses: set[str] = field(default_factory=set)
    """Words in the place of what only dbt knows; the empty word where it may be any."""
    hooks: list[str] = field(default_factory=list)
    """Statements that run before and after it."""
    answer: Answer = None
    """What a question about the target is answered with; by default what is so."""
    asked: int = 0
    """How many questions about the target there were."""
    budget: Budget = field(default_factory=lambda: Budget(_WORK, SECONDS))

    def guess(self, *values: Any) -> None:
        """These values, or what is made of them, are dbt's to tell."""
        self.guesses |= {w for v in values for w in re.findall(r"\w+", str(v).lower())} or {""}

    def about_target(self, so: Any) -> Any:
        """The answer to a question about the target."""
        self.asked += 1
        return (
            so if self.answer is None else self.answer if isinstance(self.answer, bool) else self.asked == self.answer
        )

    def step(self, *_: object) -> str:
        """One step more."""
        self.budget.spend(_STEP)
        return ""

    def weigh(self, value: Any) -> Any:
        """The value, paid for with all that is in it, as often as it is in it: so much does it cost to be printed,
        compared or searched."""
        if value.__class__ is str:
            self.budget.spend(len(value))
            return value
        waiting = [value]
        while waiting:
            match waiting.pop():
                case str() as text:
                    self.budget.spend(len(text))
                case list() | tuple() | set() | frozenset() as items:
                    self.budget.spend(_ITEM * (1 + len(items)))
                    waiting += items
                case dict() as items:
                    self.budget.spend(_ITEM * (1 + 2 * len(items)))
                    waiting += [*items.keys(), *items.values()]
                case int() as number:
                    self.budget.spend(number.bit_length())
        return value


class Sandbox(SandboxedEnvironment):
    """Jinja with an allow-list of filters, globals and methods, in which everything is paid for."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, now: Now) -> None:
        super().__init__(
            extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
            undefined=_Missing,
            optimized=False,
            finalize=pass_context(lambda _, value: now.weigh(value)),  # of the context, so that nothing is folded
        )
        self.now = now
        self.filters = {name: _paid(f, now, name) for name, f in self.filters.items() if name in _FILTERS}
        self.tests = {name: _paid(test, now, name) for name, test in self.tests.items()}
        self.globals = {name: value for name, value in self.globals.items() if name in _GLOBALS}
        self.globals |= {"mesh_weigh": now.weigh, "mesh_about_target": now.about_target}

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        now = __self.now
        now.step()
        if isinstance(__obj, Undefined):
            __obj()
        name, owner = getattr(__obj, "__name__", ""), getattr(__obj, "__self__", None)
        for value in (args, kwargs, None if name in _UNSEEN else owner):
            now.weigh(value)
        _modest(name, [owner, *args, *kwargs.values()])
        return now.weigh(_short(super().call(__context, __obj, *args, **kwargs)))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        self.now.step()
        if operator == "%" and isinstance(left, str):
            raise Unrendered("it formats text with `%`")
        if operator == "+":
            return self.now.weigh(_short(super().call_binop(context, operator, left, right)))
        if operator != "%" and not (_small(left) and _small(right)):
            raise Unrendered(f"it uses `{operator}` on what is no small number")
        if operator == "**" and abs(right) > 100:
            raise Unrendered("it uses `**` with a great exponent")
        return super().call_binop(context, operator, left, right)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return super().getitem(obj, self.now.weigh(argument))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if not super().is_safe_attribute(obj, attr, value):
            return False
        kind = obj if isinstance(obj, type) else type(obj)
        known = next((allowed for base, allowed in _METHODS.items() if issubclass(kind, base)), frozenset())
        return attr in known or issubclass(kind, _DATES) or (kind.__module__.startswith(_OURS) and _own(kind, attr))

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        raise Unrendered(f"it asks for `{attribute}`, which a query may not touch")

    def concat(self, pieces: Iterable[str]) -> str:
        """The text of a macro or a block, whose pieces are constants too."""
        found = list(pieces)
        self.now.weigh(found)
        return str(_short("".join(found)))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        if len(source) > MAX_CHARACTERS:
            raise Unrendered("it is too long")
        template: nodes.Template = _Paid().visit(super()._parse(source, name, filename))
        return template


class _Missing(Undefined):
    """A name that nothing has: an error where it is used, with the name."""

    def _fail(self, *_: object, **__: object) -> Any:
        raise Unrendered(f"`{self._undefined_name}` is not known here")

    __call__ = __getattr__ = __getitem__ = _fail


class _Paid(NodeTransformer):
    """Makes what Jinja does by itself a call, which is paid for: each round of a loop, `~`, comparing, slicing."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802  (Jinja's names for them)
        self.generic_visit(node)
        node.body.insert(0, nodes.ExprStmt(_call("mesh_step")))
        if node.test is not None:
            node.test = nodes.Or(_call("mesh_step"), node.test)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Call:  # noqa: N802
        return _call("mesh_join", *[self.visit(n) for n in node.nodes])

    def visit_Compare(self, node: nodes.Compare) -> nodes.Expr:  # noqa: N802
        is_about_target = any(name.name == "target" for name in node.find_all(nodes.Name))
        self.generic_visit(node)
        node.expr = _call("mesh_weigh", node.expr)
        for operand in node.ops:
            operand.expr = _call("mesh_weigh", operand.expr)
        return _call("mesh_about_target", node) if is_about_target else node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        return _call("mesh_weigh", node) if isinstance(node.arg, nodes.Slice) else node

    def visit_Pair(self, node: nodes.Pair) -> nodes.Pair:  # noqa: N802
        self.generic_visit(node)
        node.key = _call("mesh_weigh", node.key)
        return node


def _call(name: str, *arguments: nodes.Expr) -> nodes.Call:
    return nodes.Call(nodes.Name(name, "load"), [*arguments], [], None, None)


def joined(*pieces: Any) -> str:
    """The pieces as one text, which is not too long."""
    return str(_short("".join(str(piece) for piece in pieces)))


def _paid(made: Any, now: Now, name: str) -> Callable[..., Any]:
    """A filter or test that pays for what it is given and for what it makes."""

    @wraps(made)
    def paid(*args: Any, **kwargs: Any) -> Any:
        now.step()
        for value in (args, kwargs):
            now.weigh(value)
        _modest(name, [*args, *kwargs.values()])
        return now.weigh(_short(made(*args, **kwargs)))

    return paid


def _modest(name: str, given: Sequence[Any]) -> None:
    """Raises Unrendered where padding, rounding or replacing would make something large of something small."""
    if name in ("batch", "round") and any(isinstance(a, int | float) and abs(a) > _PLACES for a in given[1:]):
        raise Unrendered(f"it gives `{name}` a great number")
    if name in ("replace", "join"):
        first, *others = sorted((len(a) + 1 for a in given if isinstance(a, str | list | tuple)), reverse=True)
        if others and first * others[0] > 10 * MAX_CHARACTERS:
            raise Unrendered("it makes too long a text")


def _short(value: Any) -> Any:
    if isinstance(value, str | list | tuple) and len(value) > MAX_CHARACTERS:
        raise Unrendered("it makes too long a text")
    return value


def _small(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) < _LARGEST


def _own(kind: type, attr: str) -> bool:
    """Whether a class of ours has it itself: one that is text has all that text has."""
    return not any(issubclass(kind, base) and hasattr(base, attr) for base in _METHODS)
