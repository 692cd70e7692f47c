"""What can be asked of a product's events, and why something cannot."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.mesh import Product
from mesh_platform.schema.history import event_time
from mesh_platform.slo.counting.count import Question
from mesh_platform.slo.counting.visible import Record, publications, unknowable
from mesh_platform.slo.relations import Relations, relations
from mesh_platform.warehouse.protocol import Warehouse

NEVER: Final = "it has never been published"
NOTHING_YET: Final = "nothing has been published in this warehouse yet; a refresh does it"


@dataclass(frozen=True)
class Known:
    """What the warehouse says of itself, asked once for all products."""

    relations: Relations
    publications: Mapping[str, Record] | None
    now: datetime

    @property
    def empty(self) -> bool:
        """Whether no product was ever published."""
        return not self.publications

    def columns(self, product: Product, table: str) -> list[tuple[str, str]]:
        """The columns of one of the domain's private tables; none where it does not exist."""
        return self.relations.get((names.internal_schema(product.domain), table), [])


def known(warehouse: Warehouse, now: datetime) -> Known:
    """Two questions, however many products."""
    return Known(relations(warehouse), publications(warehouse, now), now)


def question(known: Known, product: Product, since: datetime) -> Question | str:
    """The question that counts a product's events from `since` on, or why none can be asked."""
    time, published = event_time(product), known.columns(product, product.name + names.PUBLISHED_SUFFIX)
    if time is None:
        return "the schema has no event time; name one in `spec.slo.freshness.event_time`"
    record = (known.publications or {}).get(product.id)
    if not published:
        return NOTHING_YET if known.empty else NEVER
    seen = names.SEEN_COLUMN in dict(published)
    if reason := unknowable(record, known.now, seen=seen):
        return reason
    lacking = _no_keys(known, product, time)
    keys = () if lacking else _keys(known, product, time)
    withdrawn = {name for name, _ in known.columns(product, product.name + names.WITHDRAWN_SUFFIX)}
    return Question(
        product=product,
        keys=keys,
        no_keys=lacking,
        as_text=_as_text(known, product, keys),
        time=time,
        since=since,
        now=known.now,
        seen_by=known.now if record and record.since else None,
        seen=seen,
        to_the_second=dict(published).get(time, "").startswith("TIMESTAMP"),
        withdrawn=bool(keys) and withdrawn.issuperset((*keys, time)),
    )


def _no_keys(known: Known, product: Product, time: str) -> str | None:
    """Why nothing says which events must exist; None where something does."""
    model = product.manifest.slo.completeness.expected
    if not model:
        return "nothing says which events must exist; name a dbt model in `spec.slo.completeness.expected`"
    columns = [name for name, _ in known.columns(product, model)]
    if not columns:
        return f"`{model}` is not in the warehouse yet; a refresh of `{product.id}` makes it"
    if time not in columns or len(columns) < 2:
        return f"`{model}` must have the event time `{time}` and the key; it has {', '.join(columns)}"
    return None


def _keys(known: Known, product: Product, time: str) -> tuple[str, ...]:
    model = product.manifest.slo.completeness.expected or ""
    return tuple(name for name, _ in known.columns(product, model) if name != time)


def _as_text(known: Known, product: Product, keys: tuple[str, ...]) -> frozenset[str]:
    model = product.manifest.slo.completeness.expected or ""
    told, shown = (dict(known.columns(product, t)) for t in (model, product.name + names.PUBLISHED_SUFFIX))
    return frozenset(k for k in keys if (told.get(k) == "VARCHAR") != (shown.get(k) == "VARCHAR"))
