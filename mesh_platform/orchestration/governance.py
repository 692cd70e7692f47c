"""Governance in Dagster: a check on every product and a job over all manifests, with the code of `mesh validate`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import dagster as dg

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.manifest.council import Links
from mesh_platform.manifest.finding import Finding, Level, domain_of, failing
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.manifest.report import summary
from mesh_platform.orchestration.checks import RUNBOOK, of_no_run
from mesh_platform.orchestration.findings_table import in_order, table
from mesh_platform.orchestration.keys import product_id, product_key
from mesh_platform.orchestration.runbook import runbook
from mesh_platform.orchestration.trend import counts, observation
from mesh_platform.policies.govern import govern_files
from mesh_platform.slo.definitions import CHECKS
from mesh_platform.transformation.drift_rule import STALE
from mesh_platform.transformation.prepare import is_stale


def findings_now(environment: Environment) -> tuple[Mesh, tuple[Finding, ...]]:
    """The mesh as the files stand at this moment, and everything wrong with it."""
    mesh = gather(environment.root)
    stale = [
        _stale(domain)
        for domain in sorted({p.domain for p in mesh.products.values()})
        if is_stale(mesh, environment, domain)
    ]
    return mesh, govern_files(mesh, environment, datetime.now(UTC).date(), more=stale)


def _stale(domain: str) -> Finding:
    return Finding(
        path=f"{names.DBT_FOLDER}/{domain}",
        line=1,
        column=1,
        code=STALE.code,
        level=STALE.level,
        message=f"the prepared dbt artifacts of `{domain}` are missing or older than its files",
        fix=STALE.fix,
    )


def governance_checks(mesh: Mesh, environment: Environment) -> dg.AssetChecksDefinition | None:
    """Whether the manifest, the schema and the models of each product keep the council's policies."""
    ids = sorted({*mesh.products, *mesh.quarantined})
    if not ids:
        return None
    specs = [
        dg.AssetCheckSpec(
            "governance",
            asset=product_key(i),
            description=CHECKS["governance"],
            automation_condition=of_no_run(mesh.products[i]) if i in mesh.products else None,
        )
        for i in ids
    ]

    @dg.multi_asset_check(name="governance_checks", specs=specs, can_subset=True)
    def judge(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        now, findings = findings_now(environment)
        for key in sorted(context.selected_asset_check_keys):
            yield governance_result(product_id(key.asset_key), findings, now.policy.links)

    return judge


def governance_result(product: str, findings: Iterable[Finding], links: Links | None = None) -> dg.AssetCheckResult:
    """The product's own findings, and those of its domain beside them.

    An error of its own fails the check as an error; what is wrong in the domain's files is shown, and an error there
    fails it as a warning. An exempted finding is shown and fails nothing.
    """
    domain = product.partition(".")[0]
    shown = in_order(f for f in findings if f.product == product or _of_the_domain(f, domain))
    domains = [f for f in shown if _is_the_teams(f)]
    own = [f for f in shown if f not in domains]
    errors, warnings = failing(own), [f for f in own if f.level is Level.WARNING and not f.exempted]
    return dg.AssetCheckResult(
        asset_key=product_key(product),
        check_name="governance",
        passed=not errors and not warnings and not failing(domains),
        severity=dg.AssetCheckSeverity.ERROR if errors else dg.AssetCheckSeverity.WARN,
        description=_told(own, domains),
        metadata={
            **counts(own),
            **({"of the domain": float(len(domains))} if domains else {}),
            "runbook": runbook(f"{RUNBOOK}#governance", links),
            **({"findings": dg.MetadataValue.md(table([*own, *domains], [product], links))} if shown else {}),
        },
    )


def _told(own: Sequence[Finding], domains: Sequence[Finding]) -> str:
    """What whoever is called reads first, without a click: how many, and the first with its place and its fix."""
    if not own and not domains:
        return "no finding"
    counted = [summary(own)] if own else []
    counted += [f"{summary(domains)} of the domain"] if domains else []
    first = next((f for f in in_order([*own, *domains]) if not f.exempted), None)
    if first is None:
        return "; ".join(counted)
    whose = " (of the domain)" if first in domains else ""
    place = f"{first.path}:{first.line}"
    return f"{'; '.join(counted)}. First: {first.code} at {place}{whose}: {first.message}. Fix: {first.fix}."


def _of_the_domain(finding: Finding, domain: str) -> bool:
    """Whether it is about the domain's own files or dbt project, and about no product alone."""
    return finding.product is None and domain_of(finding.path) == domain


def _is_the_teams(finding: Finding) -> bool:
    """Whether it is about the domain's files; its dbt project is what each of its products is built by."""
    return finding.product is None and finding.path.startswith(f"{names.DOMAINS_FOLDER}/")


def governance_job(environment: Environment) -> dg.JobDefinition:
    """Validate every manifest of the mesh; fail with a readable table when any has an error."""

    @dg.op(name="validate_all_manifests", description="Reads every manifest again and holds it to every policy.")
    def validate(context: dg.OpExecutionContext) -> None:
        mesh, findings = findings_now(environment)
        errors = failing(findings)
        context.log_event(observation(mesh, findings))
        context.log.info(f"{len(mesh.products)} products, {len(mesh.quarantined)} quarantined, {len(errors)} errors")
        for finding in in_order(findings):
            (context.log.error if finding.counts else context.log.warning)(str(finding))
        if errors:
            raise dg.Failure(
                f"{len(errors)} governance errors: "
                + "; ".join(f"{f.path}:{f.line}: {f.code} {f.message}" for f in in_order(errors)[:10]),
                metadata={
                    **counts(findings),
                    "findings": dg.MetadataValue.md(
                        table(findings, {*mesh.products, *mesh.quarantined}, mesh.policy.links)
                    ),
                },
                allow_retries=False,
            )

    @dg.job(
        name=names.GOVERNANCE_JOB,
        description="Every manifest against every policy.",
        executor_def=dg.in_process_executor,
    )
    def governance() -> None:
        validate()

    return governance
