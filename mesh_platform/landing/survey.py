"""All that lies in a domain's landing zones at this moment, and what of it can be landed."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from mesh_platform.environment import Environment
from mesh_platform.landing.batch import Zone
from mesh_platform.landing.landed_table import Unlandable, declared_tables
from mesh_platform.landing.zone import FileGeneration, ZoneUnreachable, list_folders, list_zone
from mesh_platform.manifest.domain import Connector
from mesh_platform.manifest.mesh import Mesh


@dataclass(frozen=True)
class Survey:
    """The files of every zone that could be listed, and the zones whose files stay where they are."""

    files: Mapping[Zone, tuple[FileGeneration, ...]]
    unreachable: Mapping[str, str]
    """Zone → why."""

    @property
    def systems(self) -> set[str]:
        return {zone.system for zone in self.files}

    @property
    def fingerprint(self) -> str:
        """Equal for equal listings; says nothing about what has landed."""
        told = [f"{f.path}\0{f.generation}" for files in self.files.values() for f in files]
        told += [f"{zone}\0unreachable" for zone in sorted(self.unreachable)]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


def survey(
    mesh: Mesh,
    environment: Environment,
    domain: str | None = None,
    systems: Collection[str] | None = None,
    tables: Collection[str] | None = None,
) -> Survey:
    """List the zones of the domain (default: of all), of these systems and source tables (default: of all).

    The other folders of a system, where heartbeats and the like may lie, are listed with the last of its tables: when
    none of them was left out.
    """
    files: dict[Zone, tuple[FileGeneration, ...]] = {}
    unreachable: dict[str, str] = {}
    for zone in _zones(mesh, environment, domain, systems, tables, unreachable):
        try:
            files[zone] = tuple(list_zone(environment, zone.system, zone.source_table))
        except ZoneUnreachable as problem:
            unreachable[problem.zone] = problem.reason
    return Survey(files, unreachable)


def _zones(
    mesh: Mesh,
    environment: Environment,
    domain: str | None,
    systems: Collection[str] | None,
    tables: Collection[str] | None,
    unreachable: dict[str, str],
) -> Iterator[Zone]:
    declared = [t for t in declared_tables(mesh, domain) if systems is None or t.system in systems]
    chosen = [t for t in declared if tables is None or t.source_table in tables]
    for table in chosen:
        if isinstance(table, Unlandable):
            unreachable[table.zone] = table.reason
        elif table.connector is not Connector.DEBEZIUM:
            unreachable[table.zone] = f"files of connector `{table.connector}` are not read by this version"
        else:
            yield Zone(table.system, table.source_table, table, _captured(mesh, table.system))
    whole = {t.system for t in declared} - {t.system for t in declared if t not in chosen}
    for system in sorted(whole):
        yield from _other_folders(mesh, environment, system, unreachable)


def _other_folders(mesh: Mesh, environment: Environment, system: str, unreachable: dict[str, str]) -> Iterator[Zone]:
    """The system's own folder and those below it that no domain declares as a table."""
    tables = _captured(mesh, system)
    try:
        folders = list_folders(environment, system)
    except ZoneUnreachable as problem:
        unreachable[problem.zone] = problem.reason
        return
    yield Zone(system, "", None, tables)
    yield from (Zone(system, folder, None, tables) for folder in folders if folder not in tables)


def _captured(mesh: Mesh, system: str) -> frozenset[str]:
    """The source tables of the system that some domain declares."""
    return frozenset(table for owner, table in mesh.capturers if owner == system)
