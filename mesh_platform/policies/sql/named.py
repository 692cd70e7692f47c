"""The relations that a statement names, whatever it does with them."""

import sqlglot
from sqlglot import exp

from mesh_platform.policies.sql.relation import KINDS, RAW, key

_LONGEST = 50_000


def relation_of(table: exp.Table) -> str:
    """The relation that a table in SQL is."""
    catalog, schema, name = table.catalog, table.db, table.name
    if catalog and catalog not in (*KINDS, RAW):
        return key(RAW, f"{catalog}.{schema}", name)
    return key(catalog or RAW, schema, name)


def named_in(sql: str, dialects: tuple[str, ...]) -> frozenset[str]:
    """The relations in statements of any kind, as the first dialect has it that can read them; none, if none can."""
    for dialect in dialects if len(sql) <= _LONGEST else ():
        try:
            return frozenset(r for s in sqlglot.parse(sql, dialect=dialect) if s is not None for r in _named(s))
        except Exception:  # noqa: BLE001, S112  (the parser builds whatever SQL can say; what it cannot read names nothing)
            continue
    return frozenset()


def _named(statement: exp.Expr) -> list[str]:
    known = {cte.alias.lower() for cte in statement.find_all(exp.CTE)}
    tables = [t for t in statement.find_all(exp.Table) if isinstance(t.this, exp.Identifier)]
    return [relation_of(t) for t in tables if t.db or t.name.lower() not in known]
