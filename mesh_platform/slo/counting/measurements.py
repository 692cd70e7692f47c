"""`mesh_slo.measurements`: the counts of every bucket of every product, and up to which revision they hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.slo.burn import SPANS
from mesh_platform.slo.counting.ask import Rejected, together
from mesh_platform.slo.counting.count import COMPLETENESS, LATENCY, Question
from mesh_platform.slo.counting.settled import Settled, ago
from mesh_platform.slo.counting.tallies import Tallies, recent_sums, tallies, whole_sums
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import any_of, literal, moment
from mesh_platform.warehouse.table import columns_of

_TABLES: Final = (
    f"""create table if not exists {names.MEASUREMENTS} (
        product varchar not null, sli varchar not null,
        bucket timestamptz not null,         -- the beginning of five minutes of event time
        good bigint not null, total bigint not null,
        duplicates bigint not null,          -- published more than once
        early bigint not null,               -- visible before they happened: a clock runs ahead
        measured_at timestamptz not null)""",
    f"""create table if not exists {names.COUNTED} (
        product varchar primary key,
        definition varchar not null,         -- of what was asked; another one is counted from the start
        revision bigint not null,            -- what was committed up to here is in the counts
        whole_at timestamptz not null)""",
)
_REFUSED: Final = ""
"""The definition of what could not be counted: no question has it, so it is counted whole as soon as it can be."""
_STAGED: Final = "mesh_counted_now"
_COLUMNS: Final = "product, sli, bucket, good, total, duplicates, early"
_SAME_BUCKET: Final = "m.product = s.product and m.sli = s.sli and m.bucket = s.bucket"
_SAME: Final = " and ".join(f"m.{column} = s.{column}" for column in _COLUMNS.split(", "))


@dataclass(frozen=True)
class Counting:
    """What is to be counted of a product, and what its counts are then good for."""

    question: Question
    promised: datetime
    """What happened before was not promised in time."""
    definition: str
    revision: int
    whole_at: datetime


def ensure_measurements(warehouse: Warehouse) -> None:
    """Make the tables where there are none."""
    warehouse.execute("create schema if not exists mesh_slo")
    if not columns_of(warehouse, names.MEASUREMENTS):
        warehouse.execute(f"drop table if exists {names.COUNTED}")  # what was counted is not there any more
    for statement in _TABLES:
        warehouse.execute(statement)


def count(warehouse: Warehouse, due: Mapping[str, Counting], now: datetime) -> dict[str, Rejected]:
    """Count and keep, in one transaction; returns the products that the warehouse refused to count."""
    if not due:
        return {}
    warehouse.execute(f"create or replace temp table {_STAGED} as select {_COLUMNS} from {names.MEASUREMENTS} limit 0")
    staged = together(warehouse, list(due.items()), lambda part: _stage(warehouse, part))
    refused = {part[0][0]: answer for part, answer in staged if isinstance(answer, Rejected)}
    kept = {product: counting for product, counting in due.items() if product not in refused}
    with warehouse.transaction():
        if kept:
            _keep(warehouse, kept, now)
        _note(warehouse, [(p, _REFUSED if p in refused else c.definition, c) for p, c in due.items()])
    return refused


def still_hold(warehouse: Warehouse, products: Iterable[str], revision: int) -> None:
    """Nothing that these products are counted by was committed up to the revision."""
    warehouse.execute(f"update {names.COUNTED} set revision = {int(revision)} where product in {any_of(products)}")


def _stage(warehouse: Warehouse, items: Sequence[tuple[str, Counting]]) -> None:
    warehouse.execute(f"insert into {_STAGED} " + " union all ".join(_buckets(p, c) for p, c in items))


def _buckets(product: str, counting: Counting) -> str:
    return (
        f"select {literal(product)}, s.sli, c.bucket, if(s.sli = '{LATENCY}', c.in_time, c.present), c.total,"
        f" c.duplicates, c.early"
        f" from ({counting.question.counts()}) c, (values ('{LATENCY}'), ('{COMPLETENESS}')) s(sli)"
        f" where s.sli <> '{LATENCY}' or c.bucket >= {moment(counting.promised)}"
    )


def _keep(warehouse: Warehouse, kept: Mapping[str, Counting], now: datetime) -> None:
    """Rows that say what they said stay as they are, with the moment at which they first said it."""
    counted = [(p, *stretch) for p, c in kept.items() for stretch in c.question.counted]
    listed = ", ".join(f"({literal(p)}, {moment(since)}, {moment(until)})" for p, since, until in counted)
    least = f"m.bucket >= {moment(min(since for _, since, _ in counted))}"
    warehouse.execute(
        f"delete from {names.MEASUREMENTS} m using (values {listed}) w(product, since, until)"
        f" where m.product = w.product and m.bucket >= w.since and m.bucket < w.until and {least}"
        f" and not exists (select 1 from {_STAGED} s where {_SAME})"
    )
    # the first tick of all compares its millions of rows with none, which costs more than to write them
    other = f" where not exists (select 1 from {names.MEASUREMENTS} m where {_SAME_BUCKET} and {least})"
    first = not warehouse.query(f"select 1 from {names.MEASUREMENTS} limit 1")
    warehouse.execute(
        f"insert into {names.MEASUREMENTS} select s.*, ?::timestamptz from {_STAGED} s" + ("" if first else other),
        [now],
    )


def _note(warehouse: Warehouse, counted: Iterable[tuple[str, str, Counting]]) -> None:
    """Up to where each product is counted; one that was refused is noted too, or its news would reach back for ever."""
    rows = ", ".join(
        f"({literal(p)}, {literal(definition)}, {c.revision}, {moment(c.whole_at)})" for p, definition, c in counted
    )
    warehouse.execute(
        f"insert into {names.COUNTED} select * from (values {rows}) on conflict do update set"
        " definition = excluded.definition, revision = excluded.revision, whole_at = excluded.whole_at"
    )


def kept_tallies(warehouse: Warehouse, ends: Mapping[str, Settled]) -> dict[str, dict[str, Tallies]]:
    """Product → SLI → its sums: two queries, however many products."""
    if not ends:
        return {}
    wanted = [
        (p, sli, until, since)
        for p, e in ends.items()
        for sli, until, since in ((LATENCY, e.latency, e.promised), (COMPLETENESS, e.completeness, e.since))
    ]
    least, recent = min(since for *_, since in wanted), min(until for _, _, until, _ in wanted)
    whole = warehouse.query(_kept(wanted, whole_sums("w.until", "w.since"), least))
    late = recent_sums("w.until", "w.since", measured_at="m.measured_at")
    lately = warehouse.query(_kept(wanted, late, max(least, ago(recent, days=SPANS[-1].days))))
    rest = {(product, sli): row for product, sli, *row in lately}
    found: dict[str, dict[str, Tallies]] = {}
    for product, sli, *row in whole:
        found.setdefault(product, {})[sli] = tallies((*row, *rest[product, sli]))
    return found


def _kept(wanted: Sequence[tuple[str, str, datetime, datetime]], what: str, least: datetime) -> str:
    listed = ", ".join(f"({literal(p)}, '{sli}', {moment(until)}, {moment(since)})" for p, sli, until, since in wanted)
    return (
        f"select w.product, w.sli, {what} from (values {listed}) w(product, sli, until, since)"
        f" left join (select * from {names.MEASUREMENTS} where bucket >= {moment(least)}) m"
        " on m.product = w.product and m.sli = w.sli group by all"
    )
