"""A real PostgreSQL and a real Debezium whose files lie in a scene's landing zone: started, stopped, killed."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mesh_platform.demo.connector import Connector
from mesh_platform.demo.database import Database, place
from mesh_platform.demo.source import START_SECONDS, start_capture, until
from mesh_platform.serving import commands
from mesh_platform.serving.family import Family, family
from mesh_platform.serving.live import Running, start
from tests.landing.scene import SYSTEM, Scene


@dataclass
class Capture:
    """A database, and its connector while it runs."""

    scene: Scene
    members: Family
    database: Database
    connector: Connector
    running: list[Running] = field(default_factory=list)

    def run(self, *statements: str) -> None:
        """Each statement is a transaction; a script of several in one string is one."""
        with self.database.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.connect() as connection:
            return sorted(connection.execute(sql.encode()).fetchall(), key=str)

    def start(self, **settings: Any) -> None:
        connector = replace(self.connector, **settings)
        self.running = [start_capture(self.members, self.scene.environment, connector)]

    def stop(self) -> None:
        """As a person stops it: it notes how far it got."""
        self.members.dismiss(self.running[0].child)
        self._gone()

    def kill(self) -> None:
        """As a power cut stops it: whatever it knew is gone."""
        self.running[0].child.process.kill()
        self.stop()

    def noted(self) -> bytes:
        """How far the connector says it got."""
        return Path(self.connector.work, "offsets").read_bytes()

    def delivered(self) -> None:
        """Wait until everything that was committed so far is in files."""
        [(mark,)] = self.rows("select pg_logical_emit_message(true, 'mesh', 'x') - '0/0'::pg_lsn")
        until(lambda: mark in self._marks(), self.running, START_SECONDS)

    def _marks(self) -> Iterator[int]:
        for file in (self.scene.home / "landing" / SYSTEM / "message").rglob("*.jsonl"):
            yield from (json.loads(line)["source"]["lsn"] for line in file.read_text().splitlines())

    def _gone(self) -> None:
        until(lambda: not self.rows("select 1 from pg_stat_replication"), [], START_SECONDS)


@contextmanager
def captured(scene: Scene, tables: Sequence[str]) -> Iterator[Capture]:
    """An empty database that is ready to be captured; everything is stopped at the end."""
    with family() as members:
        database = place(scene.home / "postgres")
        server = start(members, commands.postgres(scene.environment, scene.home / "postgres", database.port))
        until(database.answers, [server])
        with database.connect("postgres") as connection:
            connection.execute(f"create database {database.name}".encode())
        connector = Connector(
            port=database.port,
            password=database.password,
            database=database.name,
            tables=tuple(tables),
            zone=str(scene.home / "landing" / SYSTEM),
            work=str(scene.home / "debezium"),
            every_seconds=0.1,
            heartbeat_seconds=1,
        )
        yield Capture(scene, members, database, connector)
