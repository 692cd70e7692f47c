"""The queries in a statement: what each reads, and the columns it makes."""

from dataclasses import replace
from typing import Any

from sqlglot import exp

from mesh_platform.policies.sql.budget import Budget
from mesh_platform.policies.sql.named import relation_of
from mesh_platform.policies.sql.relation import RAW, key
from mesh_platform.policies.sql.scope import NOTHING, Scope, Shape, is_named_by_engine, renamed
from mesh_platform.policies.sql.table_function import reading
from mesh_platform.policies.sql.trace import How, Origin, Star, Trace, inside, merged, united
from mesh_platform.policies.sql.values import Values, children

_BEYOND: dict[type[exp.Expr], str] = {
    exp.Pivot: "it turns rows into columns, or columns into rows",
    exp.Columns: "it chooses columns by a pattern",
}
"""What makes columns that only the data, or the table, can tell."""


class Queries:
    """One query being followed, and every query in it."""

    def __init__(self, declassifiers: frozenset[str], budget: Budget) -> None:
        self._spend = budget.spend
        self._values = Values(declassifiers, budget, self._query)
        self._reads: set[str] = set()
        self._seen: set[int] = set()
        self._problem = ""

    def whole(self, query: exp.Expr) -> Trace:
        """What it makes of what it reads."""
        shape = self._query(query, Scope())
        for kind, said in _BEYOND.items():
            if query.find(kind):
                self._problem = said
        self._left_out(query)
        reads, uses, asked = frozenset(self._reads), frozenset(self._values.uses), frozenset(self._values.asked)
        return Trace(shape.columns, united(shape.stars), reads, uses, asked, vague=shape.vague, problem=self._problem)

    def _left_out(self, query: exp.Expr) -> None:
        """Tables in a place that nobody has looked at: they are read, and more is not known."""
        named = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
        for table in query.find_all(exp.Table):
            if id(table) not in self._seen and not (table.name.lower() in named and not table.db):
                self._table(table, Scope())
                self._problem = self._problem or "it reads a table in a way that is not followed"

    # -- queries ------------------------------------------------------------------------------------------------
    def _query(self, node: exp.Expr, scope: Scope) -> Shape:
        self._spend(1 + len(scope.ctes))
        inner = self._with(node, Scope(dict(scope.ctes), {}, scope))
        match node:
            case exp.Subquery():
                return self._query(node.this, inner)
            case exp.SetOperation():
                return self._union(node, inner)
            case exp.Select():
                return self._select(node, inner)
            case exp.Table():
                return self._table(node, inner)
        return Shape(vague=True)

    def _with(self, node: exp.Expr, scope: Scope) -> Scope:
        clause: Any = node.args.get("with_")
        for cte in clause.expressions if clause else ():
            name = cte.alias.lower()
            if clause.args.get("recursive") and isinstance(cte.this, exp.SetOperation):
                scope.ctes[name] = renamed(self._query(cte.this.left, scope), cte)
            scope.ctes[name] = renamed(self._query(cte.this, scope), cte)
        return scope

    def _union(self, node: exp.SetOperation, scope: Scope) -> Shape:
        left, right = self._query(node.left, scope), self._query(node.right, scope)
        if isinstance(node, exp.Except):
            return left
        if not left.stars and not right.stars and not node.args.get("by_name"):
            theirs = [*right.columns.values(), *[NOTHING] * len(left.columns)]
            columns = {n: os | theirs[i] for i, (n, os) in enumerate(left.columns.items())}
            return Shape(columns, vague=left.vague)
        if not node.args.get("by_name") and (stacked := _stacked(left, right)):
            return stacked
        both = merged([Trace(s.columns, tuple(s.stars)) for s in (left, right)])
        return Shape(dict(both.columns), list(both.stars), left.vague or right.vague)

    def _select(self, node: exp.Select, scope: Scope) -> Shape:
        source = node.args.get("from_")
        items = [source.this] if source else []
        joins = list(node.args.get("joins") or ())
        for item in [*items, *(j.this for j in joins), *(node.args.get("laterals") or ())]:
            self._source(item, scope)
        shape = self._selected(node, scope)
        scope.aliases = shape.columns
        for clause in ("where", "group", "having", "qualify", "order", "distinct", "windows", "sort", "cluster"):
            self._values.touch(node.args.get(clause), scope)
        for join in joins:
            self._values.touch(join.args.get("on"), scope)
            for name in join.args.get("using") or ():
                self._values.column(exp.column(name.name), scope)
        return shape

    def _selected(self, node: exp.Select, scope: Scope) -> Shape:
        shape = Shape()
        for index, item in enumerate(node.expressions):
            if item.is_star:
                self._star(item, scope, shape)
            else:
                name = (item.alias_or_name or f"_col_{index}").lower()
                scope.aliases = shape.columns
                shape.columns[name] = self._values.of(item, scope)
                shape.vague |= is_named_by_engine(item)
        return shape

    # -- what is read -------------------------------------------------------------------------------------------
    def _source(self, item: Any, scope: Scope) -> None:
        name = (item.alias_or_name or f"_from_{len(scope.tables)}").lower()
        match item:
            case exp.Table():
                scope.tables[name] = self._named(self._table(item, scope), item)
            case exp.Subquery():
                scope.tables[name] = renamed(self._query(item.this, Scope(dict(scope.ctes), {}, scope)), item)
            case exp.Lateral() | exp.Unnest() | exp.Values():
                scope.tables[name] = self._computed(item, scope)
            case exp.Expr():
                scope.tables[name] = self._computed(item, scope)
        for join in item.args.get("joins") or ():
            self._source(join.this, scope)
            self._values.touch(join.args.get("on"), scope)

    def _named(self, shape: Shape, item: exp.Expr) -> Shape:
        alias = item.args.get("alias")
        if shape.stars and isinstance(alias, exp.TableAlias) and alias.columns:
            self._problem = "it names the columns of a table by their place"
        return renamed(shape, item)

    def _table(self, table: exp.Table, scope: Scope) -> Shape:
        self._seen.add(id(table))
        catalog, schema, name = table.catalog, table.db, table.name
        if (catalog or schema).lower() in scope.tables:
            owner, column, *fields = (part.name for part in table.parts)
            found = self._values.of(exp.column(column, owner), scope)
            return _items(table, inside(found, [f.lower() for f in fields]) if fields else found)
        if not isinstance(table.this, exp.Identifier):
            self._reads |= {key(RAW, "", f"{name}()") for name in reading(table.this)}
            return self._computed(table, scope)
        if not schema and name.lower() in scope.ctes:
            return scope.ctes[name.lower()]
        relation = relation_of(table)
        self._reads.add(relation)
        return Shape({}, [Star(relation)])

    def _computed(self, item: exp.Expr, scope: Scope) -> Shape:
        """A table made of an expression: every column of it may hold all that the expression does."""
        inner = item.this if isinstance(item, exp.Lateral) else item
        if isinstance(inner, exp.Subquery):
            return self._query(inner.this, Scope(dict(scope.ctes), {}, scope))
        found = self._values.apart(children(item), scope)
        if not (isinstance(inner, exp.Unnest) and all(isinstance(e, exp.Column) for e in inner.expressions)):
            found = frozenset(o.then(How.DERIVED) for o in found)
        return _items(item, found)

    def _star(self, item: exp.Expr, scope: Scope, shape: Shape) -> None:
        star = item.this if isinstance(item, exp.Column) else item
        if not isinstance(star, exp.Star):
            return
        table = item.table.lower() if isinstance(item, exp.Column) else ""
        without = {e.name.lower() for e in star.args.get("except_") or ()}
        renamed = {e.this.name.lower(): e.alias.lower() for e in star.args.get("rename") or ()}
        replaced = list(star.args.get("replace") or ())
        shape.vague |= bool(table) and table not in scope.tables
        gone = frozenset(without | set(renamed) | {e.alias.lower() for e in replaced})
        for source in [scope.tables[table]] if table in scope.tables else scope.tables.values():
            for name, origins in source.columns.items():
                self._spend(1 + len(origins))
                if name not in gone:
                    shape.columns[name] = shape.columns.get(name, NOTHING) | origins
            taken = frozenset(source.columns)
            shape.vague |= source.vague
            self._spend(sum(1 + len(s.without) for s in source.stars) + len(taken))
            shape.stars += [replace(s, without=s.without | gone | taken) for s in source.stars]
        shape.stars = [*united(shape.stars)]
        for old, new in renamed.items():
            shape.columns[new] = self._values.column(exp.column(old, table or None), scope)
        for entry in replaced:
            shape.columns[entry.alias.lower()] = self._values.of(entry.this, scope)


def _stacked(left: Shape, right: Shape) -> Shape | None:
    """One query's columns with another's below them, place by place; None where nobody can tell the places."""
    mine, theirs = _whole(left), _whole(right)
    if len(left.stars) == len(right.stars) == 1 and left.columns and list(left.columns) == list(right.columns):
        columns = {n: os | right.columns[n] for n, os in left.columns.items()}
        passed = _stacked(Shape(stars=left.stars), Shape(stars=right.stars))
        return Shape(columns, passed.stars, left.vague) if passed else None
    if mine and (theirs or not right.stars):
        under = (theirs.relation, *theirs.below) if theirs else (tuple(right.columns.values()),)
        stacked = dict.fromkeys((*mine.below, *(u for u in under if u != mine.relation)))
        return Shape({}, [replace(mine, below=tuple(stacked))], left.vague)
    if theirs and not left.stars:
        below = {n: Origin(theirs.relation, "#", under=str(i)) for i, n in enumerate(left.columns)}
        return Shape({n: os | {below[n]} for n, os in left.columns.items()}, vague=left.vague)
    return None


def _whole(shape: Shape) -> Star | None:
    """The relation that this is, with all its columns and no others."""
    only = shape.stars[0] if len(shape.stars) == 1 and not shape.columns else None
    return only if only and not only.without else None


def _items(item: exp.Expr, found: frozenset[Origin]) -> Shape:
    """The items of lists as a table: by whatever name a column of it is called, it holds what is in them."""
    alias = item.args.get("alias")
    named = [c.name.lower() for c in alias.columns] if isinstance(alias, exp.TableAlias) else []
    names = [*named, item.alias_or_name.lower(), "unnest", "value", "key"]
    return Shape(dict.fromkeys((n for n in names if n), found), vague=True, rest=found)
