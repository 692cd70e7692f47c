"""What dbt gives a query to compile with, as far as its columns depend on it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from mesh_platform import names
from mesh_platform.manifest.message import did_you_mean
from mesh_platform.policies.sql.hook import statements_of
from mesh_platform.policies.sql.relation import MODEL, RAW, RECORD, RECORDS, SOURCE, THIS, Relation
from mesh_platform.policies.sql.sandbox import Now, Unrendered, joined


class Package:
    """The macros of one package by name; a missing one says which it is."""

    def __init__(self, name: str, macros: dict[str, Any], complete: bool = False) -> None:
        """`complete`: what is not here, dbt does not have either."""
        self._name, self._macros, self._complete = name, macros, complete

    def __getattr__(self, macro: str) -> Any:
        if macro.startswith("_"):
            raise AttributeError(macro)
        if macro not in self._macros:
            named = f"{self._name}.{macro}"
            hint = did_you_mean(macro, sorted(self._macros))
            raise Unrendered(f"there is no macro `{named}`{hint}", named if self._complete else None)
        return self._macros[macro]


class Expressions:
    """A package that everyone knows and nobody has here: its macros stand as functions of what they are given."""

    def __init__(self, name: str, now: Now) -> None:
        self._name, self._now = name, now

    def __getattr__(self, macro: str) -> Callable[..., str]:
        if macro.startswith("_"):
            raise AttributeError(macro)
        if macro in _WHOLE_QUERIES:
            raise Unrendered(f"`{self._name}.{macro}` writes more than an expression")

        def call(*args: Any, **named: Any) -> str:
            given = list(_expressions([*args, *named.values()]))
            self._now.guess(macro, *given)
            return f"{macro}({', '.join(given)})"

        return call


_WHOLE_QUERIES: Final = frozenset(
    {
        "star", "union_relations", "get_column_values", "pivot", "unpivot", "deduplicate", "date_spine", "group_by",
        "generate_series", "get_filtered_columns_in_relation", "get_relations_by_pattern", "get_relations_by_prefix",
        "get_query_results_as_dict", "get_single_value",
    }
)  # fmt: skip


def _expressions(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _expressions(value)
        else:
            yield str(value)


class Adapter:
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

    def __init__(self, now: Now) -> None:
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

    def __init__(self, now: Now) -> None:
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


def stand_ins(now: Now, adapter: str) -> dict[str, Any]:
    """Name → what stands for it; what it says depends on what is being rendered."""
    return {
        "ref": _ref(now),
        "source": lambda name, table: Relation(SOURCE, *now.sources.get((name, table), (name, table))),
        "this": _This(now),
        "model": _Model(now),
        "config": _Config(now),
        "is_incremental": lambda: now.incremental,
        "should_full_refresh": lambda: False,
        "var": _told(now),
        "env_var": _told(now),
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
        "dbt": Expressions("dbt", now),
        "dbt_utils": Expressions("dbt_utils", now),
        "mesh_step": now.step,
        "mesh_join": joined,
    }


class _Config:
    """`config(…)` sets, and prints nothing; its hooks are kept."""

    def __init__(self, now: Now) -> None:
        self._now = now

    def __call__(self, *given: Any, **named: Any) -> str:
        for said in (named, *(g for g in given if isinstance(g, dict))):
            self._now.hooks += statements_of(said)
        return ""

    def get(self, name: str, default: Any = "") -> Any:
        return _told(self._now)(name, default)


def _told(now: Now) -> Callable[..., Any]:
    """What somebody sets from outside; its default, as long as nobody does."""

    def told(name: str, default: Any = "") -> Any:
        now.guess(default)
        return default

    return told


def _ref(now: Now) -> Callable[..., Relation]:
    def ref(*named: str, **which: Any) -> Relation:
        version = which.get("v", which.get("version"))
        model = str(named[-1]) if version is None else f"{named[-1]}_v{version}"
        return Relation(MODEL, str(named[0]) if len(named) > 1 else now.package, model)

    return ref


def _record(**parts: Any) -> Relation:
    """Any other table than the platform's own is written where `ref()` or `source()` belongs."""
    schema, table = (str(parts.get(part, "")) for part in ("schema", "identifier"))
    return Relation(RECORD if f"{schema}.{table}" in RECORDS else RAW, schema, table)


def _refused(*_: Any) -> str:
    raise Unrendered("the query refuses to be compiled")
