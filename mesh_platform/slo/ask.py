"""One query for all products; a product whose table is broken spoils only its own answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from mesh_platform.warehouse.protocol import QueryRejected, Row, Warehouse, WarehouseUnavailable, in_a_line


@dataclass(frozen=True)
class Rejected:
    """The warehouse refused this product's part of the question."""

    reason: str


def still_answers(warehouse: Warehouse) -> bool:
    """Whether the warehouse itself answers, so that what failed was a view that reads something else."""
    try:
        return bool(warehouse.query("select count(*) from information_schema.schemata"))
    except (QueryRejected, WarehouseUnavailable):
        return False


AT_ONCE = 50
"""Questions in one union: planning a longer one costs more than it saves."""


def ask(warehouse: Warehouse, questions: Mapping[str, str]) -> dict[str, list[Row] | Rejected]:
    """Answer every question (product id → a select) in one union, rows grouped by product.

    A rejected union is split in two and asked again, so one bad of n costs about 2 log n queries. An outage is not
    split: WarehouseUnavailable passes through, because then there is no answer for anyone. A view over a file that is
    gone is none: the warehouse still answers.
    """
    asked = list(questions.items())
    if len(asked) > AT_ONCE:
        parts = [ask(warehouse, dict(asked[n : n + AT_ONCE])) for n in range(0, len(asked), AT_ONCE)]
        return {product: answer for part in parts for product, answer in part.items()}
    if not asked:
        return {}
    try:
        rows = warehouse.query(
            " union all ".join(f"(select {n} as asked, q.* from ({sql}) q)" for n, (_, sql) in enumerate(asked))
        )
    except (QueryRejected, WarehouseUnavailable) as problem:
        if isinstance(problem, WarehouseUnavailable) and not still_answers(warehouse):
            raise
        if len(asked) == 1:
            return {asked[0][0]: Rejected(in_a_line(problem))}
        half = len(asked) // 2
        return ask(warehouse, dict(asked[:half])) | ask(warehouse, dict(asked[half:]))
    answers: dict[str, list[Row] | Rejected] = {product: [] for product in questions}
    for number, *row in rows:
        answer = answers[asked[number][0]]
        if isinstance(answer, list):
            answer.append(tuple(row))
    return answers
