"""A real source: a PostgreSQL that trades, and the Debezium that captures it, running beside each other."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from mesh_platform.demo.change import SYSTEM
from mesh_platform.demo.connector import CONNECTOR_FILE, SLOT, Connector, read_connector, write_connector
from mesh_platform.demo.database import TABLES, Database, create, place
from mesh_platform.demo.orders_service import is_open, open_service
from mesh_platform.environment import Environment, EnvironmentProblem
from mesh_platform.serving import commands
from mesh_platform.serving.family import Family
from mesh_platform.serving.live import Died, Running, require_alive, start
from mesh_platform.serving.log import last_lines

START_SECONDS: Final = 60.0
CATCH_UP_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 0.05


@dataclass(frozen=True)
class Source:
    """The database and its capture, both running."""

    database: Database
    connector: Connector
    postgres: Running
    debezium: Running

    @property
    def running(self) -> list[Running]:
        return [self.postgres, self.debezium]


def folder(home: Path) -> Path:
    """Where the demo keeps the database's data, and how far the capture got."""
    return home / "demo" / "source"


def start_source(members: Family, environment: Environment, now: datetime, days: float, seed: int) -> Source:
    """The database, open for so many days already if it is new, and its capture. Raises Died."""
    database, postgres = start_postgres(members, environment)
    with database.connect() as connection:
        if not is_open(connection):
            open_service(connection, now, days, seed)
    connector = connector_of(environment, database)
    return Source(database, connector, postgres, start_capture(members, environment, connector))


def running_database(environment: Environment) -> Database:
    """The database that was started last. Raises EnvironmentProblem where none ever was."""
    kept = folder(environment.home) / "debezium" / CONNECTOR_FILE
    if not kept.exists():
        raise EnvironmentProblem("there is no database here; `mesh up --source postgres` starts one")
    connector = read_connector(kept)
    return Database(connector.port, connector.password, connector.database)


def start_postgres(members: Family, environment: Environment) -> tuple[Database, Running]:
    """A PostgreSQL that answers, with the service's tables in it. Raises Died."""
    data = folder(environment.home) / "postgres"
    database = place(data)
    running = start(members, commands.postgres(environment, data, database.port))
    until(database.answers, [running])
    create(database)
    return database, running


def start_capture(members: Family, environment: Environment, connector: Connector) -> Running:
    """A Debezium, as soon as it streams: what was there before is in files then or will be. Raises Died."""
    running = start(members, commands.capture(environment, write_connector(connector)))
    database = Database(connector.port, connector.password, connector.database)
    until(lambda: _asked(database, "select 1 from pg_stat_replication where state = 'streaming'"), [running])
    return running


def connector_of(environment: Environment, database: Database) -> Connector:
    """The capture of the service's tables, into its folder of the landing zone."""
    return Connector(
        port=database.port,
        password=database.password,
        database=database.name,
        tables=TABLES,
        zone=str(Path(environment.landing) / SYSTEM),
        work=str(folder(environment.home) / "debezium"),
    )


def caught_up(source: Source, seconds: float = CATCH_UP_SECONDS) -> float:
    """Wait until everything committed so far is in files; returns the seconds it took. Raises Died.

    A message in the log marks the place; the connector confirms places only when their files are on disk.
    """
    began = time.monotonic()
    mark = _asked(source.database, "select pg_logical_emit_message(true, 'mesh', 'so far')::text")
    passed = f"select 1 from pg_replication_slots where slot_name = '{SLOT}' and confirmed_flush_lsn >= '{mark}'"
    until(lambda: _asked(source.database, passed), source.running, seconds)
    return time.monotonic() - began


def until(done: Callable[[], Any], running: list[Running], seconds: float = START_SECONDS) -> None:
    """Wait for real programs. Raises Died when one of them ends, or the time is up."""
    deadline = time.monotonic() + seconds
    while not done():
        require_alive(running)
        if time.monotonic() > deadline:
            command = running[-1].child.command
            last = last_lines(command.log, running[-1].log_began)
            raise Died(command.name, f"was not ready within {seconds:.0f} s", last, command.log)
        time.sleep(_LOOK_SECONDS)


def _asked(database: Database, question: str) -> Any:
    with database.connect() as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None
