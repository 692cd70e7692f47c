"""All that lies in a domain's landing zones at this moment, and what of it can be landed."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from mesh_platform.environment import Environment
from mesh_platform.landing.batch import Zone
from mesh_platform.landing.landed_table import Unlandable, declared_tables
from mesh_platform.landing.zones.root import landing_root
from mesh_platform.landing.zones.table_folder import shared_folders, table_folders
from mesh_platform.landing.zones.zone import FileGeneration, LandingRoot, ZoneUnreachable, zone_name
from mesh_platform.manifest.mesh import Mesh


@dataclass(frozen=True)
class Survey:
    """The files of every zone that could be listed, and the zones whose files stay where they are."""

    files: Mapping[Zone, tuple[FileGeneration, ...]]
    unreachable: Mapping[str, str]
    """Zone → why."""
    strangers: tuple[str, ...] = ()
    """Folders beside the systems', which no domain declares as a source system: nobody looks into them."""

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
    root, folders = landing_root(environment), table_folders(mesh)
    files: dict[Zone, tuple[FileGeneration, ...]] = {}
    unreachable: dict[str, str] = {}
    for zone in _zones(mesh, root, domain, systems, tables, unreachable):
        try:
            files[zone] = tuple(_files(root, zone, folders.get((zone.system, zone.source_table), (zone.source_table,))))
        except ZoneUnreachable as problem:
            unreachable[problem.zone] = problem.reason
    return Survey(files, unreachable, () if systems or tables else _strangers(mesh, root))


def _strangers(mesh: Mesh, root: LandingRoot) -> tuple[str, ...]:
    """None where the root itself cannot be listed: its zones say so."""
    declared = {system.name for domain in mesh.domains.values() for system in domain.manifest.spec.source_systems}
    try:
        return tuple(name for name in root.folders("") if name not in declared)
    except ZoneUnreachable:
        return ()


def _zones(
    mesh: Mesh,
    root: LandingRoot,
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
        else:
            yield Zone(table.system, table.source_table, table, mesh.captured[table.system])
    whole = {t.system for t in declared} - {t.system for t in declared if t not in chosen}
    for system in sorted(whole):
        yield from _other_folders(mesh, root, system, unreachable)


def _other_folders(mesh: Mesh, root: LandingRoot, system: str, unreachable: dict[str, str]) -> Iterator[Zone]:
    """The system's own folder and those below it that no domain declares as a table."""
    tables = {name for (owner, _), names in table_folders(mesh).items() if owner == system for name in names}
    shared, captured = shared_folders(mesh), mesh.captured[system]
    try:
        folders = root.folders(system)
    except ZoneUnreachable as problem:
        unreachable[problem.zone] = problem.reason
        return
    yield Zone(system, "", None, captured)
    for folder in folders:
        if folder not in tables and (system, folder) in shared:
            either = " or ".join(f"`{t}`" for t in shared[system, folder])
            unreachable[zone_name(system, folder)] = (
                f"its files may be {either}'s; name the folder as the table is named"
            )
        elif folder not in tables:
            yield Zone(system, folder, None, captured)


def _files(root: LandingRoot, zone: Zone, folders: Iterable[str]) -> Iterator[FileGeneration]:
    """What lies in a folder of another name is the table's all the same."""
    for folder in folders:
        found = root.files(zone.system, folder)
        yield from found if folder == zone.source_table else (replace(f, source_table=zone.source_table) for f in found)
