"""How well the mesh keeps its policies over time: numbers that the UI plots, on an asset of the council's own."""

from collections import Counter
from collections.abc import Sequence

import dagster as dg

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.manifest.finding import Finding, Level, failing
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.orchestration.findings_table import table

_FILES = (names.POLICY_FILE, names.EXEMPTIONS_FILE)
KEY = dg.AssetKey(names.GOVERNANCE_JOB)


def council_spec(environment: Environment) -> dg.AssetSpec:
    """The council's asset: nothing builds it, every judgement of the whole mesh is an observation of it."""
    return dg.AssetSpec(
        KEY,
        description="How well the mesh keeps the council's policies, over time: errors, warnings, exempted findings and"
        " quarantined products. Observed by the job `governance` and by the sensor, whenever a finding comes or goes."
        "\n\nNothing builds it, so it is never materialized and its button is grey: to judge the mesh now, launch"
        f" the job `{names.GOVERNANCE_JOB}`. All findings are the table `findings` of the newest observation.",
        group_name="council",
        metadata={"council's files": ", ".join(f"{names.DOMAINS_FOLDER}/{f}" for f in _FILES)},
    )


def counts(findings: Sequence[Finding]) -> dict[str, float]:
    """Findings by level; floats, for the UI plots nothing else."""
    return {
        "errors": float(len(failing(findings))),
        "warnings": float(sum(f.level is Level.WARNING and not f.exempted for f in findings)),
        "exempted": float(sum(f.exempted for f in findings)),
    }


def observation(mesh: Mesh, findings: Sequence[Finding]) -> dg.AssetObservation:
    """How the mesh stands at this moment."""
    known = {*mesh.products, *mesh.quarantined}
    return dg.AssetObservation(
        KEY,
        metadata={
            **counts(findings),
            "products": float(len(mesh.products)),
            "quarantined": float(len(mesh.quarantined)),
            "domains": dg.MetadataValue.md(_by_domain(mesh, findings)),
            **({"findings": dg.MetadataValue.md(table(findings, known, mesh.policy.links))} if findings else {}),
        },
    )


def _by_domain(mesh: Mesh, findings: Sequence[Finding]) -> str:
    errors = Counter(_domain(f) for f in failing(findings))
    warnings = Counter(_domain(f) for f in findings if f.level is Level.WARNING and not f.exempted)
    rows = [f"| {d} | {errors[d]} | {warnings[d]} |" for d in sorted({*mesh.known_domains, *errors, *warnings})]
    return "\n".join(["| domain | errors | warnings |", "|---|---|---|", *rows])


def _domain(finding: Finding) -> str:
    """Whose it is: the product's, or that of the folder; the council's where it is nobody else's."""
    if finding.product:
        return finding.product.partition(".")[0]
    parts = finding.path.split("/")
    return parts[1] if len(parts) > 1 and "." not in parts[1] else "council"
