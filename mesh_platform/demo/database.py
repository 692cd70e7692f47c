"""The orders service's own database: how it is reached, its two tables, and the journal that it keeps of them."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from mesh_platform.demo.change import COLUMNS
from mesh_platform.demo.envelope import SCHEMA

NAME: Final = "orders"
SUPERUSER: Final = "postgres"
PASSWORD_FILE: Final = "password"
TABLES: Final = tuple(f"{SCHEMA}.{table}" for table in COLUMNS)

TIMES: Final = ("created_at", "updated_at")
_TYPES: Final = {"string": "text", "long": "bigint"}


@dataclass(frozen=True)
class Database:
    """One database of a PostgreSQL on this machine."""

    port: int
    password: str
    name: str = NAME

    @contextmanager
    def connect(self, name: str | None = None) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
        """A connection in which every statement outside a `transaction()` commits by itself."""
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=SUPERUSER,
            password=self.password,
            dbname=name or self.name,
            autocommit=True,
            connect_timeout=10,
        ) as connection:
            yield connection

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            with self.connect("postgres"):
                return True
        except psycopg.OperationalError:
            return False


def place(folder: Path) -> Database:
    """A database that will keep its data in the folder: on a free port, with a password that stays."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / PASSWORD_FILE
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_hex(16))
    return Database(_free_port(), kept.read_text())


def create(database: Database) -> bool:
    """Make the database if there is none; whether it was made."""
    with database.connect("postgres") as connection:
        there = connection.execute("select 1 from pg_database where datname = %s", [database.name]).fetchone()
        if there:
            return False
        connection.execute(f"create database {database.name}".encode())
    with database.connect() as connection, connection.transaction():
        for statement in (*map(_table, COLUMNS), *_JOURNAL, *map(_journaled, COLUMNS), _CLOCK):
            connection.execute(statement.encode())
    return True


def _table(name: str) -> str:
    columns = [f"{c} {_type(c, kind)}{'' if kind.endswith('?') else ' not null'}" for c, kind in COLUMNS[name].items()]
    return f"create table {SCHEMA}.{name} ({', '.join(columns)}, primary key (id))"


def _type(column: str, kind: str) -> str:
    special = {"metadata": "jsonb", **dict.fromkeys(TIMES, "timestamptz")}
    return special.get(column) or _TYPES[kind.rstrip("?")]


_JOURNAL: Final = (
    "create schema service",
    "create table service.journal (place bigserial primary key, source text not null, op text not null, row jsonb)",
    """create function service.note() returns trigger language plpgsql as $$ begin
        insert into service.journal (source, op, row) values (tg_table_name, lower(left(tg_op, 1)), to_jsonb(new));
        return null; end $$""",
)
"""What the service itself writes down of every change, for nobody but a comparison: it is not captured."""

_CLOCK: Final = "create table service.clock (state text not null)"


def _journaled(table: str) -> str:
    return (
        f"create trigger journaled after insert or update or delete on {SCHEMA}.{table}"
        " for each row execute function service.note()"
    )


def _free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])
