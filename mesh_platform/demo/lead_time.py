"""How long a change takes, and where: from its commit to its file, to its landing, to the eyes of a consumer."""

from dataclasses import dataclass

from mesh_platform import names
from mesh_platform.demo.change import COLUMNS, SYSTEM
from mesh_platform.demo.comparison import PRODUCT
from mesh_platform.demo.envelope import SCHEMA
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.warehouse.protocol import Warehouse
from mesh_platform.warehouse.sql import literal, relation


@dataclass(frozen=True)
class LeadTime:
    """Medians over streamed changes, in seconds; None where no change got so far."""

    changes: int
    to_file: float | None
    to_landed: float | None
    """From the file on."""
    to_published: float | None
    """From the landing on."""
    whole: float | None
    """From the commit to the publication: the median of sums, not the sum of medians."""

    @property
    def sentence(self) -> str:
        parts = [f"commit to file {_told(self.to_file)}", f"file to landed {_told(self.to_landed)}"]
        parts.append(f"landed to published {_told(self.to_published)}")
        told = f"{', '.join(parts)}; commit to published {_told(self.whole)}"
        return f"lead time, median of {self.changes:,} changes: {told}"


def lead_time(warehouse: Warehouse, mesh: Mesh, *, since: str = "-infinity") -> LeadTime:
    """Of the changes that the capture streamed and that were committed after `since` (ISO 8601).

    A file is named after the time it was written; a change is published by the first publication that had taken in
    the revision it landed in.
    """
    owner = mesh.capturers[SYSTEM, f"{SCHEMA}.{next(iter(COLUMNS))}"][0]
    changes = " union all ".join(
        f"select _cdc_source_timestamp as committed, {_WRITTEN} as written, _cdc_landed_at as landed, _cdc_revision"
        f" from {relation(names.cdc_schema(owner), table + names.CHANGES_SUFFIX)} where not _cdc_snapshot"
        for table in COLUMNS
    )
    told = warehouse.query(
        f"""with changes as ({changes}),
        published as (
            select r._cdc_revision, min(p.published_at) as published
            from (select distinct _cdc_revision from changes) r
            left join {names.PUBLICATIONS} p on p.product = {literal(PRODUCT)}
                and p.through_revision >= r._cdc_revision group by 1)
        select count(*), {_median("written - committed")}, {_median("landed - written")},
            {_median("published - landed")}, {_median("published - committed")}
        from changes join published using (_cdc_revision) where committed > ?::timestamptz""",
        [since],
    )[0]
    return LeadTime(*told)


_WRITTEN = "timezone('UTC', try_strptime(parse_filename(_cdc_path), '%Y%m%dT%H%M%S.%fZ.jsonl'))"


def _median(interval: str) -> str:
    return f"median(epoch({interval}))"


def _told(seconds: float | None) -> str:
    return "not yet" if seconds is None else f"{seconds:.1f} s"
