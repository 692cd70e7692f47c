"""The checks of every product: one step and one query for all products of a kind, or for the one that was asked."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.incidents.fold import EMPTY
from mesh_platform.incidents.incident import Incident, State
from mesh_platform.incidents.store import so_far
from mesh_platform.manifest.council import Links
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.orchestration.findings_table import escaped
from mesh_platform.orchestration.keys import product_id, product_key
from mesh_platform.orchestration.landing import pool
from mesh_platform.orchestration.retest import retest_due
from mesh_platform.orchestration.runbook import runbook
from mesh_platform.slo.definitions import CHECKS, DEFINITIONS
from mesh_platform.slo.measure import measure_environment
from mesh_platform.slo.measurement import Measurement, Verdict
from mesh_platform.warehouse.protocol import WarehouseBusy, WarehouseUnavailable, open_warehouse

RUNBOOK = "docs/on-call.md"

_PLACES = {
    "freshness": "spec.slo.freshness",
    "latency": "spec.slo.freshness",
    "completeness": "spec.slo.completeness",
    "accuracy": "spec.slo.accuracy",
    "contract": "spec.schema_version",
}
"""Where the manifest promises what a check measures."""

_DESCRIPTIONS = {
    "contract": CHECKS["contract"],
    **{sli: definition.meaning for sli, definition in DEFINITIONS.items()},
}


def measured_checks(mesh: Mesh, environment: Environment, sli: str) -> dg.AssetChecksDefinition | None:
    """One multi-asset check for all products, so a thousand promises cost one query and one step."""
    if not mesh.products:
        return None
    specs = [_spec(mesh.products[p], sli, mesh.policy.links) for p in sorted(mesh.products)]

    @dg.multi_asset_check(name=f"{sli}_checks", specs=specs, can_subset=True, pool=pool(environment))
    def judge(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        chosen = [mesh.products[product_id(key.asset_key)] for key in sorted(context.selected_asset_check_keys)]
        if sli == "accuracy":
            retest_due(context, mesh, environment, chosen)
        try:
            yield from judged_now(mesh, environment, chosen, [sli])
        except WarehouseBusy as busy:
            context.log.warning(f"{busy}; nothing was judged, the last verdicts stand")

    return judge


def judged_now(
    mesh: Mesh, environment: Environment, products: Sequence[Product], slis: Sequence[str]
) -> list[dg.AssetCheckResult]:
    """These promises of these products, with the incidents that they are part of. Raises WarehouseBusy."""
    now = datetime.now(UTC)
    found = measure_environment(mesh, environment, products, slis, now)
    state = _incidents(environment, now)
    return [result(m, mesh.products[m.product], mesh.policy.links, state) for m in found]


def _incidents(environment: Environment, now: datetime) -> State:
    """What is open, so that a check that a run makes names its incident as the monitor does. Raises WarehouseBusy."""
    try:
        with open_warehouse(environment, read_only=True) as warehouse:
            return so_far(warehouse, now)
    except WarehouseUnavailable:
        return EMPTY


def _spec(product: Product, sli: str, links: Links) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        sli,
        asset=product_key(product.id),
        description=_DESCRIPTIONS[sli],
        metadata=_people(product, sli, links),
        automation_condition=of_no_run(product),
    )


def of_no_run(product: Product) -> dg.AutomationCondition[Any] | None:
    """Never true: keeps the check out of the runs that the automation requests.

    The automation takes along every check of an asset that has no condition of its own. A check that is planned in a
    run has no verdict until the run comes to it, and none at all if the run fails before.
    """
    first = dg.AutomationCondition.initial_evaluation()
    return (first & ~first).with_label("judged without a run") if product.manifest.product_inputs else None


def incident_of(measurement: Measurement, state: State) -> Incident | None:
    """The open incident that the promise is a symptom of."""
    symptom = state.symptoms.get((measurement.product, measurement.sli))
    return state.incidents.get(symptom.incident) if symptom else None


def result(
    measurement: Measurement, product: Product, links: Links | None = None, state: State = EMPTY
) -> dg.AssetCheckResult:
    """A measurement as Dagster shows it; numbers are floats, so that the UI plots them."""
    severity = dg.AssetCheckSeverity.ERROR if measurement.verdict is Verdict.ERROR else dg.AssetCheckSeverity.WARN
    numbers = {
        "value": measurement.value,
        "target": measurement.target,
        "good": measurement.good,
        "total": measurement.total,
        "budget_remaining": measurement.budget_remaining,
        **_thresholds(measurement),
    }
    return dg.AssetCheckResult(
        asset_key=product_key(measurement.product),
        check_name=measurement.sli,
        passed=measurement.verdict is Verdict.PASS,
        severity=severity,
        description=measurement.reason
        if measurement.verdict is not Verdict.UNKNOWN
        else f"unknown: {measurement.reason}",
        metadata={
            "verdict": measurement.verdict.value,
            **{name: float(n) for name, n in numbers.items() if n is not None},
            **_evidence(measurement),
            **_incident(incident_of(measurement, state)),
            **_people(product, measurement.sli, links),
        },
    )


def _incident(incident: Incident | None) -> dict[str, str]:
    """Which incident it is part of, and who is on it."""
    if incident is None:
        return {}
    taken = f"acknowledged by {incident.acknowledged_by}" if incident.acknowledged_by else "not acknowledged"
    since = f"since {incident.began_at:%Y-%m-%d %H:%M} UTC"
    return {
        "incident": f"{incident.id} ({incident.severity}), {since}, cause {incident.cause}; {taken}",
        "acknowledge": f"mesh incidents ack {incident.id} --by NAME",
    }


def _thresholds(measurement: Measurement) -> dict[str, float | None]:
    """`warn_minutes`, `warn_percent` → warn; the same for error."""
    return {
        name.partition("_")[0]: value
        for name, value in measurement.details.items()
        if name.startswith(("warn_", "error_")) and isinstance(value, float)
    }


def _evidence(measurement: Measurement) -> dict[str, dg.MetadataValue]:
    """Where rows were lost and which keys are missing, or what the answer rests on."""
    shown: dict[str, dg.MetadataValue] = {}
    for name, value in measurement.details.items():
        if name.startswith(("warn_", "error_")) or value is None or value == []:
            continue
        if isinstance(value, datetime):
            shown[name] = dg.MetadataValue.timestamp(value)
        elif isinstance(value, int | float):
            shown[name] = dg.MetadataValue.float(float(value))
        else:
            shown[name] = dg.MetadataValue.md("\n".join(f"- {_line(item)}" for item in _items(value)))
    return shown


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else [value]


def _line(item: object) -> str:
    """What the data says, a key or a name, as text: nothing in it is a link, a picture or a line of its own."""
    parts = item if isinstance(item, tuple) else (item,)
    return " · ".join(
        f"{part:%Y-%m-%d %H:%M:%S} UTC" if isinstance(part, datetime) else escaped(one_line(str(part)))
        for part in parts
    )


def _people(product: Product, check: str, links: Links | None) -> dict[str, Any]:
    """Whom to call, and where the promise and the runbook are written."""
    place = product.document.at(_PLACES.get(check, ""))
    return {
        "owner": product.manifest.metadata.owner,
        "on-call": product.manifest.metadata.oncall,
        "Slack channel": product.manifest.metadata.slack_channel,
        "manifest": f"{product.document.path}:{place.line}",
        "runbook": runbook(f"{RUNBOOK}#{check}", links),
    }


def all_check_keys(mesh: Mesh) -> list[dg.AssetCheckKey]:
    """Every check of every product; a quarantined product has only `governance`."""
    keys = [dg.AssetCheckKey(product_key(p), name) for p in sorted(mesh.products) for name in names.CHECKS]
    return keys + [dg.AssetCheckKey(product_key(q), "governance") for q in sorted(mesh.quarantined)]
