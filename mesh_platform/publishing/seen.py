"""Since when consumers have seen an event: kept beside every published row, also when its table is published whole, and
when the event was gone for a while."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.mesh import Product
from mesh_platform.publishing.private import published_table, withdrawn_table
from mesh_platform.schema.history import event_time
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import identifier, literal, moment, second

_BEFORE: Final = "mesh_seen_before"
_KEPT_WINDOWS: Final = 2
"""What was withdrawn is kept for so many windows of the promises: a past moment looks back over one."""


@dataclass(frozen=True)
class Identity:
    """What tells one event of a product from another: its key, where one is known, and its time to the second.

    So a row that is told anew with another value is the same event. Without a key, events of one second are told apart
    by their order alone.
    """

    keys: tuple[str, ...]
    time: str
    is_kept: bool
    """Whether what was withdrawn is on record in these words; without a key it is not kept at all."""

    @property
    def told(self) -> str:
        """The columns that an event is told by, as SQL."""
        return ", ".join(map(identifier, (*self.keys, self.time)))

    @property
    def _same(self) -> tuple[str, ...]:
        return (*self.keys, "_mesh_second", "_mesh_nth")

    @property
    def columns(self) -> str:
        """What two tellings of one event have in common, as SQL."""
        return ", ".join(map(identifier, self._same))

    def of(self, rows: str) -> str:
        """The rows of a select, each with what it has in common with other tellings of its event."""
        at = f"cast({identifier(self.time)} as timestamptz)"
        nth = "1" if self.keys else f"row_number() over (partition by {second(at)} order by {at})"
        return f"select *, {second(at)} as _mesh_second, {nth} as _mesh_nth from ({rows})"

    def same(self, one: str, other: str) -> str:
        """The condition that rows of two relations tell of one event."""
        return " and ".join(f"{one}.{identifier(c)} is not distinct from {other}.{identifier(c)}" for c in self._same)


def _identity(warehouse: Warehouse, product: Product, published: Collection[str]) -> Identity | None:
    """What its events are told by; None where the product has no event time, or its published table lacks it."""
    time = event_time(product)
    if time is None or time not in published:
        return None
    keys = _event_key(warehouse, product, time, published)
    withdrawn = {*_columns(warehouse, product, product.name + names.WITHDRAWN_SUFFIX)}
    return Identity(keys, time, is_kept=bool(keys) and withdrawn.issuperset((*keys, time)))


def _event_key(warehouse: Warehouse, product: Product, time: str, published: Collection[str]) -> tuple[str, ...]:
    """The columns that tell one event from another, as the model of the expected events has them; empty where there is
    no such model yet, or the product lacks one of its columns."""
    model = product.manifest.slo.completeness.expected
    told = [c for c in _columns(warehouse, product, model) if c != time] if model else []
    there = {*_columns(warehouse, product, product.name)} & {*published}
    return tuple(told) if there.issuperset(told) else ()


def _columns(warehouse: Warehouse, product: Product, table: str) -> list[str]:
    return [name for name, _ in warehouse.columns(names.internal_schema(product.domain), table)]


def keep_seen(warehouse: Warehouse, product: Product, *, append: bool) -> Identity | None:
    """Note what consumers have seen and since when, for the publication that follows; None where that is nothing.

    Where rows are only added, those that are there already do not matter, and are not looked at.
    """
    published = _columns(warehouse, product, product.name + names.PUBLISHED_SUFFIX)
    identity = _identity(warehouse, product, published)
    if identity is None:
        return None
    rows = [] if append else [_shown(product, identity, published)]
    if identity.is_kept:
        rows.append(
            f"select {identity.told}, {names.SEEN_COLUMN} as seen_at, false as is_shown"
            f" from {withdrawn_table(product)} where {names.RETURNED_COLUMN} is null"
        )
    if not rows:
        return None
    warehouse.execute(f"create or replace temp table {_BEFORE} as {identity.of(' union all '.join(rows))}")
    return identity


def _shown(product: Product, identity: Identity, published: Collection[str]) -> str:
    """The rows that are published now, with their `seen_at`; `published`: their columns.

    A table that was published before the moment was kept tells it by the first publication that came after the build
    of the row.
    """
    table, told = published_table(product), f"{identity.told}, {{seen}} as seen_at, true as is_shown"
    if names.SEEN_COLUMN in published:
        return f"select {told.format(seen=names.SEEN_COLUMN)} from {table}"
    if names.REVISION_COLUMN not in published:
        return f"select {told.format(seen='cast(null as timestamptz)')} from {table} where false"
    publications = f"select revision, published_at from {names.PUBLICATIONS} where product = {literal(product.id)}"
    return (
        f"select {told.format(seen='b.published_at')} from {table} r"
        f" asof left join ({publications}) b on r.{names.REVISION_COLUMN} < b.revision"
    )


def rows_with_seen(rows: str, identity: Identity | None, columns: Sequence[str]) -> str:
    """These columns of a select, each row with since when its event is seen; the one parameter is now.

    `identity`: what `keep_seen` came to.
    """
    listed = ", ".join(f"n.{identifier(c)}" for c in columns)
    if identity is None:
        return f"select {listed}, ?::timestamptz as {names.SEEN_COLUMN} from ({rows}) n"
    before = f"select {identity.columns}, min(seen_at) as seen_at from {_BEFORE} group by {identity.columns}"
    return (
        f"select {listed}, coalesce(o.seen_at, ?::timestamptz) as {names.SEEN_COLUMN} from ({identity.of(rows)}) n"
        f" left join ({before}) o on {identity.same('o', 'n')}"
    )


def note_withdrawn(warehouse: Warehouse, product: Product, identity: Identity, rows: str, now: datetime) -> None:
    """Put on record what consumers saw before this publication and see no more, and what they see again; `rows` are
    those that it has made visible, as a select.

    Of what has no key nobody could tell whether it is back.
    """
    if not identity.keys:
        return
    table, shown = withdrawn_table(product), identity.of(rows)
    oldest = now - _KEPT_WINDOWS * timedelta(days=product.manifest.slo.window_days)
    gone = (
        f"select {identity.told}, seen_at as {names.SEEN_COLUMN}, {moment(now)} as {names.WITHDRAWN_COLUMN},"
        f" cast(null as timestamptz) as {names.RETURNED_COLUMN} from {_BEFORE} o anti join ({shown}) n"
        f" on {identity.same('o', 'n')}"
        f" where is_shown and cast({identifier(identity.time)} as timestamptz) >= {moment(oldest)}"
    )
    if identity.is_kept:
        back = f"if(n.is_back, coalesce(w.{names.RETURNED_COLUMN}, {moment(now)}), w.{names.RETURNED_COLUMN})"
        gone = (
            f"select w.* exclude (_mesh_second, _mesh_nth) replace ({back} as {names.RETURNED_COLUMN})"
            f" from ({identity.of(f'select * from {table}')}) w"
            f" left join (select {identity.columns}, true as is_back from ({shown}) group by all) n"
            f" on {identity.same('w', 'n')} where w.{names.WITHDRAWN_COLUMN} >= {moment(oldest)}"
            f" union all by name {gone}"
        )
    elif not warehouse.query(f"select 1 from ({gone}) limit 1"):
        return
    warehouse.execute(f"create or replace table {table} as {gone}")
