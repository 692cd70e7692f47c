"""What the names in a query mean where it is being read."""

import re
from dataclasses import dataclass, field
from typing import Final, cast

from sqlglot import exp

from mesh_platform.policies.sql.trace import Asked, Origin, Star, Trace, inside, whole_row

NOTHING: Final[frozenset[Origin]] = frozenset()
_ENGINES_OWN: Final = frozenset(
    {
        "rowid", "filename", "file_row_number", "file_index", "all", "today",
        "_partitiontime", "_partitiondate", "_table_suffix", "_file_name",
        "microsecond", "millisecond", "second", "minute", "hour", "day", "week", "isoweek", "month", "quarter", "year",
        "isoyear", "decade", "century", "millennium", "epoch", "dayofweek", "dayofyear", "dow", "doy", "isodow", "date",
    }
)  # fmt: skip
"""Columns that every table has, and parts of a date, which look like columns."""
_ENGINES_NAME: Final = re.compile(r"f\d+_|col\d+")
"""How BigQuery and DuckDB name what has no name."""


@dataclass
class Shape:
    """The columns of something in a FROM."""

    columns: dict[str, frozenset[Origin]] = field(default_factory=dict)
    stars: list[Star] = field(default_factory=list)
    vague: bool = False
    """Whether it may have columns that nobody can name."""

    rest: frozenset[Origin] = NOTHING
    """What is in those."""

    def has(self, column: str) -> bool | None:
        """Whether it has the column; None if only its tables know."""
        if column in self.columns:
            return True
        return None if any(column not in s.without for s in self.stars) else False

    def origins(self, column: str) -> frozenset[Origin]:
        if column not in self.columns and not self.stars:
            return inside(self.rest, [column])
        return Trace(self.columns, tuple(self.stars)).origins(column)

    def row(self, name: str) -> frozenset[Origin]:
        """All its columns as one value."""
        named = {o.put(column) for column, origins in self.columns.items() for o in origins}
        passed = {Origin(s.relation, whole_row(name, {*s.without, *self.columns})) for s in self.stars}
        return self.rest.union(named, passed)

    def surely_has(self, column: str) -> bool:
        return self.vague or column in self.columns

    def may_have(self, column: str) -> frozenset[str]:
        """The relations that it would have the column from."""
        return frozenset(s.relation for s in self.stars if column not in s.without)


@dataclass
class Scope:
    """What the names in a query mean where it is being read."""

    ctes: dict[str, Shape] = field(default_factory=dict)
    tables: dict[str, Shape] = field(default_factory=dict)
    outer: "Scope | None" = None
    aliases: dict[str, frozenset[Origin]] = field(default_factory=dict)
    """Names that the select list gives, which DuckDB lets later clauses use."""

    def asked(self, path: list[str]) -> Asked | None:
        """What a reference asks of the tables around it; None where it surely is there, or is no column."""
        if len(path) > 1 and (owner := self._table(path[0])):
            return None if owner.surely_has(path[1]) or _is_engines(path[1]) else (path[1], owner.may_have(path[1]))
        name, relations, around = path[0], frozenset[str](), cast("Scope | None", self)
        if _is_engines(name) or self._table(name) or (len(path) > 2 and self._table(path[1])):
            return None
        while around is not None:
            if name in around.aliases or any(t.surely_has(name) for t in around.tables.values()):
                return None
            relations |= {r for t in around.tables.values() for r in t.may_have(name)}
            around = around.outer
        return name, relations

    def _table(self, name: str) -> Shape | None:
        """The innermost table of that name."""
        found = self.tables.get(name)
        return found if found or not self.outer else self.outer._table(name)


def _is_engines(name: str) -> bool:
    """Whether the engine gives the name, or it is one only in quotes, as the text of an expression is."""
    return name in _ENGINES_OWN or bool(_ENGINES_NAME.fullmatch(name)) or not name.isidentifier()


def is_named_by_engine(item: exp.Expr) -> bool:
    """Whether an entry of a select list makes columns by names that can be written as such, and nobody can tell.

    Of most entries without a name the engine makes one of their text, `sum(x)`, which is no name.
    """
    if item.find(exp.Explode, exp.Unnest):
        return True
    bare = isinstance(item, exp.Func) and not isinstance(item, exp.Anonymous) and not any(item.args.values())
    return bare or isinstance(item, exp.Subquery | exp.Dot)


def keys_of(path: exp.Expr) -> list[str]:
    """The names in a path into JSON, `$.customer.phone`."""
    return [str(step.this).lower() for step in path.expressions if isinstance(step, exp.JSONPathKey)]


def renamed(shape: Shape, item: exp.Expr) -> Shape:
    """The shape under the column names of its alias, `c(a, b)`, where it has such."""
    alias = item.args.get("alias")
    named = [c.name.lower() for c in alias.columns] if isinstance(alias, exp.TableAlias) else []
    if not named or shape.stars:
        return shape
    origins = list(shape.columns.values())
    return Shape({n: origins[i] if i < len(origins) else NOTHING for i, n in enumerate(named)}, vague=shape.vague)
