"""Where events were lost on their way from the source to consumers, and which."""

from dataclasses import dataclass
from datetime import datetime

from mesh_platform import names
from mesh_platform.manifest.mesh import Product
from mesh_platform.publishing.private import private_table
from mesh_platform.slo.counting.count import Question
from mesh_platform.slo.counting.history import Fared
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse, WarehouseUnavailable, in_a_line
from mesh_platform.warehouse.sql import identifier, literal, moment

SAMPLE = 5


@dataclass(frozen=True)
class Stage:
    """A place on the way, how many got as far, and what is known to be missing before it."""

    name: str
    count: int
    missing: int
    unit: str

    def __str__(self) -> str:
        lacks = f", {self.missing:,} missing" if self.missing else ""
        return f"{self.name}: {self.count:,} {self.unit}{lacks}"


def lost(warehouse: Warehouse, fared: Fared) -> dict[str, object]:
    """The stages, how many of the settled events were built, and a sample of those that consumers cannot read."""
    asked, whole = fared.question, fared.tallies.whole
    try:
        unpublished, sample = warehouse.query(_missing(asked, fared.until))[0]
    except (QueryRejected, WarehouseUnavailable) as problem:
        return {"built": f"unknown: {in_a_line(problem)}"}
    built = whole.good + int(unpublished)
    stages = [
        *_landing(warehouse, asked.product),
        Stage("must exist", whole.total, 0, "events"),
        Stage("built", built, whole.total - built, "events"),
        Stage("published", whole.good, int(unpublished), "events"),
    ]
    return {
        "built": built,
        "stages": [str(stage) for stage in stages],
        "missing_keys": [m["key"] for m in sample or ()],
        "missing_events": [(m["key"], m["event_at"], m["place"]) for m in sample or ()],
    }


def _missing(asked: Question, until: datetime) -> str:
    """How many of the settled events that are not visible were built, and the first of those that are not.

    Joins that are asked for as such: from `not exists` the engine makes one that costs three times as much.
    """
    keys = ", ".join(identifier(k) for k in asked.keys)
    shown = ", ' / ', ".join(f"coalesce(cast(m.{identifier(k)} as varchar), 'null')" for k in asked.keys)
    place = "if(b.is_built, 'built, not published', 'not built')"
    return (
        f"with missing as materialized (select {keys}, min(_mesh_event_at) as event_at"
        f" from (select * from ({asked.expected()}) where _mesh_event_at < {moment(until)}) e"
        f" anti join ({asked.shown()}) p on {asked.same('e', 'p')} group by {keys}),"
        f" built as (select *, true as is_built from missing m"
        f" semi join {private_table(asked.product)} t on {asked.same('m', 't')})"
        f" select count(b.is_built),"
        f" min({{'event_at': m.event_at, 'key': concat({shown}), 'place': {place}}}, {SAMPLE})"
        f" from missing m left join built b on {asked.same('m', 'b')}"
    )


def _landing(warehouse: Warehouse, product: Product) -> list[Stage]:
    """What the sources count, what landed of it, and what is held in quarantine; in changes, not in events."""
    tables = " or ".join(
        f"(system = {literal(u.system)} and source_table = {literal(u.table)})" for u in product.manifest.source_inputs
    )
    if not tables:
        return []
    try:
        read, applied, held = (
            int(n)
            for n in warehouse.query(
                "select coalesce(sum(rows_read), 0), coalesce(sum(rows_applied), 0), coalesce(sum(rows_quarantined), 0)"
                f" from {names.LEDGER} where {tables}"
            )[0]
        )
        told, short = (
            int(n)
            for n in warehouse.query(
                "select coalesce(sum(expected), 0), coalesce(sum(greatest(expected - landed, 0)), 0) from ("
                "select max(expected) as expected, sum(landed) as landed"
                f" from {names.TRANSACTIONS} where {tables} group by system, source_table, transaction_id"
                " having max(expected) is not null)"
            )[0]
        )
    except QueryRejected:
        return []
    source = [Stage("source", told, short, "changes in transactions it counted")] if told else []
    return [*source, Stage("arrived", read, 0, "records"), Stage("change log", applied, held, "changes")]
