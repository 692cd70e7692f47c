"""What the names in a query mean where it is being read."""

from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp

from mesh_platform.policies.sql.trace import Origin, Star, Trace

NOTHING: Final[frozenset[Origin]] = frozenset()


@dataclass
class Shape:
    """The columns of something in a FROM."""

    columns: dict[str, frozenset[Origin]] = field(default_factory=dict)
    stars: list[Star] = field(default_factory=list)

    def has(self, column: str) -> bool | None:
        """Whether it has the column; None if only its tables know."""
        if column in self.columns:
            return True
        return None if any(column not in s.without for s in self.stars) else False

    def origins(self, column: str) -> frozenset[Origin]:
        return Trace(self.columns, tuple(self.stars)).origins(column)


@dataclass
class Scope:
    """What the names in a query mean where it is being read."""

    ctes: dict[str, Shape] = field(default_factory=dict)
    tables: dict[str, Shape] = field(default_factory=dict)
    outer: "Scope | None" = None
    aliases: dict[str, frozenset[Origin]] = field(default_factory=dict)
    """Names that the select list gives, which DuckDB lets later clauses use."""


def inside(origins: frozenset[Origin], fields: list[str]) -> frozenset[Origin]:
    """The fields inside these columns."""
    if not fields:
        return origins
    inner = ".".join(fields)
    return frozenset(Origin(o.relation, f"{o.column}.{inner}", o.how, o.maybe) for o in origins)


def renamed(shape: Shape, item: exp.Expr) -> Shape:
    """The shape under the column names of its alias, `c(a, b)`, where it has such."""
    alias = item.args.get("alias")
    named = [c.name.lower() for c in alias.columns] if isinstance(alias, exp.TableAlias) else []
    if not named or shape.stars:
        return shape
    origins = list(shape.columns.values())
    return Shape({n: origins[i] if i < len(origins) else NOTHING for i, n in enumerate(named)})
