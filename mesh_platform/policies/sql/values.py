"""The expressions in a query: which columns their values come from, and what is left of those."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from sqlglot import exp

from mesh_platform.policies.sql.budget import Budget
from mesh_platform.policies.sql.declassify import how_of
from mesh_platform.policies.sql.relation import KINDS
from mesh_platform.policies.sql.scope import NOTHING, Scope, Shape, keys_of
from mesh_platform.policies.sql.trace import Asked, How, Origin, inside, whole_row


class Values:
    """The values of one query, with every column that is touched on the way."""

    def __init__(
        self, declassifiers: frozenset[str], budget: Budget, query: Callable[[exp.Expr, Scope], Shape]
    ) -> None:
        """`query`: follows a query that stands in an expression."""
        self._declassifiers, self._spend, self._query = declassifiers, budget.spend, query
        self.uses: set[Origin] = set()
        self.asked: set[Asked] = set()

    def touch(self, node: Any, scope: Scope) -> None:
        """What a filter, a join or an order uses reaches no column."""
        for item in node if isinstance(node, list) else [node] if isinstance(node, exp.Expr) else []:
            self.of(item, scope)

    def of(self, node: exp.Expr, scope: Scope) -> frozenset[Origin]:
        """Where the value of an expression comes from."""
        found = self._told(node, scope)
        self._spend(1 + len(found))
        return found

    def _told(self, node: exp.Expr, scope: Scope) -> frozenset[Origin]:
        match node:
            case exp.Column():
                return self.column(node, scope)
            case exp.Alias() | exp.Paren() | exp.Cast():
                return self.of(node.this, scope)
            case exp.Exists():
                return frozenset(o.then(How.ENDED) for o in self._nested(node.this, scope))
            case exp.Subquery() | exp.Select() | exp.SetOperation():
                return self._nested(node, scope)
            case exp.Struct():
                return frozenset(o for item in node.expressions for o in self._put(item, scope))
            case exp.Dot() | exp.Bracket() | exp.StructExtract() | exp.JSONExtract() | exp.JSONExtractScalar():
                return self._taken(node, scope)
            case exp.ArrayAgg() | exp.Array() | exp.Explode() | exp.AnyValue():
                found = frozenset(o for child in children(node) for o in self.of(child, scope))
                return frozenset(replace(o, how=max(o.how, How.DERIVED)) for o in found)
            case exp.Comprehension():
                return self.apart(children(node), scope)
            case exp.Window() | exp.Order() | exp.Filter() | exp.ArgMax() | exp.ArgMin():
                for child in children(node, "this"):
                    self.of(child, scope)
                return self.of(node.this, scope) if isinstance(node.this, exp.Expr) else NOTHING
            case exp.WithinGroup(expression=exp.Order(expressions=ordered)):
                return frozenset(o.then(How.DERIVED) for n in (node.this, *ordered) for o in self.of(n, scope))
            case exp.Case() | exp.If():
                return self._chosen(node, scope)
            case exp.DataType() | exp.Literal() | exp.Star():
                return NOTHING
        how = how_of(node, self._declassifiers)
        return frozenset(o.then(how) for child in children(node) for o in self.of(child, scope))

    def _put(self, item: exp.Expr, scope: Scope) -> frozenset[Origin]:
        """What an entry of a struct puts there, at the entry's name."""
        named = item if isinstance(item, exp.PropertyEQ) else None
        name = named.this.name if named else item.alias_or_name
        found = self.of(named.expression if named else item.unalias(), scope)
        return frozenset(o.put(name.lower()) for o in found) if name else found

    def _taken(self, node: exp.Expr, scope: Scope) -> frozenset[Origin]:
        """What a value that holds others is asked for: a field by its name, or any of them."""
        found, path = self.of(node.this, scope), _path(node)
        if not path:
            others = [o for child in children(node, "this") for o in self.of(child, scope)]
            return frozenset(o.then(How.DERIVED) for o in (*found, *others))
        if isinstance(node, exp.JSONExtract | exp.JSONExtractScalar):
            plain = {(o, replace(o, how=How.SAME).field(path)) for o in found}  # text that is JSON keeps its names
            return frozenset(inner.then(max(o.how, How.DERIVED)) for o, inner in plain if inner)
        return inside(found, path)

    def apart(self, nodes: Iterable[exp.Expr], scope: Scope) -> frozenset[Origin]:
        """Expressions with names of their own, `header` in `header = true`: what looks like a column may be none."""
        asked = set(self.asked)
        found = frozenset(o for node in nodes for o in self.of(node, scope))
        self.asked = asked
        return found

    def _chosen(self, node: exp.Expr, scope: Scope) -> frozenset[Origin]:
        """Of a CASE the results are passed on; what is tested is not."""
        results: list[exp.Expr] = []
        if isinstance(node, exp.Case):
            self.touch(node.this, scope)
            for branch in node.args.get("ifs") or ():
                self.touch(branch.this, scope)
                results.append(branch.args["true"])
            results.append(node.args.get("default"))  # type: ignore[arg-type]
        else:
            self.touch(node.this, scope)
            results += [node.args.get("true"), node.args.get("false")]  # type: ignore[list-item]
        return frozenset(o.then(How.DERIVED) for r in results if r is not None for o in self.of(r, scope))

    def _nested(self, node: exp.Expr, scope: Scope) -> frozenset[Origin]:
        shape = self._query(node, scope)
        passed = frozenset(Origin(s.relation, whole_row("", s.without)) for s in shape.stars)
        return passed.union(*shape.columns.values())

    def column(self, column: exp.Column, scope: Scope) -> frozenset[Origin]:
        """Where a column comes from; it counts as used."""
        path = [p.name.lower() for p in column.parts]
        path = path[2:] if path[0] in KINDS and len(path) > 3 else path
        found = self._found(path, scope)
        if asked := scope.asked(path):
            self.asked.add(asked)
        self.uses.update(Origin(o.relation, o.column, How.SAME, o.maybe, "", o.under) for o in found)
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
            row = scope.tables[path[0]].row(path[0]) if path[0] in scope.tables else NOTHING
            if row and not open_:
                return row
            if path[0] in scope.aliases and not open_:
                return inside(scope.aliases[path[0]], path[1:])
            if open_:
                found = frozenset(o for t in open_ for o in t.origins(path[0]))
                several = len({o.relation for o in found}) > 1 or bool(row or (scope.outer and scope.outer.tables))
                aliased = scope.aliases.get(path[0], NOTHING)
                maybe = frozenset(replace(o, maybe=several or o.maybe) for o in found)
                return inside(maybe | aliased | row | self._outer(path, scope), path[1:])
            scope = scope.outer
        return NOTHING

    def _outer(self, path: list[str], scope: Scope) -> frozenset[Origin]:
        """What a correlated query's surroundings could mean by the same name."""
        found = self._found(path[:1], scope.outer)
        return frozenset(replace(o, maybe=True) for o in found)


def _path(node: exp.Expr) -> list[str]:
    """The names of the fields that are taken out of a value; none where they are not written."""
    match node:
        case (
            exp.JSONExtract(expression=exp.JSONPath() as path)
            | exp.JSONExtractScalar(expression=exp.JSONPath() as path)
        ):
            return keys_of(path)
        case (
            exp.Dot(expression=exp.Identifier() as name)
            | exp.StructExtract(expression=exp.Literal(is_string=True) as name)
        ):
            return [name.name.lower()]
        case exp.Bracket(expressions=[exp.Literal(is_string=True) as name]):
            return [name.name.lower()]
    return []


def children(node: exp.Expr, *without: str) -> Iterator[exp.Expr]:
    """The expressions right below one, its name left out."""
    for name, value in node.args.items():
        if name not in without and name != "alias":
            yield from (v for v in (value if isinstance(value, list) else [value]) if isinstance(v, exp.Expr))
