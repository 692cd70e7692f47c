"""Of the events the sources say must exist, the share that consumers can read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mesh_platform import names
from mesh_platform.manifest.mesh import Product
from mesh_platform.publishing.private import private_table, published_table
from mesh_platform.schema.history import event_time
from mesh_platform.slo.ask import Rejected, ask
from mesh_platform.slo.measurement import Measurement, Verdict, unknown
from mesh_platform.slo.relations import Relations, relations
from mesh_platform.warehouse.protocol import QueryRejected, Row, Warehouse
from mesh_platform.warehouse.sql import identifier, literal, relation

SLI = "completeness"
SAMPLE = 5


@dataclass(frozen=True)
class _Question:
    """A product with what its expected model says: the key columns and the settled window."""

    product: Product
    keys: tuple[str, ...]
    time: str
    since: datetime
    until: datetime

    @property
    def expected(self) -> str:
        """The events that must be there by now, one row a key."""
        model = self.product.manifest.slo.completeness.expected or ""
        table = relation(names.internal_schema(self.product.domain), model)
        keys, moment = ", ".join(identifier(k) for k in self.keys), f"cast({identifier(self.time)} as timestamptz)"
        return (
            f"select {keys}, min({moment}) as event_at from {table}"
            f" where {moment} > {_moment(self.since)} and {moment} <= {_moment(self.until)} group by {keys}"
        )

    def present(self, table: str) -> str:
        """Expected rows beside the table's; `found` is null where the table lacks the key."""
        keys = ", ".join(identifier(k) for k in self.keys)
        same = " and ".join(f"e.{identifier(k)} is not distinct from t.{identifier(k)}" for k in self.keys)
        return f"from ({self.expected}) e left join (select distinct {keys}, 1 as found from {table}) t on {same}"


def measure_completeness(warehouse: Warehouse, products: Iterable[Product], now: datetime) -> list[Measurement]:
    """The completeness of each product at `now`: one query for all, and two more for each that lacks something."""
    known = relations(warehouse)
    questions = [(p, _question(known, p, now)) for p in products]
    counts = ask(warehouse, {p.id: _count(q) for p, q in questions if isinstance(q, _Question)})
    return [_judge(warehouse, p, q, counts.get(p.id)) for p, q in questions]


def _count(question: _Question) -> str:
    present = question.present(published_table(question.product))
    return f"select count(*) as total, count(t.found) as good {present}"


def _question(known: Relations, product: Product, now: datetime) -> _Question | str:
    """The question to ask, or why none can be asked."""
    slo, time, model = product.manifest.slo, event_time(product), product.manifest.slo.completeness.expected
    if not model:
        return "nothing says which events must exist; name a dbt model in `spec.slo.completeness.expected`"
    if time is None:
        return "the schema has no event time; name one in `spec.slo.freshness.event_time`"
    columns = [name for name, _ in known.get((names.internal_schema(product.domain), model), [])]
    if not columns:
        return f"`{model}` is not in the warehouse yet; a refresh of `{product.id}` makes it"
    if time not in columns or len(columns) < 2:
        return f"`{model}` must have the event time `{time}` and the key; it has {', '.join(columns)}"
    since, until = now - timedelta(days=slo.window_days), now - timedelta(minutes=slo.freshness.error_minutes)
    return _Question(product, tuple(c for c in columns if c != time), time, since, until)


def _judge(
    warehouse: Warehouse, product: Product, question: _Question | str, answer: Sequence[Row] | Rejected | None
) -> Measurement:
    slo = product.manifest.slo.completeness
    if isinstance(question, str):
        return unknown(product.id, SLI, question, slo.target_percent)
    if answer is None or isinstance(answer, Rejected):
        reason = answer.reason if answer else "no answer"
        return unknown(product.id, SLI, f"the warehouse refused the question: {reason}", slo.target_percent)
    total, good = (int(n) for n in answer[0])
    if total == 0:
        return unknown(product.id, SLI, "no expected event has settled in the window yet", slo.target_percent)
    return _verdict(warehouse, product, question, good, total)


def _verdict(warehouse: Warehouse, product: Product, question: _Question, good: int, total: int) -> Measurement:
    slo = product.manifest.slo.completeness
    value = 100.0 * good / total
    verdict = Verdict.ERROR if value < slo.error_percent else Verdict.WARN if value < slo.warn_percent else Verdict.PASS
    lost = _lost(warehouse, product, question) if good < total else {}
    return Measurement(
        product=product.id,
        sli=SLI,
        verdict=verdict,
        reason=f"{good:,} of {total:,} settled events are visible ({value:.3f} %, target {slo.target_percent} %)"
        + _where(lost),
        value=round(value, 4),
        target=slo.target_percent,
        good=good,
        total=total,
        details={"warn_percent": slo.warn_percent, "error_percent": slo.error_percent, **lost},
    )


def _lost(warehouse: Warehouse, product: Product, question: _Question) -> dict[str, object]:
    """Where the rows were lost, stage by stage, and a sample of missing keys."""
    keys = ", ".join(f"e.{identifier(k)}" for k in question.keys)
    present = question.present(published_table(product))
    missing = f"select {keys}, e.event_at {present} where t.found is null order by e.event_at limit {SAMPLE}"
    try:
        built = int(warehouse.query(f"select count(t.found) {question.present(private_table(product))}")[0][0])
        return {
            "built": built,
            "missing_keys": [" / ".join(str(v) for v in row[:-1]) for row in warehouse.query(missing)],
        }
    except QueryRejected as problem:
        return {"built": f"unknown: {str(problem).splitlines()[0]}"}


def _where(lost: dict[str, object]) -> str:
    return f"; {lost['built']:,} were built" if isinstance(lost.get("built"), int) else ""


def _moment(at: datetime) -> str:
    return f"cast({literal(at.isoformat())} as timestamptz)"
