"""What the kept counts say of stretches of time: one query, however many promises are asked about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mesh_platform import names
from mesh_platform.incidents.condition import Key
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse
from mesh_platform.warehouse.sql import epoch, literal, moment


@dataclass(frozen=True)
class Stretch:
    """A promise from one moment to another, in steps of the same length."""

    product: str
    sli: str
    since: datetime
    until: datetime
    step: timedelta

    @property
    def steps(self) -> int:
        """The last one may be shorter."""
        return max(-((self.since - self.until) // self.step), 0)


@dataclass(frozen=True)
class Count:
    """The events of one step."""

    good: int = 0
    total: int = 0


Counts = Mapping[Key, Sequence[Count]]
"""Promise → its steps, those without events too."""


def counts(warehouse: Warehouse, stretches: Sequence[Stretch]) -> Counts:
    """The steps of each stretch; nothing where no tick has counted yet."""
    found = {(s.product, s.sli): [Count()] * s.steps for s in stretches}
    for product, sli, step, good, total in _rows(warehouse, stretches):
        found[product, sli][int(step)] = Count(int(good), int(total))
    return found


def _rows(warehouse: Warehouse, stretches: Sequence[Stretch]) -> Sequence[tuple[str, str, int, int, int]]:
    if not stretches:
        return []
    listed = ", ".join(
        f"({literal(s.product)}, {literal(s.sli)}, {moment(s.since)}, {moment(s.until)},"
        f" {s.step // timedelta(microseconds=1)})"
        for s in stretches
    )
    least = min(s.since for s in stretches)
    try:
        return warehouse.query(
            f"select w.product, w.sli, ({epoch('m.bucket')} - {epoch('w.since')}) // w.step as n,"
            f" sum(m.good), sum(m.total) from (values {listed}) w(product, sli, since, until, step)"
            f" join (select * from {names.MEASUREMENTS} where bucket >= {moment(least)}) m"
            " on m.product = w.product and m.sli = w.sli and m.bucket >= w.since and m.bucket < w.until group by all"
        )
    except QueryRejected:
        return []


def audited(warehouse: Warehouse, since: datetime) -> dict[str, Count]:
    """Product → how often its dbt tests ran since then, and how often none of error severity failed."""
    try:
        rows = warehouse.query(
            "select product, count(*) filter (passed), count(*) from (select product, audited_at,"
            f" bool_and(status = 'pass' or severity <> 'error') as passed from {names.AUDITS}"
            " where audited_at >= ? group by all) group by product",
            [since],
        )
    except QueryRejected:
        return {}
    return {product: Count(int(good), int(total)) for product, good, total in rows}
