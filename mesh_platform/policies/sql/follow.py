"""SQL, parsed and followed from the tables to the columns it makes."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import sqlglot
from sqlglot import Dialect, TokenType, exp
from sqlglot.errors import ParseError, SqlglotError

from mesh_platform.policies.sql.budget import Budget, TooLong
from mesh_platform.policies.sql.declassify import how_of
from mesh_platform.policies.sql.relation import KINDS, RAW, key
from mesh_platform.policies.sql.scope import NOTHING, Scope, Shape, inside, is_named_by_engine, keys_of, renamed
from mesh_platform.policies.sql.table_function import reading
from mesh_platform.policies.sql.trace import Asked, How, Origin, Star, Trace, merged, united

_WORK: Final = 500_000
"""Columns and tables looked at; a query of any use takes a few thousand."""
_DEEPEST_TYPE: Final = 8
_BEYOND: dict[type[exp.Expr], str] = {
    exp.Pivot: "it turns rows into columns, or columns into rows",
    exp.Columns: "it chooses columns by a pattern",
}
"""What makes columns that only the data, or the table, can tell."""


def follow(sql: str, dialect: str, declassifiers: Iterable[str] = (), budget: Budget | None = None) -> Trace:
    """What the query does with its columns; `problem` says why it could not be followed."""
    try:
        if _nests_types(sql, dialect):
            return Trace(problem="it nests types too deeply")
        statements = [s for s in sqlglot.parse(sql, dialect=dialect) if s is not None]
        if len(statements) != 1 or not isinstance(statements[0], exp.Query):
            return Trace(problem="it is no single query")
        return _Walk(frozenset(d.lower() for d in declassifiers), budget or Budget(_WORK)).whole(statements[0])
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


def _nests_types(sql: str, dialect: str) -> bool:
    """Whether `date(int(map(…)))` goes deep: the parser reads each of them twice, as a type and as a call."""
    types, before, depths = Dialect.get_or_raise(dialect).parser_class.TYPE_TOKENS, None, [0]
    for token in sqlglot.tokenize(sql, dialect=dialect):
        if token.token_type is TokenType.L_PAREN:
            depths.append(depths[-1] + (before in types))
        elif token.token_type is TokenType.R_PAREN and len(depths) > 1:
            depths.pop()
        if depths[-1] > _DEEPEST_TYPE:
            return True
        before = token.token_type
    return False


class _Walk:
    """One query being followed."""

    def __init__(self, declassifiers: frozenset[str], budget: Budget) -> None:
        self._declassifiers, self._spend = declassifiers, budget.spend
        self._uses: set[Origin] = set()
        self._reads: set[str] = set()
        self._asked: set[Asked] = set()
        self._seen: set[int] = set()
        self._problem = ""

    def whole(self, query: exp.Expr) -> Trace:
        shape = self._query(query, Scope())
        for kind, said in _BEYOND.items():
            if query.find(kind):
                self._problem = said
        self._left_out(query)
        reads, uses, asked = frozenset(self._reads), frozenset(self._uses), frozenset(self._asked)
        return Trace(shape.columns, united(shape.stars), reads, uses, asked, shape.vague, self._problem)

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
            self._touch(node.args.get(clause), scope)
        for join in joins:
            self._touch(join.args.get("on"), scope)
            for name in join.args.get("using") or ():
                self._column(exp.column(name.name), scope)
        return shape

    def _selected(self, node: exp.Select, scope: Scope) -> Shape:
        shape = Shape()
        for index, item in enumerate(node.expressions):
            if item.is_star:
                self._star(item, scope, shape)
            else:
                name = (item.alias_or_name or f"_col_{index}").lower()
                scope.aliases = shape.columns
                shape.columns[name] = self._walk(item, scope)
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
            self._touch(join.args.get("on"), scope)

    def _named(self, shape: Shape, item: exp.Expr) -> Shape:
        alias = item.args.get("alias")
        if shape.stars and isinstance(alias, exp.TableAlias) and alias.columns:
            self._problem = "it names the columns of a table by their place"
        return renamed(shape, item)

    def _table(self, table: exp.Table, scope: Scope) -> Shape:
        self._seen.add(id(table))
        catalog, schema, name = table.catalog, table.db, table.name
        if not isinstance(table.this, exp.Identifier):
            self._reads |= {key(RAW, "", f"{name}()") for name in reading(table.this)}
            return self._computed(table, scope)
        if not schema and name.lower() in scope.ctes:
            return scope.ctes[name.lower()]
        relation = key(catalog if catalog in KINDS else RAW, schema, name)
        if catalog and catalog not in (*KINDS, RAW):
            relation = key(RAW, f"{catalog}.{schema}", name)
        self._reads.add(relation)
        return Shape({}, [Star(relation)])

    def _computed(self, item: exp.Expr, scope: Scope) -> Shape:
        """A table made of an expression: every column of it may hold all that the expression does."""
        inner = item.this if isinstance(item, exp.Lateral) else item
        if isinstance(inner, exp.Subquery):
            return self._query(inner.this, Scope(dict(scope.ctes), {}, scope))
        found = frozenset(o.then(How.DERIVED) for o in self._apart(_children(item), scope))
        alias = item.args.get("alias")
        named = [c.name.lower() for c in alias.columns] if isinstance(alias, exp.TableAlias) else []
        names = [*named, item.alias.lower(), "unnest", "value", "key"]
        return Shape(dict.fromkeys((n for n in names if n), found), vague=True)

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
            shape.stars += [Star(s.relation, s.without | gone | taken) for s in source.stars]
        shape.stars = [*united(shape.stars)]
        for old, new in renamed.items():
            shape.columns[new] = self._column(exp.column(old, table or None), scope)
        for entry in replaced:
            shape.columns[entry.alias.lower()] = self._walk(entry.this, scope)

    # -- expressions --------------------------------------------------------------------------------------------
    def _touch(self, node: Any, scope: Scope) -> None:
        """What a filter, a join or an order uses reaches no column."""
        for item in node if isinstance(node, list) else [node] if isinstance(node, exp.Expr) else []:
            self._walk(item, scope)

    def _walk(self, node: exp.Expr, scope: Scope) -> frozenset[Origin]:
        found = self._walked(node, scope)
        self._spend(1 + len(found))
        return found

    def _walked(self, node: exp.Expr, scope: Scope) -> frozenset[Origin]:
        match node:
            case exp.Column():
                return self._column(node, scope)
            case exp.Alias() | exp.Paren() | exp.Cast():
                return self._walk(node.this, scope)
            case exp.Exists():
                return self._ended(self._nested(node.this, scope))
            case exp.Subquery() | exp.Select() | exp.SetOperation():
                return self._nested(node, scope)
            case exp.JSONExtract(expression=exp.JSONPath()) | exp.JSONExtractScalar(expression=exp.JSONPath()):
                found = inside(self._walk(node.this, scope), keys_of(node.expression))
                return frozenset(o.then(How.DERIVED) for o in found)
            case exp.Comprehension():
                return self._apart(_children(node), scope)
            case exp.Window() | exp.Order():
                for child in _children(node, "this"):
                    self._walk(child, scope)
                return self._walk(node.this, scope) if isinstance(node.this, exp.Expr) else NOTHING
            case exp.Case() | exp.If():
                return self._chosen(node, scope)
            case exp.DataType() | exp.Literal() | exp.Star():
                return NOTHING
        found = frozenset(o for child in _children(node) for o in self._walk(child, scope))
        how = how_of(node, self._declassifiers)
        return frozenset(o.then(how) for o in found)

    def _apart(self, nodes: Iterable[exp.Expr], scope: Scope) -> frozenset[Origin]:
        """Expressions with names of their own, `header` in `header = true`: what looks like a column may be none."""
        asked = set(self._asked)
        found = frozenset(o for node in nodes for o in self._walk(node, scope))
        self._asked = asked
        return found

    def _chosen(self, node: exp.Expr, scope: Scope) -> frozenset[Origin]:
        """Of a CASE the results are passed on; what is tested is not."""
        results: list[exp.Expr] = []
        if isinstance(node, exp.Case):
            self._touch(node.this, scope)
            for branch in node.args.get("ifs") or ():
                self._touch(branch.this, scope)
                results.append(branch.args["true"])
            results.append(node.args.get("default"))  # type: ignore[arg-type]
        else:
            self._touch(node.this, scope)
            results += [node.args.get("true"), node.args.get("false")]  # type: ignore[list-item]
        return frozenset(o.then(How.DERIVED) for r in results if r is not None for o in self._walk(r, scope))

    def _nested(self, node: exp.Expr, scope: Scope) -> frozenset[Origin]:
        shape = self._query(node, scope)
        return frozenset(o for origins in shape.columns.values() for o in origins)

    def _ended(self, found: Iterable[Origin]) -> frozenset[Origin]:
        return frozenset(o.then(How.ENDED) for o in found)

    def _column(self, column: exp.Column, scope: Scope) -> frozenset[Origin]:
        path = [p.name.lower() for p in column.parts]
        path = path[2:] if path[0] in KINDS and len(path) > 3 else path
        found = self._found(path, scope)
        if asked := scope.asked(path):
            self._asked.add(asked)
        self._uses.update(Origin(o.relation, o.column, How.SAME, o.maybe) for o in found)
        return found

    def _found(self, path: list[str], scope: Scope | None) -> frozenset[Origin]:
        """The column in the innermost query that can have it; a first part that is no table is a column with fields."""
        while scope is not None:
            self._spend(1 + sum(1 + len(table.stars) for table in scope.tables.values()))
            if len(path) > 1 and path[0] in scope.tables:
                return inside(scope.tables[path[0]].origins(path[1]), path[2:])
            holders = [t for t in scope.tables.values() if t.has(path[0])]
            open_ = [t for t in scope.tables.values() if t.has(path[0]) is None]
            if holders:
                return inside(frozenset(o for t in holders for o in t.origins(path[0])), path[1:])
            if path[0] in scope.aliases and not open_:
                return inside(scope.aliases[path[0]], path[1:])
            if open_:
                found = frozenset(o for t in open_ for o in t.origins(path[0]))
                several = len({o.relation for o in found}) > 1 or (scope.outer is not None and bool(scope.outer.tables))
                aliased = scope.aliases.get(path[0], NOTHING)
                maybe = frozenset(Origin(o.relation, o.column, o.how, several or o.maybe) for o in found)
                return inside(maybe | aliased | self._outer(path, scope), path[1:])
            scope = scope.outer
        return NOTHING

    def _outer(self, path: list[str], scope: Scope) -> frozenset[Origin]:
        """What a correlated query's surroundings could mean by the same name."""
        found = self._found(path[:1], scope.outer)
        return frozenset(Origin(o.relation, o.column, o.how, True) for o in found)


def _children(node: exp.Expr, *without: str) -> Iterator[exp.Expr]:
    for name, value in node.args.items():
        if name not in without and name != "alias":
            yield from (v for v in (value if isinstance(value, list) else [value]) if isinstance(v, exp.Expr))
