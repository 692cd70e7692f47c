"""What the platform asks of a warehouse, whichever engine it is."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from mesh_platform.environment import Environment, EnvironmentProblem, Target

Row = tuple[Any, ...]


class WarehouseBusy(Exception):
    """Another process holds the warehouse; trying again later is right."""


class WarehouseUnavailable(Exception):
    """There is no answer to be had: the warehouse is missing, unreadable or broken."""


class QueryRejected(Exception):
    """The warehouse answered, and the answer is that this query cannot be: a missing table, a wrong type."""


def in_a_line(problem: Exception) -> str:
    """What an exception says, as far as its first line; its kind where it says nothing."""
    return next(iter(str(problem).strip().splitlines()), type(problem).__name__)


class Warehouse(Protocol):
    """An open warehouse. Raises QueryRejected for what SQL refuses, WarehouseUnavailable for an outage."""

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run a statement and fetch all its rows; `?` marks parameters.

        A column of times holds `datetime` (with UTC) and `date`, never anything else: what lies outside of their years,
        and infinity, is the first or the last of them.
        """
        ...

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement for its effect."""
        ...

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Append rows to a table."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """All of it or nothing of it."""
        ...

    def columns(self, schema: str, table: str) -> list[tuple[str, str]]:
        """(name, type) in order; empty when there is no such table or view."""
        ...


def require_adapter(environment: Environment) -> None:
    """Raises EnvironmentProblem for an engine that this version cannot open; asked before anything is begun."""
    if environment.target is not Target.DUCKDB:
        raise EnvironmentProblem(
            f"target `{environment.target}` has no warehouse adapter in this version; set MESH_TARGET=duckdb"
        )


@contextmanager
def open_warehouse(environment: Environment, *, read_only: bool = False, wait: float = 20.0) -> Iterator[Warehouse]:
    """The environment's warehouse, closed at the end; waits up to `wait` seconds for a busy one.

    Raises WarehouseBusy when it stays taken, WarehouseUnavailable when it is missing (read only) or broken.
    """
    require_adapter(environment)
    from mesh_platform.warehouse.duckdb import open_duckdb

    with open_duckdb(environment.warehouse_file, read_only=read_only, wait=wait) as warehouse:
        yield warehouse
