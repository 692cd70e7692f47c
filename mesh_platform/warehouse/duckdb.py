"""The embedded default: one DuckDB file, opened late, closed early, retried while another process holds it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from mesh_platform.warehouse.calendar import within_the_calendar
from mesh_platform.warehouse.protocol import (
    QueryRejected,
    Row,
    Warehouse,
    WarehouseBusy,
    WarehouseUnavailable,
    in_a_line,
)
from mesh_platform.warehouse.sql import bound, identifier, relation

_PAUSE_SECONDS = 0.1
_TAKEN = "IO Error: Could not set lock on file"
"""DuckDB's own words for a file that another process holds; a `block` that is corrupt has a `lock` in it too."""
_REJECTED = (
    duckdb.CatalogException,
    duckdb.BinderException,
    duckdb.ParserException,
    duckdb.ConversionException,
    duckdb.ConstraintException,
    duckdb.DependencyException,
    duckdb.InvalidInputException,
    duckdb.OutOfRangeException,
    duckdb.TypeMismatchException,
    duckdb.SyntaxException,
    duckdb.NotImplementedException,
)


class DuckDbWarehouse:
    """A connection to the local warehouse file; times are UTC, and never outside of Python's calendar."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        with _translated():
            rows = self._run(sql, parameters).fetchall()
            return within_the_calendar(rows, [str(column[1]) for column in self.connection.description or ()])

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with _translated():
            self._run(sql, parameters)

    def _run(self, sql: str, parameters: Sequence[Any]) -> duckdb.DuckDBPyConnection:
        """Before it binds a first value the engine's client imports pandas, numpy and pyarrow, a third of a second."""
        told = bound(sql, parameters) if parameters else sql
        return self.connection.execute(sql, list(parameters)) if told is None else self.connection.execute(told)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        if not rows:
            return
        target = relation(*table.split(".", 1)) if "." in table else identifier(table)
        listed = ", ".join(identifier(c) for c in columns)
        marks = ", ".join("?" for _ in columns)
        with _translated():
            self.connection.executemany(f"insert into {target} ({listed}) values ({marks})", [list(r) for r in rows])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.execute("begin transaction")
        try:
            yield
        except BaseException:
            with suppress(duckdb.Error):  # a broken file refuses this too, and the first reason is the one to tell
                self.connection.rollback()
            raise
        self.execute("commit")

    def columns(self, schema: str, table: str) -> list[tuple[str, str]]:
        rows = self.query(
            "select column_name, data_type from information_schema.columns"
            " where table_catalog = current_database() and table_schema = ? and table_name = ?"
            " order by ordinal_position",
            [schema, table],
        )
        return [(str(name), str(kind)) for name, kind in rows]


@contextmanager
def open_duckdb(path: Path, *, read_only: bool = False, wait: float = 20.0) -> Iterator[DuckDbWarehouse]:
    """The warehouse file, created when written to for the first time. Raises WarehouseBusy, WarehouseUnavailable."""
    if read_only and not path.exists():
        raise WarehouseUnavailable(f"there is no warehouse at `{path}` yet; `mesh land` or `mesh demo` makes it")
    connection = _connect(path, read_only, time.monotonic() + wait)
    try:
        connection.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
        yield DuckDbWarehouse(connection)
    finally:
        connection.close()


def load_extension(warehouse: DuckDbWarehouse, name: str) -> bool:
    """Load an extension that came as a Python package, offline; False where there is none for this engine."""
    try:
        root = files(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}"
        warehouse.connection.execute(f"load '{root / f'{name}.duckdb_extension'}'")
    except (ModuleNotFoundError, duckdb.Error):
        return False
    return True


def reads_avro(warehouse: Warehouse) -> bool:
    """Whether this warehouse's engine can read Avro; from then on it does."""
    return isinstance(warehouse, DuckDbWarehouse) and load_extension(warehouse, "avro")


def _connect(path: Path, read_only: bool, deadline: float) -> duckdb.DuckDBPyConnection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise WarehouseUnavailable(f"cannot make the folder of `{path}`: {problem.strerror}") from problem
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only)
        except duckdb.IOException as problem:
            if not str(problem).startswith(_TAKEN):
                raise WarehouseUnavailable(f"cannot open `{path}`: {in_a_line(problem)}") from problem
            if time.monotonic() >= deadline:
                raise WarehouseBusy(f"warehouse busy: another process holds `{path}`") from problem
        except duckdb.Error as problem:
            raise WarehouseUnavailable(f"cannot open `{path}`: {in_a_line(problem)}") from problem
        time.sleep(_PAUSE_SECONDS)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except _REJECTED as problem:
        raise QueryRejected(str(problem)) from problem
    except duckdb.Error as problem:
        raise WarehouseUnavailable(str(problem)) from problem
