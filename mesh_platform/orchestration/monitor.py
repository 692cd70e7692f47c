"""The monitor: once a minute every promise of every product, judged in a few queries and reported without a run."""

import json
import math
import os
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import dagster as dg

from mesh_platform import names
from mesh_platform.environment import Environment, EnvironmentProblem
from mesh_platform.incidents.fold import EMPTY
from mesh_platform.incidents.incident import State
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.monitor.tick import Tick, send, tick
from mesh_platform.notifying.deliver import DeliveryReport
from mesh_platform.orchestration.checks import incident_of, result
from mesh_platform.orchestration.governance_sensor import evaluation
from mesh_platform.orchestration.keys import product_id, product_key
from mesh_platform.orchestration.left_behind import left_behind
from mesh_platform.orchestration.report import ReportFailed, renewed
from mesh_platform.orchestration.sensors import ACTIVE
from mesh_platform.slo.measure import PROMISES
from mesh_platform.slo.measurement import Measurement, Verdict, unknown
from mesh_platform.warehouse.protocol import QueryRejected, WarehouseBusy, WarehouseUnavailable, in_a_line

INTERVAL_SECONDS = 60
PATIENCE_TICKS = 3
"""An outage that lasts longer is `unknown`; until then the last verdicts stand."""
HEARTBEAT_MINUTES = 10
"""What stands as it stood is reported again this often, so that its numbers are plotted; a share of the products at
each tick."""
HEARTBEATS = 20
"""So many products a tick, at the most: of a thousand each has its turn in less than an hour."""
MOST_PRODUCTS = 60
RETEST_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True)
class Told:
    """What the last tick told: product → how its checks stood, a letter each; and how many ticks had no answer."""

    standing: Mapping[str, str] = field(default_factory=dict)
    unanswered: int = 0
    told: int = 0
    """The number of the last event of an incident that people were told of."""

    def cursor(self) -> str:
        return json.dumps(vars(self) | {"standing": dict(self.standing)}, separators=(",", ":"))


def monitor(mesh: Mesh, environment: Environment, checks: dg.JobDefinition) -> dg.SensorDefinition:
    """Reports the checks of what changed, and of the rest as a heartbeat; asks for a run where dbt tests are due."""
    keys = [dg.AssetCheckKey(product_key(p), sli) for p in mesh.products for sli in PROMISES]

    @dg.sensor(
        name="slo_monitor",
        job=checks,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Judges every promise of every product, without a run: freshness, latency, completeness, accuracy,"
        " contract. Starts a run only where a product's dbt tests are due.",
    )
    def watch(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        before = read_cursor(context.cursor)
        try:
            found = tick(mesh, environment, os.environ, lambda: datetime.now(UTC), before.told)
        except (WarehouseBusy, WarehouseUnavailable, EnvironmentProblem) as problem:
            return _unanswered(context, mesh, before, str(problem))
        now, said = found.at, _send(found, mesh, environment)
        for line in (*said.lines, *filter(None, [found.trouble])):
            context.log.warning(line)
        standing = standings(found.measurements, found.state)
        stood = _without(before.standing, left_behind(context.instance, keys, now))
        told = chosen(standing, stood, now)
        requests, summary = _retests(context.instance, found.untested, now), _summary(found, said)
        context.log.info(summary)
        page = _page(context, mesh, environment, found) if found.told != before.told else []
        return dg.SensorResult(
            asset_events=[*_evaluations(mesh, found.measurements, told, found.state), *page],
            run_requests=requests,
            skip_reason=None if requests else summary,
            cursor=Told(_known(standing, stood, told), told=found.told).cursor(),
        )

    return watch


def _without(standing: Mapping[str, str], unjudged: Iterable[dg.AssetCheckKey]) -> dict[str, str]:
    """What was told is forgotten where a failed run has planned a check since: it is told again."""
    gone = {product_id(key.asset_key) for key in unjudged}
    return {p: told for p, told in standing.items() if p not in gone}


def standings(found: Iterable[Measurement], state: State = EMPTY) -> dict[str, str]:
    """Product → a letter for each of its checks: how it stands, whether an alert fires, and who is on it."""
    told: dict[str, str] = {}
    for m in found:
        incident = incident_of(m, state)
        taken = (incident.acknowledged_by or "!") if incident else ""
        told[m.product] = told.get(m.product, "") + (m.verdict[0].upper() if m.alerts else m.verdict[0]) + taken
    return told


def chosen(standing: Mapping[str, str], before: Mapping[str, str], now: datetime) -> frozenset[str]:
    """The products to report: those that stand otherwise, the worst first, and whose turn it is.

    Dagster takes some ten milliseconds for an evaluation, so a tick reports no more than a few hundred; what changed
    and is not among them stays unknown to the cursor, and is reported by the next ticks.
    """
    changed = sorted((p for p, told in standing.items() if told != before.get(p)), key=lambda p: _order(standing[p]))
    period = max(HEARTBEAT_MINUTES, math.ceil(len(standing) / HEARTBEATS))
    minute = int(now.timestamp() // 60)
    turn = [p for p in standing if (minute + zlib.crc32(p.encode())) % period == 0]
    return frozenset([*changed, *turn][:MOST_PRODUCTS])


def _order(letters: str) -> tuple[bool, bool]:
    return "e" not in letters.lower(), "w" not in letters.lower()


def _known(now: Mapping[str, str], before: Mapping[str, str], told: Collection[str]) -> dict[str, str]:
    """What of the standing has been reported; a product that is gone is forgotten."""
    return {p: now[p] if p in told else before[p] for p in now if p in told or p in before}


def _unanswered(
    context: dg.SensorEvaluationContext, mesh: Mesh, before: Told, problem: str
) -> dg.SensorResult | dg.SkipReason:
    """One outage is one `unknown` of each check, reported once, in portions, and only when it lasts."""
    ticks = before.unanswered + 1
    nothing_known = Verdict.UNKNOWN[0] * len(PROMISES)
    changed = sorted(p for p in mesh.products if before.standing.get(p) != nothing_known)[:MOST_PRODUCTS]
    if ticks <= PATIENCE_TICKS or not changed:
        context.update_cursor(Told(before.standing, ticks, before.told).cursor())
        return dg.SkipReason(f"{problem}; nothing was judged, the last verdicts stand")
    found = [unknown(p, sli, f"no answer from the warehouse: {problem}") for p in changed for sli in PROMISES]
    return dg.SensorResult(
        asset_events=_evaluations(mesh, found, changed),
        skip_reason=f"{problem}; no answer for {ticks} ticks: everything is unknown",
        cursor=Told({**before.standing, **standings(found)}, ticks, before.told).cursor(),
    )


def _evaluations(
    mesh: Mesh, found: Iterable[Measurement], told: Collection[str], state: State = EMPTY
) -> list[dg.AssetCheckEvaluation]:
    return [
        evaluation(result(m, mesh.products[m.product], mesh.policy.links, state)) for m in found if m.product in told
    ]


def _retests(instance: dg.DagsterInstance, untested: Sequence[str], now: datetime) -> list[dg.RunRequest]:
    """One run for all products whose tests are due; none while one is under way, or shortly after one that tested
    nothing."""
    if not untested:
        return []
    last = instance.get_run_records(dg.RunsFilter(tags={names.TAG_RETEST: "true"}), limit=1)
    if last and (last[0].dagster_run.status in ACTIVE or now - last[0].create_timestamp < RETEST_PAUSE):
        return []
    keys = [dg.AssetCheckKey(product_key(p), "accuracy") for p in sorted(untested)]
    return [dg.RunRequest(asset_check_keys=keys, tags={names.TAG_RETEST: "true"})]


def _send(found: Tick, mesh: Mesh, environment: Environment) -> DeliveryReport:
    """What could not be recorded as sent is sent again: better twice than not at all."""
    try:
        return send(found, mesh, environment, os.environ)
    except (WarehouseBusy, WarehouseUnavailable, QueryRejected) as problem:
        return DeliveryReport(
            lines=(f"{in_a_line(problem)}; what was sent just now is not on record, and is sent again",)
        )


def _page(
    context: dg.SensorEvaluationContext, mesh: Mesh, environment: Environment, found: Tick
) -> list[dg.AssetMaterialization]:
    """The report, because an incident has changed; where it cannot be written now, the hour writes it."""
    try:
        return [renewed(mesh, environment, found)]
    except (WarehouseBusy, WarehouseUnavailable, QueryRejected, ReportFailed) as problem:
        context.log.warning(f"{in_a_line(problem)}; the report stays as it was")
        return []


def _summary(found: Tick, said: DeliveryReport) -> str:
    verdicts = Counter(m.verdict for m in found.measurements)
    products = len({m.product for m in found.measurements})
    parts = [f"{products:,} products: " + ", ".join(f"{verdicts[v]:,} {v}" for v in Verdict if verdicts[v])]
    for count, what in ((len(found.state.open), "open incident"), (said.sent, "sent notification")):
        parts += [f"{count} {what}{'' if count == 1 else 's'}"] if count else []
    return "; ".join([*parts, *filter(None, [found.trouble])])


def read_cursor(cursor: str | None) -> Told:
    """What a tick left; anything else is as if there had been none."""
    try:
        kept = json.loads(cursor or "{}")
        return Told({str(p): str(s) for p, s in kept["standing"].items()}, int(kept["unanswered"]), int(kept["told"]))
    except (ValueError, KeyError, AttributeError, TypeError, OverflowError, RecursionError):
        return Told()
