"""How a product's events have fared over its window, counted where they lie: one query for all products."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.slo.ask import Rejected, ask
from mesh_platform.slo.count import Question, moment
from mesh_platform.slo.inputs import Input, inputs_of
from mesh_platform.slo.measurement import could_not
from mesh_platform.slo.question import Known, known, no_keys, question
from mesh_platform.slo.settled import Settled, heard_until, settled
from mesh_platform.slo.tallies import Tallies, sums, tallies
from mesh_platform.warehouse.protocol import QueryRejected, Row, Warehouse

LATENCY = "latency"
COMPLETENESS = "completeness"


@dataclass(frozen=True)
class History:
    """What the settled buckets of a product say of both promises, or why they say nothing."""

    settled: Settled
    latency: Tallies | str
    completeness: Tallies | str
    question: Question


Histories = Mapping[str, History | str]
"""Product → its history, or why it has none."""


def histories(mesh: Mesh, warehouse: Warehouse, products: Iterable[Product], now: datetime) -> Histories:
    """Every event of the window is counted; what the warehouse refuses of one product is its own trouble."""
    products, told = list(products), known(warehouse, now)
    ends = settled_ends(mesh, warehouse, products, told)
    asked = {p.id: asked_or_why(told, p, ends[p.id].since) for p in products}
    answers = ask(warehouse, {p: _sql(q, ends[p]) for p, q in asked.items() if isinstance(q, Question)})
    return {p.id: _history(told, asked[p.id], ends[p.id], answers.get(p.id)) for p in products}


def settled_ends(mesh: Mesh, warehouse: Warehouse, products: Iterable[Product], told: Known) -> dict[str, Settled]:
    """Up to when each product can be judged; without a record of what has landed, the clock alone decides."""
    try:
        inputs: Mapping[str, Sequence[Input]] = inputs_of(mesh, warehouse, told.now)
    except QueryRejected:
        inputs = {}
    memo: dict[str, datetime | None] = {}
    first = {product: record.first_at for product, record in (told.publications or {}).items()}
    return {p.id: settled(p, told.now, heard_until(p.id, mesh, inputs, memo), first.get(p.id)) for p in products}


def asked_or_why(told: Known, product: Product, since: datetime) -> Question | str:
    """The question, or why there is none: whatever is odd about this product is its own trouble."""
    try:
        asked = question(told, product, since)
        if isinstance(asked, Question):
            asked.counts()
        return asked
    except Exception as problem:  # noqa: BLE001  it must not cost the other products their verdicts
        return could_not(problem)


def _sql(asked: Question, ends: Settled) -> str:
    in_time = sums(moment(ends.latency), moment(ends.promised), "in_time")
    present = sums(moment(ends.completeness), moment(ends.since), "present")
    return (
        f"with counted as materialized ({asked.counts()}) select '{LATENCY}', {in_time} from counted"
        f" union all select '{COMPLETENESS}', {present} from counted"
    )


def _history(
    told: Known, asked: Question | str, ends: Settled, answer: Sequence[Row] | Rejected | None
) -> History | str:
    if isinstance(asked, str):
        return asked
    if answer is None or isinstance(answer, Rejected):
        return f"the warehouse refused the question: {answer.reason if answer else 'no answer'}"
    counted = {sli: tallies(tuple(row)) for sli, *row in answer}
    return as_history(told, asked, ends, counted[LATENCY], counted[COMPLETENESS])


def as_history(told: Known, asked: Question, ends: Settled, latency: Tallies, completeness: Tallies) -> History:
    """Both promises as far as each can be told of this product."""
    return History(
        ends,
        latency if asked.seen else "since when each row is visible is on record from the next publication on",
        no_keys(told, asked.product, asked.time) or completeness,
        asked,
    )
