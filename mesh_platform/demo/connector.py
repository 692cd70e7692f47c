"""How Debezium's PostgreSQL connector is set, so that a landing zone gets all there is to know."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

PREFIX: Final = "orders_service"
SLOT: Final = "mesh"
CONNECTOR_FILE: Final = "connector.json"


@dataclass(frozen=True)
class Connector:
    """One capture of some tables of one database: from where, to where, how often."""

    port: int
    password: str
    database: str
    tables: tuple[str, ...]
    """With their schema: `public.orders`."""
    zone: str
    """The source system's folder in the landing zone."""
    work: str
    """Where the connector keeps how far it got."""
    every_seconds: float = 1.0
    """A file holds no more than what was captured in so long, and no more than `most_records`."""
    most_records: int = 2048
    heartbeat_seconds: float = 60.0
    commit_seconds: float = 0.0
    """How often it notes how far it got: after each batch, or less often. What comes after is delivered again."""


def write_connector(connector: Connector) -> Path:
    """Keep it in its work folder, for the program that runs it and nobody else: it holds a password."""
    folder = Path(connector.work)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / CONNECTOR_FILE
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(connector), indent=2))
    return path


def read_connector(path: Path) -> Connector:
    """The connector kept there."""
    kept = json.loads(path.read_text())
    return Connector(**{**kept, "tables": tuple(kept["tables"])})


def properties(connector: Connector) -> Mapping[str, str]:
    """Debezium's settings.

    `replace.null.with.default` must be off: it is on by default, and then a NULL in a column that has a default in the
    database arrives as that default. Truncates are captured only where they are not skipped.
    """
    return {
        "name": PREFIX,
        "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
        "plugin.name": "pgoutput",
        "topic.prefix": PREFIX,
        "database.hostname": "127.0.0.1",
        "database.port": str(connector.port),
        "database.user": "postgres",
        "database.password": connector.password,
        "database.dbname": connector.database,
        "table.include.list": ",".join(connector.tables),
        "slot.name": SLOT,
        "publication.name": SLOT,
        "publication.autocreate.mode": "filtered",
        "skipped.operations": "none",
        "decimal.handling.mode": "string",
        "interval.handling.mode": "string",
        "provide.transaction.metadata": "true",
        "heartbeat.interval.ms": _milliseconds(connector.heartbeat_seconds),
        "poll.interval.ms": _milliseconds(connector.every_seconds),
        "max.batch.size": str(connector.most_records),
        "max.queue.size": str(4 * connector.most_records),
        "key.converter.schemas.enable": "false",
        "value.converter.schemas.enable": "false",
        "value.converter.replace.null.with.default": "false",
        "offset.storage": "org.apache.kafka.connect.storage.FileOffsetBackingStore",
        "offset.storage.file.filename": str(Path(connector.work) / "offsets"),
        "offset.flush.interval.ms": _milliseconds(connector.commit_seconds),
    }


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))
