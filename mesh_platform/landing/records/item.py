"""What is in quarantine, to be looked at: in groups, and item by item, however much there is of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mesh_platform import names
from mesh_platform.landing.records.reason import kind_sql, shown_sql
from mesh_platform.landing.zones.zone import zone_name
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import literal
from mesh_platform.warehouse.table import columns_of

_GROUP: Final = "system, source_table, kind, dismissed_at, dismissed_because"
_ORDER: Final = f"{_GROUP}, path, generation, record"
_AT_ONCE: Final = 1_000
"""As many items are in memory at a time, or fewer:"""
_BYTES_AT_ONCE: Final = 16 << 20


@dataclass(frozen=True)
class Chosen:
    """Of which source system and which source table, or of all; what is open, or what was dismissed."""

    system: str | None = None
    table: str | None = None
    dismissed: bool = False


@dataclass(frozen=True)
class Count:
    """How much of something."""

    records: int
    files: int
    """As a whole."""

    @property
    def items(self) -> int:
        return self.records + self.files


@dataclass(frozen=True)
class Group:
    """What is in quarantine of one zone for one kind of reason, and was dismissed at once if it was."""

    system: str
    source_table: str
    kind: str
    """Which of the reasons that the docs list."""
    dismissed_at: datetime | None
    dismissed_because: str | None
    count: Count
    since: datetime

    @property
    def zone(self) -> str:
        return zone_name(self.system, self.source_table)


@dataclass(frozen=True)
class Item:
    """A record in quarantine, or a file as a whole (record 0)."""

    system: str
    source_table: str
    path: str
    generation: str
    record: int
    kind: str
    reason: str
    """Without any value of the record, unless its bytes were asked for too."""
    quarantined_at: datetime
    dismissed_at: datetime | None
    dismissed_because: str | None
    raw: bytes | None
    """What was kept of it; None where it was not asked for, or nothing was kept."""


def groups(warehouse: Warehouse | None, chosen: Chosen) -> list[Group]:
    """In the order of their items; none without a warehouse."""
    if warehouse is None or not _columns(warehouse):
        return []
    rows = warehouse.query(
        f"""select {_GROUP}, count(*) filter (record > 0), count(*) filter (record = 0), min(quarantined_at)
        from ({_held(warehouse, chosen)}) group by {_GROUP} order by {_GROUP}"""
    )
    return [Group(s, t, kind, at, why, Count(*counted), since) for s, t, kind, at, why, *counted, since in rows]


def items(
    warehouse: Warehouse | None, chosen: Chosen, *, first: int | None = None, kept: int | None = 0
) -> Iterator[Item]:
    """At most the `first` of each group, each with at most so many bytes of what was `kept`; None is all."""
    if warehouse is None or not _columns(warehouse):
        return
    held = _held(warehouse, chosen)
    raw = "raw" if kept is None else f"raw[1:{kept}]" if kept else "null"
    for places in _batches(warehouse, held, first, "coalesce(octet_length(raw), 0)" if kept is None else str(kept)):
        rows = warehouse.query(
            f"""select system, source_table, path, generation, record, kind, {"reason" if raw != "null" else "shown"},
                quarantined_at, dismissed_at, dismissed_because, {raw}
            from ({held} and rowid in ({", ".join(map(str, places))})) order by {_ORDER}"""
        )
        yield from (Item(*row) for row in rows)


def sources(warehouse: Warehouse | None) -> set[tuple[str, str]]:
    """(system, source table) of whatever there ever was in quarantine."""
    if warehouse is None or not _columns(warehouse):
        return set()
    return {(s, t) for s, t in warehouse.query(f"select distinct system, source_table from {names.QUARANTINE}")}


def paths(warehouse: Warehouse) -> set[str]:
    """Of whatever there ever was in quarantine."""
    if not _columns(warehouse):
        return set()
    return {str(path) for (path,) in warehouse.query(f"select distinct path from {names.QUARANTINE}")}


def _batches(warehouse: Warehouse, held: str, first: int | None, size: str) -> list[list[int]]:
    """The items by their places in the table, in order, in parts that fit into memory; `size` is SQL for an item's."""
    some = "" if first is None else f"where nth <= {first}"
    rows = warehouse.query(
        f"""with weighed as (select * exclude (reason, shown, raw), {size} as size from ({held})),
        numbered as (
            select *, row_number() over (partition by {_GROUP} order by path, generation, record) as nth from weighed),
        summed as (
            select place, row_number() over so_far as turn, sum(size) over so_far as bytes
            from numbered {some} window so_far as (order by {_ORDER} rows unbounded preceding))
        select list(place order by turn) from summed
        group by turn // {_AT_ONCE}, bytes // {_BYTES_AT_ONCE} order by min(turn)"""
    )
    return [places for (places,) in rows]


def _columns(warehouse: Warehouse) -> set[str]:
    return {name for name, _ in columns_of(warehouse, names.QUARANTINE)}


def _held(warehouse: Warehouse, chosen: Chosen) -> str:
    """SQL for what was chosen; what an earlier version made cannot say why anything was dismissed."""
    because = "dismissed_because" if "dismissed_because" in _columns(warehouse) else "null::varchar"
    asked = [f"{because} is not null" if chosen.dismissed else "superseded_at is null"]
    told = (("system", chosen.system), ("source_table", chosen.table))
    asked += [f"{column} = {literal(value)}" for column, value in told if value is not None]
    return f"""select system, source_table, path, generation, record, {kind_sql("reason")} as kind, reason,
        {shown_sql("reason")} as shown, quarantined_at, superseded_at as dismissed_at,
        {because} as dismissed_because, raw, rowid as place
        from {names.QUARANTINE} where {" and ".join(asked)}"""
