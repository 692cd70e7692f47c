"""`--source postgres`: the demo shop trades in a real PostgreSQL, and a real Debezium fills the landing zone."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mesh_platform.cli.fill import Filling, captures_orders, is_empty
from mesh_platform.cli.whole import Whole
from mesh_platform.demo.change import SYSTEM
from mesh_platform.demo.extra import require_extra
from mesh_platform.environment import Environment, EnvironmentProblem
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.serving.family import family
from mesh_platform.serving.live import Died
from mesh_platform.warehouse.protocol import QueryRejected, WarehouseUnavailable, open_warehouse

if TYPE_CHECKING:
    from mesh_platform.demo.comparison import Compared
    from mesh_platform.demo.lead_time import LeadTime
    from mesh_platform.demo.source import Source

SHOP: Final = "shop"
POSTGRES: Final = "postgres"
TRADE_SECONDS: Final = 2.0
"""A real shop does not save up its orders."""

source_option = click.option(
    "--source",
    type=click.Choice([SHOP, POSTGRES]),
    default=SHOP,
    show_default=True,
    help="What fills the landing zone: an invented connector, or a real PostgreSQL with a real Debezium.",
)


@dataclass(frozen=True)
class Judged:
    """What the database says of the mesh."""

    compared: Sequence["Compared"]
    lead_time: "LeadTime | None"

    @property
    def sentences(self) -> list[str]:
        told = [c.sentence for c in self.compared]
        return [*told, self.lead_time.sentence] if self.lead_time else told

    def as_json(self) -> dict[str, object]:
        """For a program."""
        rows = [
            {"what": c.what, "rows": c.rows, "lost": len(c.lost), "invented": len(c.invented)} for c in self.compared
        ]
        return {"compared": rows, "lead_time_seconds": asdict(self.lead_time) if self.lead_time else None}


@dataclass(frozen=True)
class RealSource:
    """A running database and its capture, and what they put into the landing zone so far."""

    source: "Source"
    filling: Filling

    def judge(self, environment: Environment, mesh: Mesh, outcome: Whole) -> Judged | None:
        """Compare the mesh with the database; a difference is a problem of the outcome. None without an answer."""
        from mesh_platform.demo.comparison import compare
        from mesh_platform.demo.lead_time import lead_time

        try:
            with open_warehouse(environment, read_only=True) as warehouse, self.source.database.connect() as connection:
                judged = Judged(compare(connection, warehouse, mesh), lead_time(warehouse, mesh))
        except (QueryRejected, WarehouseUnavailable) as problem:
            outcome.problems.append(f"the mesh cannot be compared with the database: {problem}")
            return None
        outcome.problems += [c.sentence for c in judged.compared if not c.equal]
        return judged


@contextmanager
def opened(
    source: str, environment: Environment, mesh: Mesh, now: datetime, days: float, seed: int
) -> Iterator[RealSource | None]:
    """The real source, for as long as the context lasts; None where the source is an invented one.

    Raises EnvironmentProblem for what is missing, or did not come up.
    """
    if source == SHOP:
        yield None
        return
    require_extra()
    _require_room(environment, mesh)
    from mesh_platform.demo.source import start_source

    with family() as members:
        try:
            running = start_source(members, environment, now, days, seed)
            filling = _fill(running, now)
        except Died as problem:
            last = problem.last[-1] if problem.last else "it said nothing"
            raise EnvironmentProblem(f"{problem}: {last}; all of it: {problem.log}") from problem
        yield RealSource(running, filling)


def trade_for_real(environment: Environment, clock: Callable[[], datetime], pause: Callable[[float], Any]) -> None:
    """Trade in the running database until `pause` (which waits so many seconds) answers True."""
    require_extra()
    from mesh_platform.demo.orders_service import book_of, trade
    from mesh_platform.demo.source import running_database

    with running_database(environment).connect() as connection:
        state, book = book_of(connection, clock())
        while not pause(TRADE_SECONDS):
            state, book, _ = trade(connection, state, book, clock())


def _require_room(environment: Environment, mesh: Mesh) -> None:
    from mesh_platform.demo.source import folder

    if "://" in environment.landing:
        raise EnvironmentProblem(f"a demo writes into a folder, and MESH_LANDING is `{environment.landing}`")
    if not captures_orders(mesh):
        raise EnvironmentProblem(f"no domain captures `{SYSTEM}`, which the database would be")
    if not is_empty(environment) and not folder(environment.home).exists():
        raise EnvironmentProblem(
            f"the landing zone `{environment.landing}` is not empty, and a database's changes are not mixed"
            " with others; set MESH_HOME to a new folder"
        )


def _fill(source: "Source", now: datetime) -> Filling:
    """The history of so many days, or what happened since the last time, as real commits; all of it in files."""
    from mesh_platform.demo.orders_service import book_of, trade
    from mesh_platform.demo.source import caught_up

    with source.database.connect() as connection:
        _, _, traded = trade(connection, *book_of(connection, now), now)
    caught_up(source)
    sentence = f"a real PostgreSQL took {traded.changes:,} changes in {traded.transactions:,} transactions"
    files = sum(1 for _ in Path(source.connector.zone).rglob("*.jsonl"))
    return Filling(f"{sentence}, and Debezium captured them: {files:,} files", files, traded.changes)
