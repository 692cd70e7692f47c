"""What the landing zone of a demo holds: invented orders, or a real shop's invoices, or what is there already."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from mesh_platform.demo.change import SYSTEM, Window, micros
from mesh_platform.demo.delivery import deliver
from mesh_platform.demo.invoice import invoices
from mesh_platform.demo.replay import Replay, replay
from mesh_platform.demo.retail import read_lines
from mesh_platform.demo.state import state_file
from mesh_platform.demo.trade import Filled, catch_up
from mesh_platform.demo.trade import fill as open_shop
from mesh_platform.environment import Environment, EnvironmentProblem
from mesh_platform.manifest.mesh import Mesh


@dataclass(frozen=True)
class Filling:
    """What was put into the landing zone, and how to say it."""

    sentence: str
    files: int = 0
    changes: int = 0
    notes: tuple[str, ...] = ()
    details: dict[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "notes": list(self.notes)}


def is_empty(environment: Environment) -> bool:
    """Whether nothing has been delivered to the landing zone yet; a bucket is never the demo's to fill."""
    if "://" in environment.landing:
        return False
    zone = Path(environment.landing)
    return not any(p.is_file() and not p.name.startswith((".", "_")) for p in zone.rglob("*"))


def fill(environment: Environment, mesh: Mesh, now: datetime, days: float, seed: int) -> Filling:
    """Open the demo shop in an empty landing zone; in one that it filled before, deliver what happened since."""
    shop, zone = state_file(environment.home), Path(environment.landing)
    if is_empty(environment):
        if not captures_orders(mesh):
            return Filling(f"no domain captures `{SYSTEM}`, which the demo shop stands for: nothing to generate")
        filled = open_shop(zone, shop, now, days, seed)
        return Filling(f"the demo shop traded {days:g} days: {_sum(filled)}", filled.files, filled.changes)
    if "://" not in environment.landing and shop.is_file():
        filled = catch_up(zone, shop, now)
        return Filling(f"the demo shop went on up to now: {_sum(filled)}", filled.files, filled.changes)
    return Filling(f"the landing zone `{environment.landing}` is not empty: landing what is there")


def fill_from_csv(environment: Environment, mesh: Mesh, csv: Path, now: datetime) -> Filling:
    """Replay a real shop's invoices into an empty landing zone. Raises Unreadable for a wrong file."""
    if not is_empty(environment):
        raise EnvironmentProblem(
            f"the landing zone `{environment.landing}` is not empty, and real orders are not mixed with others;"
            " set MESH_HOME to a new folder"
        )
    if not captures_orders(mesh):
        raise EnvironmentProblem(f"no domain captures `{SYSTEM}`, whose content the invoices would be")
    replayed = replay(invoices(read_lines(csv, str(csv))), now)
    window = Window(replayed.changes[0].arrives if replayed.changes else micros(now), micros(now))
    files = deliver(Path(environment.landing), window, replayed.changes, heartbeats=False)
    sentence = f"{csv.name}: {replayed.orders:,} orders, {replayed.returns:,} returns, the last one just now"
    details = {"orders": replayed.orders, "returns": replayed.returns, "unmatched_returns": replayed.unmatched}
    return Filling(
        sentence, len(files), len(replayed.changes), _notes(replayed), {**details, "left_out": replayed.left_out}
    )


def captures_orders(mesh: Mesh) -> bool:
    """Whether the mesh has a use for what the shop writes."""
    return any(system.name == SYSTEM for d in mesh.domains.values() for system, _ in d.source_tables)


def _notes(replayed: Replay) -> tuple[str, ...]:
    older = (
        f"{replayed.unmatched:,} of the returns are of orders that the file does not have; none is invented for them:"
        " their events wait for the order, and completeness counts them as missing"
    )
    left = [f"left out: {count:,} {reason}" for reason, count in sorted(replayed.left_out.items())]
    return (*([older] if replayed.unmatched else []), *left)


def _sum(filled: Filled) -> str:
    return f"{filled.changes:,} changes in {filled.files:,} files"
