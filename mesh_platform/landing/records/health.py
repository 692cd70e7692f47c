"""How landing stands for each source table of a domain: what is in quarantine, what is missing, what is undeclared."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from mesh_platform import names
from mesh_platform.landing.landed_table import LandedTable, declared_tables
from mesh_platform.landing.records.gap import Gaps, offset_gaps, transaction_gaps
from mesh_platform.landing.records.reason import kind_sql, shown_sql
from mesh_platform.landing.tables.undeclared import Undeclared, undeclared
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import any_of

Level = Literal["pass", "warn", "error"]
PATIENCE: Final = timedelta(hours=1)
"""A transaction that is incomplete for longer is an error: what is late that long is lost somewhere."""
_NAMED: Final = 10
"""As many undeclared columns are named."""
_LONGEST_NAME: Final = 60
_PLACES: Final = 3
"""As many places of each reason are named."""


@dataclass(frozen=True)
class Place:
    """Where a quarantined record lies; record 0 is the file as a whole."""

    path: str
    record: int
    size: int | None
    """Bytes that are kept of it."""


@dataclass(frozen=True)
class Held:
    """What is in quarantine for one reason."""

    kind: str
    reason: str
    """Without any value of a record."""
    rows: int
    files: int
    """Of them, whole files."""
    since: datetime
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Health:
    """All there is to say of one zone."""

    zone: str
    held: tuple[Held, ...] = ()
    beside: tuple[Held, ...] = ()
    """In folders of the same system that are no table's."""
    transactions: Gaps | None = None
    offsets: Gaps | None = None
    undeclared: tuple[Undeclared, ...] = ()
    unlandable: str | None = None
    """Why its files stay where they are."""

    @property
    def records(self) -> int:
        return sum(h.rows - h.files for h in self.held)

    @property
    def files(self) -> int:
        return sum(h.files for h in self.held)

    def level(self, now: datetime) -> Level:
        """Undeclared columns alone are no fault: nothing of them is lost."""
        late = self.transactions is not None and now - self.transactions.since > PATIENCE
        if self.unlandable or self.files or late:
            return "error"
        return "warn" if self.records or self.transactions or self.offsets or self.beside else "pass"


def health(
    mesh: Mesh, warehouse: Warehouse, domain: str, unlandable: Mapping[str, str], tables: Collection[str] | None = None
) -> Mapping[str, Health]:
    """Zone → health, of all source tables of the domain or of these; one query a question, however many tables.

    `unlandable`: zone → why, as a survey or a landing found it.
    """
    declared = [t for t in declared_tables(mesh, domain) if tables is None or t.source_table in tables]
    systems = sorted({t.system for t in declared})
    held, beside = _quarantined(warehouse, systems, set(mesh.capturers))
    transactions, offsets = transaction_gaps(warehouse, systems), offset_gaps(warehouse, systems)
    extra = undeclared(warehouse, [t for t in declared if isinstance(t, LandedTable)])
    return {
        t.zone: Health(
            t.zone,
            held=held.get((t.system, t.source_table), ()),
            beside=beside.get(t.system, ()),
            transactions=transactions.get((t.system, t.source_table)),
            offsets=offsets.get((t.system, t.source_table)),
            undeclared=extra.get(t.zone, ()),
            unlandable=unlandable.get(t.zone),
        )
        for t in declared
    }


_Reasons = dict[tuple[str, str], tuple[Held, ...]]


def _quarantined(
    warehouse: Warehouse, systems: Sequence[str], captured: Collection[tuple[str, str]]
) -> tuple[_Reasons, dict[str, tuple[Held, ...]]]:
    """By table; and by system what lies in no table's folder. The most frequent reason first."""
    tables: _Reasons = {}
    systemic: dict[str, tuple[Held, ...]] = {}
    for system, table, kind, shown, rows, files, since, places in warehouse.query(
        f"""select system, source_table, {kind_sql("reason")} as kind, {shown_sql("reason")} as shown, count(*) as rows,
            count(*) filter (record = 0), min(quarantined_at),
            min({{'path': path, 'record': record, 'size': octet_length(raw)}}, {_PLACES})
        from {names.QUARANTINE} where superseded_at is null and system in {any_of(systems)}
        group by 1, 2, 3, 4 order by rows desc, kind, shown"""
    ):
        told = Held(kind, shown, rows, files, since, tuple(Place(**p) for p in places))
        if (system, table) in captured:
            tables[system, table] = (*tables.get((system, table), ()), told)
        else:
            systemic[system] = (*systemic.get(system, ()), told)
    return tables, systemic


def sentence(health: Health) -> str:
    """What an on-call engineer reads first."""
    parts = [f"its files stay where they are: {health.unlandable}"] if health.unlandable else []
    if health.files:
        parts.append(f"{_count(health.files, 'file')} in quarantine")
    if health.records:
        parts.append(f"{_count(health.records, 'record')} in quarantine")
    for gaps, what in ((health.transactions, "incomplete transaction"), (health.offsets, "missing range of offsets")):
        if gaps:
            since = f"since {gaps.since:%Y-%m-%d %H:%M} UTC"
            parts.append(f"{_count(gaps.count, what)}, {_count(gaps.missing, 'change')} missing {since}")
    if health.beside:
        parts.append(f"{_count(sum(h.rows for h in health.beside), 'record')} in quarantine beside the tables' folders")
    unknown = [u.column for u in health.undeclared if not u.is_declared]
    misfits = [u.column for u in health.undeclared if u.is_declared]
    parts += [f"undeclared columns arrive: {_named(unknown)}"] if unknown else []
    parts += [f"values that do not fit are kept beside the row: {_named(misfits)}"] if misfits else []
    return "; ".join(parts) or "nothing in quarantine, nothing missing"


def _named(columns: Sequence[str]) -> str:
    """Whoever writes the files chooses the names, and how many there are."""
    shown = [f"`{c if len(c) <= _LONGEST_NAME else c[:_LONGEST_NAME] + '…'}`" for c in columns[:_NAMED]]
    more = len(columns) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def _count(count: int, what: str) -> str:
    noun, _, rest = what.partition(" of ")
    return f"{count:,} {noun}{'' if count == 1 else 's'}{f' of {rest}' if rest else ''}"
