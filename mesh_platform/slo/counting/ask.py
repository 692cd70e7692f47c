"""One query for all products; a product whose table is broken spoils only its own answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from mesh_platform.warehouse.protocol import QueryRejected, Row, Warehouse, WarehouseUnavailable, in_a_line

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

AT_ONCE: Final = 50
"""Questions in one union: planning a longer one costs more than it saves."""


@dataclass(frozen=True)
class Rejected:
    """The warehouse refused this product's part of the question."""

    reason: str


def ask(warehouse: Warehouse, questions: Mapping[str, str]) -> dict[str, list[Row] | Rejected]:
    """Answer every question (product id → a select) in one union, rows grouped by product."""
    answers: dict[str, list[Row] | Rejected] = {}
    for asked, rows in together(warehouse, list(questions.items()), lambda part: warehouse.query(_union(part))):
        if isinstance(rows, Rejected):
            answers[asked[0][0]] = rows
            continue
        found: dict[str, list[Row]] = {product: [] for product, _ in asked}
        for number, *row in rows:
            found[asked[number][0]].append(tuple(row))
        answers |= found
    return answers


def _union(asked: Sequence[tuple[str, str]]) -> str:
    return " union all ".join(f"(select {n} as asked, q.* from ({sql}) q)" for n, (_, sql) in enumerate(asked))


def together(
    warehouse: Warehouse, asked: Sequence[Asked], do: Callable[[Sequence[Asked]], Answer]
) -> Iterator[tuple[Sequence[Asked], Answer | Rejected]]:
    """What `do` comes to for many at once, and `Rejected` for each single one that the warehouse refuses.

    What is refused is split in two and done again, so one bad of n costs about 2 log n queries. An outage is not split:
    WarehouseUnavailable passes through, because then there is no answer for anyone.
    """
    for n in range(0, len(asked), AT_ONCE):
        yield from _halved(warehouse, asked[n : n + AT_ONCE], do)


def _halved(
    warehouse: Warehouse, asked: Sequence[Asked], do: Callable[[Sequence[Asked]], Answer]
) -> Iterator[tuple[Sequence[Asked], Answer | Rejected]]:
    try:
        answer: Answer | Rejected = do(asked)
    except (QueryRejected, WarehouseUnavailable) as problem:
        if isinstance(problem, WarehouseUnavailable) and not _still_answers(warehouse):
            raise
        half = len(asked) // 2
        if half:
            yield from _halved(warehouse, asked[:half], do)
            yield from _halved(warehouse, asked[half:], do)
            return
        answer = Rejected(in_a_line(problem))
    yield asked, answer


def _still_answers(warehouse: Warehouse) -> bool:
    """Whether the warehouse itself answers, so that what failed was a view over a file that is gone."""
    try:
        return bool(warehouse.query("select count(*) from information_schema.schemata"))
    except (QueryRejected, WarehouseUnavailable):
        return False
