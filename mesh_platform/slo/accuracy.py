"""Whether the product's own dbt tests pass, and how long ago they were asked."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from mesh_platform import names
from mesh_platform.manifest.cadence import next_due
from mesh_platform.manifest.mesh import Product
from mesh_platform.slo.counting.bucket import bucket_of, bucket_sql
from mesh_platform.slo.measurement import Measurement, Verdict, each, said, unknown
from mesh_platform.warehouse.protocol import QueryRejected, Row, Warehouse

SLI = "accuracy"
TARGET = 100.0

_LAST_AUDIT = f"""
with last as (select product, max(audited_at) as audited_at from {names.AUDITS} where audited_at <= ? group by product)
select a.product, a.audited_at, a.test, a.severity, a.status, a.failures
from {names.AUDITS} a join last l on l.product = a.product and l.audited_at = a.audited_at
order by a.product, a.test"""

_AUDITED = f"""
select product, {bucket_sql("audited_at")} as bucket, count(*) filter (status = 'pass') as good, count(*) as total
from {names.AUDITS} where audited_at < ?::timestamptz and audited_at >= ?::timestamptz group by all"""
_OUTDATED = f"""
delete from {names.MEASUREMENTS} m using ({_AUDITED}) a
where m.sli = '{SLI}' and m.product = a.product and m.bucket = a.bucket and (m.good, m.total) <> (a.good, a.total)"""
_KEEP = f"""
insert into {names.MEASUREMENTS} by name
select a.*, '{SLI}' as sli, 0 as duplicates, 0 as early, ?::timestamptz as measured_at from ({_AUDITED}) a
anti join {names.MEASUREMENTS} m on m.sli = '{SLI}' and m.product = a.product and m.bucket = a.bucket"""
_KEPT_BACK = timedelta(days=7)
"""Audits of a longer time ago are kept already, or the monitor was off for as long."""


def last_audited(warehouse: Warehouse, now: datetime) -> dict[str, datetime]:
    """Product → when its tests last ran."""
    return dict(
        warehouse.query(f"select product, max(audited_at) from {names.AUDITS} where audited_at <= ? group by 1", [now])
    )


def keep_audits(warehouse: Warehouse, now: datetime) -> None:
    """Every audit as a measurement: of the tests that ran in five minutes that are over, how many passed.

    A run of many tests ends long after it began, so an audit may be recorded when its five minutes were kept already.
    """
    over = [bucket_of(now), now - _KEPT_BACK]
    try:
        with warehouse.transaction():
            warehouse.execute(_OUTDATED, over)
            warehouse.execute(_KEEP, [now, *over])
    except QueryRejected:
        return  # nothing was ever audited, or measured


def due(warehouse: Warehouse, products: Iterable[Product], now: datetime) -> list[str]:
    """The published products whose tests have not run for as long as their manifest allows."""
    published = {product for (product,) in warehouse.query(f"select distinct product from {names.PUBLICATIONS}")}
    last = last_audited(warehouse, now)
    return [p.id for p in products if p.id in published and is_due(p, last.get(p.id), now)]


def is_due(product: Product, last: datetime | None, now: datetime) -> bool:
    """Whether the product's tests have not run for as long as the manifest allows."""
    return last is None or _next_due(product, last) <= now


def _next_due(product: Product, last: datetime) -> datetime:
    accuracy = product.manifest.slo.accuracy
    return next_due(accuracy.run_frequency if accuracy else "", last)


def measure_accuracy(warehouse: Warehouse, products: Iterable[Product], now: datetime) -> list[Measurement]:
    """The accuracy of each product at `now`, from one query over the recorded audits."""
    audits: dict[str, list[Row]] = {}
    for product, *row in warehouse.query(_LAST_AUDIT, [now]):
        audits.setdefault(product, []).append(tuple(row))
    return each(products, SLI, lambda p: _judge(p, audits.get(p.id, []), now))


def _judge(product: Product, audit: list[Row], now: datetime) -> Measurement:
    if not audit:
        reason = f"no dbt test of it had run by {said(now)}; a refresh runs them, if it has any"
        return unknown(product.id, SLI, reason, TARGET)
    failed = [(test, severity, failures) for _, test, severity, status, failures in audit if status != "pass"]
    good, total, when = len(audit) - len(failed), len(audit), audit[0][0]
    late = is_due(product, _next_due(product, when), now)
    verdict = _verdict([severity for _, severity, _ in failed], late)
    named = (
        "; failed: " + ", ".join(f"{test} ({failures or '?'} rows)" for test, _, failures in failed) if failed else ""
    )
    return Measurement(
        product=product.id,
        sli=SLI,
        verdict=verdict,
        reason=f"{good} of {total} tests passed at {said(when)}" + named + ("; overdue" if late else ""),
        value=round(100.0 * good / total, 3),
        target=TARGET,
        good=good,
        total=total,
        details={"audited_at": when, "failed_tests": [test for test, _, _ in failed]},
    )


def _verdict(severities: list[str], late: bool) -> Verdict:
    if "error" in severities:
        return Verdict.ERROR
    return Verdict.WARN if severities or late else Verdict.PASS
