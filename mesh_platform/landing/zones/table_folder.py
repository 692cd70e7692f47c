"""The folders below a system's in which the files of a source table may lie."""

from collections.abc import Mapping

from mesh_platform.manifest.domain import Connector
from mesh_platform.manifest.mesh import Mesh

Folders = Mapping[tuple[str, str], tuple[str, ...]]


def table_folders(mesh: Mesh) -> Folders:
    """(system, source table) → `public.orders`; for Datastream also `public_orders`, as it names them itself.

    Not where that may as well be the folder of another table of the system.
    """
    shared = shared_folders(mesh)
    return {
        (system, table): tuple(n for n in _names(table, connector) if n == table or (system, n) not in shared)
        for (system, table), connector in _declared(mesh).items()
    }


def shared_folders(mesh: Mesh) -> Folders:
    """(system, folder) → the tables whose files may lie there, where these are several: `a.b_c` and `a_b.c`."""
    meant: dict[tuple[str, str], list[str]] = {}
    for (system, table), connector in _declared(mesh).items():
        for name in _names(table, connector):
            meant.setdefault((system, name), []).append(table)
    return {folder: tuple(sorted(tables)) for folder, tables in meant.items() if len(tables) > 1}


def _declared(mesh: Mesh) -> dict[tuple[str, str], Connector]:
    return {(s.name, t.name): s.connector for d in mesh.domains.values() for s, t in d.source_tables}


def _names(table: str, connector: Connector) -> tuple[str, ...]:
    own = table.replace(".", "_", 1)
    return (table, own) if connector is Connector.DATASTREAM and own != table else (table,)
