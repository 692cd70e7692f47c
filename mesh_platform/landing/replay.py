"""Replay: what is in quarantine, as files to be read again."""

from mesh_platform import names
from mesh_platform.landing.batch import Zone
from mesh_platform.landing.survey import Survey
from mesh_platform.landing.zones.zone import FileGeneration
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import any_of


def quarantined_files(warehouse: Warehouse, found: Survey) -> list[tuple[Zone, list[FileGeneration]]]:
    """The file generations with something in quarantine that is not superseded, by zone, in order of their paths.

    One that is not in its zone any more has no location.
    """
    zones = {(zone.system, zone.source_table): zone for zone in found.files}
    held: dict[Zone, list[FileGeneration]] = {}
    for system, table, path, generation in warehouse.query(
        f"select distinct system, source_table, path, generation from {names.QUARANTINE}"
        f" where superseded_at is null and system in {any_of(found.systems)} order by all"
    ):
        if zone := zones.get((system, table)):
            held.setdefault(zone, []).append(FileGeneration(path, generation, 0, 0, system, table, ""))
    return [(zone, _located(files, found.files[zone])) for zone, files in held.items()]


def _located(held: list[FileGeneration], there: tuple[FileGeneration, ...]) -> list[FileGeneration]:
    known = {(f.path, f.generation): f for f in there}
    return [known.get((f.path, f.generation), f) for f in held]
