"""Where whoever is called reads what to do: a link, where the council says where files are shown."""

import dagster as dg

from mesh_platform.manifest.council import Links


def runbook(page: str, links: Links | None) -> str | dg.MetadataValue:
    """`docs/on-call.md#freshness`, as a link where there is somewhere to lead to."""
    return dg.MetadataValue.url(f"{links.files.rstrip('/')}/{page}") if links and links.files else page
