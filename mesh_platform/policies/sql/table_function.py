"""Functions in the place of a table: some make one of what they are given, others read one by its name."""

from typing import Final

from sqlglot import exp

_MAKING: Final = frozenset({"json_each", "json_tree", "unnest", "flatten", "generate_subscripts", "range"})
_MADE: Final = exp.GenerateSeries | exp.Unnest | exp.Explode | exp.Values | exp.Lateral


def reading(function: exp.Expr) -> tuple[str, ...]:
    """The name of a function that may read a table, a file or another database by a name that nobody follows."""
    name = function.name if isinstance(function, exp.Anonymous) else type(function).__name__
    return () if isinstance(function, _MADE) or name.lower() in _MAKING else (name.lower(),)
