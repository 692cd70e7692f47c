"""SQL, parsed and followed from the tables to the columns it makes."""

from collections.abc import Iterable
from typing import Final

from sqlglot import Dialect, Token, TokenType, exp
from sqlglot.errors import ParseError, SqlglotError

from mesh_platform.policies.sql.budget import Budget, TooLong
from mesh_platform.policies.sql.queries import Queries
from mesh_platform.policies.sql.trace import Trace

_WORK: Final = 500_000
"""Columns and tables looked at; a query of any use takes a few thousand."""
_DEEPEST_TYPE: Final = 8


def follow(sql: str, dialect: str, declassifiers: Iterable[str] = (), budget: Budget | None = None) -> Trace:
    """What the query does with its columns; `problem` says why it could not be followed."""
    try:
        spoken = Dialect.get_or_raise(dialect)
        tokens = spoken.tokenize(sql)
        if _nests_types(tokens, spoken):
            return Trace(problem="it nests types too deeply")
        statements = [s for s in spoken.parser().parse(tokens, sql) if s is not None]
        if len(statements) != 1 or not isinstance(statements[0], exp.Query):
            return Trace(problem="it is no single query")
        return Queries(frozenset(d.lower() for d in declassifiers), budget or Budget(_WORK)).whole(statements[0])
    except ParseError as problem:
        place = (problem.errors or [{}])[0]
        at = str(place.get("highlight") or "").replace("`", "")[:40]
        said = f"its SQL cannot be read at `{at}`" if at.strip() else "its SQL cannot be read"
        return Trace(problem=said, broken=True, line=int(place.get("line") or 1))
    except SqlglotError:
        return Trace(problem="its SQL cannot be read: a quote or a comment has no end", broken=True)
    except TooLong as problem:
        return Trace(problem=str(problem))
    except RecursionError:
        return Trace(problem="it nests too deeply")
    except Exception as problem:  # noqa: BLE001  (the parser builds whatever SQL can say; some of it nobody has met)
        return Trace(problem=f"its SQL is of a kind that is not followed ({type(problem).__name__})")


def _nests_types(tokens: Iterable[Token], dialect: Dialect) -> bool:
    """Whether `date(int(map(…)))` goes deep: the parser reads each of them twice, as a type and as a call."""
    types, before, depths = dialect.parser_class.TYPE_TOKENS, None, [0]
    for token in tokens:
        if token.token_type is TokenType.L_PAREN:
            depths.append(depths[-1] + (before in types))
        elif token.token_type is TokenType.R_PAREN and len(depths) > 1:
            depths.pop()
        if depths[-1] > _DEEPEST_TYPE:
            return True
        before = token.token_type
    return False
