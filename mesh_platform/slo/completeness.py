"""Of the events the sources say must exist, the share that consumers can read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mesh_platform import names
from mesh_platform.manifest.mesh import Product
from mesh_platform.publishing.private import private_table, published_table
from mesh_platform.schema.history import event_time
from mesh_platform.slo.ask import Rejected, ask
from mesh_platform.slo.measurement import Measurement, Verdict, could_not, each, unknown
from mesh_platform.slo.relations import Relations, relations
from mesh_platform.slo.visible import Record, publications, unknowable, visible
from mesh_platform.warehouse.calendar import FIRST
from mesh_platform.warehouse.protocol import QueryRejected, Row, Warehouse, in_a_line
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
    visible: str
    """The condition on the published rows that were visible then, with its `where`."""

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
        there = f"select distinct {keys}, 1 as found from {table}{self.visible}"
        return f"from ({self.expected}) e left join ({there}) t on {same}"


@dataclass(frozen=True)
class _Known:
    """What the warehouse says of itself, asked once for all products."""

    relations: Relations
    publications: Mapping[str, Record] | None
    now: datetime


def measure_completeness(warehouse: Warehouse, products: Iterable[Product], now: datetime) -> list[Measurement]:
    """The completeness of each product at `now`: one query for all, and two more for each that lacks something."""
    products = list(products)
    known = _Known(relations(warehouse), publications(warehouse, now), now)
    asked = {p.id: _asked(known, p) for p in products}
    counts = ask(warehouse, {p: sql for p, (question, sql) in asked.items() if isinstance(question, _Question)})
    return each(products, SLI, lambda p: _judge(warehouse, p, asked[p.id][0], counts.get(p.id)))


def _asked(known: _Known, product: Product) -> tuple[_Question | str, str]:
    """The question and its SQL, or why there is none: whatever is odd about this product is its own trouble."""
    try:
        question = _question(known, product)
        return question, _count(question) if isinstance(question, _Question) else ""
    except Exception as problem:  # noqa: BLE001  it must not cost the other products their verdicts
        return could_not(problem), ""


def _count(question: _Question) -> str:
    present = question.present(published_table(question.product))
    return f"select count(*) as total, count(t.found) as good {present}"


def _question(known: _Known, product: Product) -> _Question | str:
    """The question to ask, or why none can be asked."""
    slo, time, model = product.manifest.slo, event_time(product), product.manifest.slo.completeness.expected
    if not model:
        return "nothing says which events must exist; name a dbt model in `spec.slo.completeness.expected`"
    if time is None:
        return "the schema has no event time; name one in `spec.slo.freshness.event_time`"
    columns = [name for name, _ in known.relations.get((names.internal_schema(product.domain), model), [])]
    if not columns:
        return f"`{model}` is not in the warehouse yet; a refresh of `{product.id}` makes it"
    if time not in columns or len(columns) < 2:
        return f"`{model}` must have the event time `{time}` and the key; it has {', '.join(columns)}"
    record = (known.publications or {}).get(product.id)
    if reason := _invisible(known, product, record):
        return reason
    since, until = _ago(known.now, days=slo.window_days), _ago(known.now, minutes=slo.freshness.error_minutes)
    return _Question(product, tuple(c for c in columns if c != time), time, since, until, visible(record))


def _invisible(known: _Known, product: Product, record: Record | None) -> str | None:
    """Why it cannot be told what a consumer saw."""
    table = (names.internal_schema(product.domain), product.name + names.PUBLISHED_SUFFIX)
    if known.publications is not None and record is None and table not in known.relations:
        return "it has never been published"
    return unknowable(record, known.now)


def _ago(now: datetime, **before: int) -> datetime:
    """So long before `now`, or the beginning of the calendar."""
    try:
        return now - timedelta(**before)
    except OverflowError:
        return FIRST


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
        return {"built": f"unknown: {in_a_line(problem)}"}


def _where(lost: dict[str, object]) -> str:
    return f"; {lost['built']:,} were built" if isinstance(lost.get("built"), int) else ""


def _moment(at: datetime) -> str:
    return f"cast({literal(at.isoformat())} as timestamptz)"
