"""How a product's events have fared over its window, counted where they lie: one query for all products."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.slo.counting.ask import Rejected, ask
from mesh_platform.slo.counting.count import COMPLETENESS, LATENCY, Question
from mesh_platform.slo.counting.question import Known, known, question
from mesh_platform.slo.counting.settled import Settled, heard_until, settled
from mesh_platform.slo.counting.tallies import Tallies, sums, tallies
from mesh_platform.slo.inputs import Input, inputs_of
from mesh_platform.slo.measurement import could_not
from mesh_platform.warehouse.protocol import QueryRejected, Row, Warehouse
from mesh_platform.warehouse.sql import moment


@dataclass(frozen=True)
class Fared:
    """How the settled events of one promise of a product have fared."""

    tallies: Tallies
    until: datetime
    """The end of the last bucket that has settled."""
    question: Question
    """What they were counted by."""


@dataclass(frozen=True)
class History:
    """What the events of a product say of both promises, or why they say nothing."""

    latency: Fared | str
    completeness: Fared | str


Histories = Mapping[str, History]
"""Product → its history."""


def histories(mesh: Mesh, warehouse: Warehouse, products: Iterable[Product], now: datetime) -> Histories:
    """Every event of the window is counted; what the warehouse refuses of one product is its own trouble."""
    products, told = list(products), known(warehouse, now)
    ends = settled_ends(mesh, warehouse, products, told)
    asked = {p.id: asked_or_why(told, p, ends[p.id].since) for p in products}
    answers = ask(warehouse, {p: _sql(q, ends[p]) for p, q in asked.items() if isinstance(q, Question)})
    counted = {p: a if isinstance(a, Rejected) else _tallies(a) for p, a in answers.items()}
    return histories_of(asked, ends, counted)


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


def _tallies(rows: Iterable[Row]) -> Mapping[str, Tallies]:
    return {sli: tallies(tuple(row)) for sli, *row in rows}


def histories_of(
    asked: Mapping[str, Question | str],
    ends: Mapping[str, Settled],
    counted: Mapping[str, Mapping[str, Tallies] | Rejected],
) -> Histories:
    """Both promises of each product, as far as each can be told; `counted` has what was asked, SLI → its tallies."""
    return {p: History(q, q) if isinstance(q, str) else _history(q, ends[p], counted[p]) for p, q in asked.items()}


def _history(asked: Question, ends: Settled, counted: Mapping[str, Tallies] | Rejected) -> History:
    if isinstance(counted, Rejected):
        refused = f"the warehouse refused the question: {counted.reason}"
        return History(refused, refused)
    unseen = None if asked.seen else "since when each row is visible is on record from the next publication on"
    return History(
        unseen or Fared(counted[LATENCY], ends.latency, asked),
        asked.no_keys or Fared(counted[COMPLETENESS], ends.completeness, asked),
    )
