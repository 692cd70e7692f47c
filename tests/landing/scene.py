"""A mesh with one small captured table, its landing zone, and what a test asks of the two."""

import gzip
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fastavro

from mesh_platform.environment import Environment, Target
from mesh_platform.landing.land import LandingReport, land
from mesh_platform.manifest.document import Document
from mesh_platform.manifest.domain import DomainManifest
from mesh_platform.manifest.mesh import Domain, Mesh, TextFile
from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SYSTEM = "shop_db"
TABLE = "public.things"
THINGS = "shop_cdc.things"
CHANGES = "shop_cdc.things__changes"


def text(name: str) -> dict[str, Any]:
    return {"name": name, "type": ["null", "string"], "default": None}


THING = [
    {"name": "id", "type": "string"},
    {"name": "size", "type": ["null", "long"], "default": None},
    text("body"),
    text("note"),
]


def mesh_of(
    columns: Sequence[Mapping[str, Any]] = THING,
    *,
    key: Sequence[str] = ("id",),
    connector: str = "debezium",
    more: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> Mesh:
    """One domain, one system, the table of things, and others by name."""
    tables = {TABLE: columns, **(more or {})}
    files = {f"{name}.avsc": _avsc(fields) for name, fields in tables.items()}
    manifest = DomainManifest.model_validate(
        {
            "apiVersion": "v1",
            "kind": "Domain",
            "metadata": {"name": "shop", "team": "t", "oncall": "o", "slack_channel": "#s"},
            "spec": {
                "team_size": 5,
                "description": "d",
                "source_systems": [
                    {
                        "name": SYSTEM,
                        "connector": connector,
                        "tables": [
                            {"name": name, "primary_key": list(key), "schema": f"{name}.avsc"} for name in tables
                        ],
                    }
                ],
            },
        },
        strict=False,
    )
    schemas = {path: TextFile(path, told) for path, told in files.items()}
    return Mesh({"shop": Domain("shop", manifest, Document("domains/shop/domain.yaml"), schemas)}, {})


def _avsc(columns: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps({"type": "record", "name": "Row", "fields": list(columns)})


@dataclass
class Scene:
    """A mesh, its home and its open warehouse."""

    home: Path
    warehouse: DuckDbWarehouse
    mesh: Mesh = field(default_factory=mesh_of)
    landing: str = ""
    """Where the zones are; default a folder of its home."""

    @property
    def environment(self) -> Environment:
        zones = self.landing or str(self.home / "landing")
        return Environment(root=self.home, home=self.home, target=Target.DUCKDB, landing=zones)

    def put(self, name: str, content: bytes | str | Iterable[Any], folder: str = TABLE) -> Path:
        """Write a file into a zone: bytes or text as they are, envelopes as lines of JSON."""
        path = self.home / "landing" / SYSTEM / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            content.encode() if isinstance(content, str) else content if isinstance(content, bytes) else lines(content)
        )
        return path

    def land(self, now: datetime = NOW, **options: Any) -> LandingReport:
        return land(self.mesh, self.environment, self.warehouse, now, **options)

    def counts(self, **options: Any) -> tuple[int, int, int, int, int]:
        """read, applied, duplicate, skipped, quarantined of one landing."""
        rows = self.land(**options).rows
        assert rows.read == rows.applied + rows.duplicate + rows.skipped + rows.quarantined
        return rows.read, rows.applied, rows.duplicate, rows.skipped, rows.quarantined

    def state(self, table: str = THINGS, columns: str = "*") -> list[tuple[Any, ...]]:
        """The current state without what tells where it came from, by key."""
        kept = "* exclude (_cdc_revision, _cdc_source_timestamp, _cdc_ordinal)" if columns == "*" else columns
        return sorted(self.warehouse.query(f"select {kept} from {table}"), key=str)

    def changes(self, columns: str = "*", table: str = CHANGES) -> list[tuple[Any, ...]]:
        """The change log without what tells where it came from."""
        kept = "* exclude (_cdc_revision, _cdc_landed_at, _cdc_path, _cdc_record)" if columns == "*" else columns
        return sorted(self.warehouse.query(f"select {kept} from {table}"), key=str)

    def reasons(self) -> list[str]:
        """Why what is in quarantine and not superseded is there."""
        sql = "select reason from mesh_landing.quarantine where superseded_at is null order by path, record"
        return [reason for (reason,) in self.warehouse.query(sql)]


def lines(envelopes: Iterable[Any]) -> bytes:
    """Envelopes as JSON lines; text stands for itself."""
    told = (e if isinstance(e, str) else json.dumps(e, separators=(",", ":")) for e in envelopes)
    return "".join(f"{line}\n" for line in told).encode()


def gzipped(envelopes: Iterable[Any]) -> bytes:
    return gzip.compress(lines(envelopes))


def change(op: str, key: str, lsn: int, **row: Any) -> dict[str, Any]:
    """A change of a thing as Debezium's PostgreSQL connector writes it; of a delete, `row` is all of `before`."""
    whole = {"id": key, "size": None, "body": None, "note": None} | row
    return envelope(op, lsn, before={"id": key, **row} if op == "d" else None, after=None if op in "dt" else whole)


def envelope(
    op: str,
    lsn: int | None,
    *,
    before: Any = None,
    after: Any = None,
    table: str = "things",
    total_order: int | None = None,
    seen: int = 5,
) -> dict[str, Any]:
    """An envelope; `seen` is the connector's clock, in milliseconds after the commit."""
    committed = 1_795_414_134_607_981 + (lsn or 0) * 1_000_000
    return {
        "before": before,
        "after": after,
        "source": {
            "version": "3.6.3.Final",
            "connector": "postgresql",
            "name": "shop",
            "ts_ms": committed // 1000,
            "snapshot": "true" if op == "r" else "false",
            "db": "shop",
            "sequence": f'[null,"{lsn}"]',
            "ts_us": committed,
            "ts_ns": committed * 1000,
            "schema": "public",
            "table": table,
            "txId": 7,
            "lsn": lsn,
            "xmin": None,
        },
        "transaction": None
        if total_order is None
        else {"id": "7:1", "total_order": total_order, "data_collection_order": 1},
        "op": op,
        "ts_ms": committed // 1000 + seen,
    }


def avro(
    envelopes: Iterable[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]] = THING, codec: str = "deflate"
) -> bytes:
    """Envelopes as an Avro container, with only those parts of the source that matter."""
    optional = [
        {**c, "type": c["type"] if isinstance(c["type"], list) else ["null", c["type"]], "default": None}
        for c in columns
    ]
    source = [
        {"name": n, "type": t}
        for n, t in {
            "schema": "string",
            "db": "string",
            "table": "string",
            "snapshot": "string",
            "lsn": ["null", "long"],
            "ts_us": "long",
        }.items()
    ]
    row = {"type": "record", "name": "Value", "fields": optional}
    schema = {
        "type": "record",
        "name": "Envelope",
        "fields": [
            {"name": "before", "type": ["null", row], "default": None},
            {"name": "after", "type": ["null", "Value"], "default": None},
            {"name": "source", "type": {"type": "record", "name": "Source", "fields": source}},
            {"name": "op", "type": "string"},
            {"name": "ts_ms", "type": ["null", "long"]},
        ],
    }
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema(schema), list(envelopes), codec=codec)
    return out.getvalue()


__all__ = ["CHANGES", "NOW", "Scene", "avro", "change", "envelope", "gzipped", "lines", "mesh_of", "open_duckdb"]
