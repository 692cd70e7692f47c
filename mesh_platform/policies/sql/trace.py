"""One model followed: its columns, where each comes from, what else it touches; told without knowing any table."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, Final

from mesh_platform.policies.sql.relation import parts


class How(IntEnum):
    """What became of a value on its way; of two, the greater holds."""

    SAME = 0
    DERIVED = 1
    PSEUDONYM = 2
    """It was hashed in a way that guessing undoes."""
    ENDED = 3
    """It was counted, summed, compared or hashed well: what is left says nothing of a person."""


@dataclass(frozen=True, order=True)
class Origin:
    """A column of a relation that a value comes from."""

    relation: str
    column: str
    """`email`, or `customer.email` for a field inside; as the query spells it, lower case. What `whole_row` made stands
    for every column there is."""
    how: How = How.SAME
    maybe: bool = False
    """Whether other relations of the query could have it as well."""
    at: str = ""
    """Of a value that was put into a struct, its place there, `customer.mail`."""
    under: str = ""
    """Of a value that a union puts under a column of another relation, `relation`, `column`: there it must stand. With
    a number after them, what is meant stands under the column of that number only; else it is the column of its own
    relation that stands there, whatever it is called. A number alone is the number of its column."""

    def then(self, how: How) -> "Origin":
        """The same after one more step, which leaves no struct as it was."""
        if how is How.SAME or (how <= self.how and not self.at):
            return self
        return Origin(self.relation, self.column, max(how, self.how), self.maybe, "", self.under)

    def put(self, name: str) -> "Origin":
        """The same as the field of this name."""
        return replace(self, at=f"{name}.{self.at}" if self.at else name)

    def field(self, path: list[str]) -> "Origin | None":
        """What of it is in this field; None where nothing is."""
        at = self.at.split(".") if self.at else []
        if at[: len(path)] == path:
            return replace(self, at=".".join(at[len(path) :]))
        if path[: len(at)] != at:
            return None
        column, rest = self.column, path[len(at) :]
        if row := row_of(column):
            return None if rest[0] in row.without else replace(self, column=".".join(rest), at="")
        inner = ".".join([column, *rest]) if self.how is How.SAME else column
        return replace(self, column=inner, at="")


@dataclass(frozen=True)
class Row:
    """All that a relation has in a row, less some."""

    name: str
    """By which the query calls the relation: a column of that name is meant before the row is."""
    without: frozenset[str]


def whole_row(name: str, without: Iterable[str] = ()) -> str:
    """A row, told in the place of a column."""
    return "*".join(["", name, *sorted(without)])


def row_of(column: str) -> Row | None:
    """The row that is told in the place of a column; None for a column."""
    if not column.startswith("*"):
        return None
    _, name, *without = column.split("*")
    return Row(name, frozenset(without))


def inside(origins: Iterable[Origin], fields: list[str]) -> frozenset[Origin]:
    """The fields inside these columns."""
    return frozenset(found for o in origins if (found := o.field(fields)))


@dataclass(frozen=True)
class Star:
    """All columns of a relation, less some."""

    relation: str
    without: frozenset[str] = frozenset()
    below: tuple["str | tuple[frozenset[Origin], ...]", ...] = ()
    """What unions put under its columns, one by one: those of another relation, or these."""

    def origins(self, column: str, maybe: bool) -> frozenset[Origin]:
        """Where one of its columns comes from, and what stands below that."""
        found, place = {Origin(self.relation, column, How.SAME, maybe)}, f"{self.relation}\t{column}"
        for below in self.below:
            if isinstance(below, str):
                found.add(Origin(below, "#", under=place))
            else:
                found |= {replace(o, under=f"{place}\t{n}") for n, os in enumerate(below) for o in os if not o.under}
        return frozenset(found)


Asked = tuple[str, frozenset[str]]
"""A column, and the relations of which one must have it; without relations, nothing in the query has it."""


@dataclass(frozen=True)
class Trace:
    """What a query makes of what it reads."""

    columns: dict[str, frozenset[Origin]] = field(default_factory=dict)
    """Column, lower case → where it comes from."""
    stars: tuple[Star, ...] = ()
    """Relations whose columns are passed on, whatever they are."""
    reads: frozenset[str] = frozenset()
    uses: frozenset[Origin] = frozenset()
    """Every column that is touched at all, in filters and joins too."""
    asked: frozenset[Asked] = frozenset()
    """Columns that some relation must have, for the query to run."""
    hooks: frozenset[str] = frozenset()
    """Relations that the statements before and after it name."""
    vague: bool = False
    """Whether it may make columns that nobody can name."""
    problem: str = ""
    """Why the query could not be followed."""
    broken: bool = False
    """Whether the query surely cannot run."""
    line: int = 1
    """Of the model's file, where the problem is."""

    def origins(self, column: str) -> frozenset[Origin]:
        """Where a column comes from; one that the query does not name comes from what it passes on."""
        column = column.lower()
        if column in self.columns:
            return self.columns[column]
        passed = [s for s in self.stars if column not in s.without]
        return frozenset(o for s in passed for o in s.origins(column, len(passed) > 1))


UNKNOWN: Final = Trace()


def united(stars: Iterable[Star]) -> tuple[Star, ...]:
    """One star of each relation: a column is passed on if any of them does."""
    found: dict[str, Star] = {}
    for star in stars:
        other = found.get(star.relation, star)
        below = dict.fromkeys((*other.below, *star.below))
        found[star.relation] = Star(star.relation, star.without & other.without, tuple(below))
    return tuple(found.values())


def merged(traces: Iterable[Trace]) -> Trace:
    """What several forms of one query do, together."""
    columns: dict[str, frozenset[Origin]] = {}
    stars: list[Star] = []
    reads: frozenset[str] = frozenset()
    uses: frozenset[Origin] = frozenset()
    asked: frozenset[Asked] = frozenset()
    hooks: frozenset[str] = frozenset()
    vague = False
    for trace in traces:
        for name, origins in trace.columns.items():
            columns[name] = columns.get(name, frozenset()) | origins
        stars += trace.stars
        reads, uses, asked = reads | trace.reads, uses | trace.uses, asked | trace.asked
        hooks, vague = hooks | trace.hooks, vague or trace.vague
    return Trace(columns, united(stars), reads, uses, asked, hooks, vague)


def as_json(trace: Trace) -> dict[str, Any]:
    """The trace for the memory."""
    below = [b for s in trace.stars for b in s.below]
    origins = {o for os in trace.columns.values() for o in os} | trace.uses
    origins |= {o for b in below if not isinstance(b, str) for os in b for o in os}
    relations = sorted(
        {o.relation for o in origins}
        | trace.reads
        | trace.hooks
        | {s.relation for s in trace.stars}
        | {b for b in below if isinstance(b, str)}
        | {r for _, rs in trace.asked for r in rs}
    )
    at = {relation: index for index, relation in enumerate(relations)}

    def pack(items: Iterable[Origin]) -> list[list[Any]]:
        return [[at[o.relation], o.column, int(o.how), int(o.maybe), o.at, o.under] for o in sorted(items)]

    return {
        "relations": relations,
        "columns": {name: pack(items) for name, items in trace.columns.items()},
        "stars": [
            [
                at[s.relation],
                sorted(s.without),
                [at[b] if isinstance(b, str) else [pack(os) for os in b] for b in s.below],
            ]
            for s in trace.stars
        ],
        "reads": [at[r] for r in sorted(trace.reads)],
        "uses": pack(trace.uses),
        "hooks": [at[r] for r in sorted(trace.hooks)],
        "asked": sorted([column, sorted(at[r] for r in named)] for column, named in trace.asked),
        "vague": trace.vague,
        "problem": trace.problem,
        "broken": trace.broken,
        "line": trace.line,
    }


def _relation(text: Any) -> str:
    """One that can be told apart into its parts again."""
    parts(text)
    return str(text)


def from_json(value: Any) -> Trace:
    """What `as_json` made; raises for anything else."""
    named = [_relation(text) for text in value["relations"]]

    def unpack(items: Any) -> frozenset[Origin]:
        return frozenset(Origin(named[r], str(c), How(h), bool(m), str(at), str(u)) for r, c, h, m, at, u in items)

    def below(items: Any) -> tuple[str | tuple[frozenset[Origin], ...], ...]:
        return tuple(named[b] if isinstance(b, int) else tuple(unpack(os) for os in b) for b in items)

    return Trace(
        {str(name): unpack(items) for name, items in value["columns"].items()},
        tuple(Star(named[r], frozenset(without), below(under)) for r, without, under in value["stars"]),
        frozenset(named[r] for r in value["reads"]),
        unpack(value["uses"]),
        frozenset((str(column), frozenset(named[r] for r in relations)) for column, relations in value["asked"]),
        frozenset(named[r] for r in value["hooks"]),
        bool(value["vague"]),
        str(value["problem"]),
        bool(value["broken"]),
        int(value["line"]),
    )
