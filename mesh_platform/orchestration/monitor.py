"""The monitor: once a minute every promise of every product, judged in a few queries and reported without a run."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import dagster as dg

from mesh_platform import names
from mesh_platform.environment import Environment, EnvironmentProblem
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.orchestration.checks import MEASURED, result
from mesh_platform.orchestration.governance_sensor import evaluation
from mesh_platform.orchestration.keys import product_key
from mesh_platform.orchestration.sensors import ACTIVE
from mesh_platform.slo.accuracy import due
from mesh_platform.slo.measure import measure_and_keep
from mesh_platform.slo.measurement import Measurement, Verdict, unknown
from mesh_platform.warehouse.protocol import QueryRejected, WarehouseBusy, WarehouseUnavailable, open_warehouse

INTERVAL_SECONDS = 60
PATIENCE_TICKS = 3
"""An outage that lasts longer is `unknown`; until then the last verdicts stand."""
HEARTBEAT_MINUTES = 10
"""What stands as it stood is reported again this often, so that its numbers are plotted; a share of the products at
each tick."""
BUSY_SECONDS = 10.0
RETEST_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True)
class Told:
    """What the last tick told: product → how its checks stood, a letter each; and how many ticks had no answer."""

    standing: Mapping[str, str] = field(default_factory=dict)
    unanswered: int = 0

    def cursor(self) -> str:
        return json.dumps({"standing": dict(self.standing), "unanswered": self.unanswered}, separators=(",", ":"))


def monitor(mesh: Mesh, environment: Environment, checks: dg.JobDefinition) -> dg.SensorDefinition:
    """Reports the checks of what changed, and of the rest as a heartbeat; asks for a run where dbt tests are due."""

    @dg.sensor(
        name="slo_monitor",
        job=checks,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Judges every promise of every product, without a run: freshness, latency, completeness, accuracy,"
        " contract. Starts a run only where a product's dbt tests are due.",
    )
    def watch(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        now, before = datetime.now(UTC), read_cursor(context.cursor)
        try:
            found, untested = judge(mesh, environment, now)
        except (WarehouseBusy, WarehouseUnavailable, EnvironmentProblem) as problem:
            return _unanswered(context, mesh, before, str(problem))
        standing = standings(found)
        shown = [m for m in found if _is_shown(m.product, standing, before, now)]
        return dg.SensorResult(
            asset_events=[evaluation(result(m, mesh.products[m.product])) for m in shown],
            run_requests=_retests(context.instance, untested, now),
            skip_reason=_summary(found),
            cursor=Told(standing).cursor(),
        )

    return watch


def judge(mesh: Mesh, environment: Environment, now: datetime) -> tuple[list[Measurement], list[str]]:
    """Every promise, and the products whose dbt tests are due. Raises WarehouseBusy, WarehouseUnavailable."""
    if not environment.warehouse_file.exists():
        raise WarehouseUnavailable("there is no warehouse yet; the first landing makes it")
    with open_warehouse(environment, wait=BUSY_SECONDS) as warehouse:
        found = measure_and_keep(mesh, warehouse, mesh.products.values(), MEASURED, now)
        try:
            return found, due(warehouse, mesh.products.values(), now)
        except QueryRejected:
            return found, []


def standings(found: Iterable[Measurement]) -> dict[str, str]:
    """Product → a letter for each of its checks: how it stands, and whether an alert fires."""
    told: dict[str, str] = {}
    for m in found:
        told[m.product] = told.get(m.product, "") + (m.verdict[0].upper() if m.alerts else m.verdict[0])
    return told


def _is_shown(product: str, standing: Mapping[str, str], before: Told, now: datetime) -> bool:
    if standing[product] != before.standing.get(product):
        return True
    return int(now.timestamp() // 60) % HEARTBEAT_MINUTES == zlib.crc32(product.encode()) % HEARTBEAT_MINUTES


def _unanswered(
    context: dg.SensorEvaluationContext, mesh: Mesh, before: Told, problem: str
) -> dg.SensorResult | dg.SkipReason:
    """One outage is one `unknown` of each check, reported once and only when it lasts."""
    ticks = before.unanswered + 1
    lasting = ticks > PATIENCE_TICKS
    if lasting and before.standing and set("".join(before.standing.values())) != {"u"}:
        found = [unknown(p, sli, f"no answer from the warehouse: {problem}") for p in mesh.products for sli in MEASURED]
        return dg.SensorResult(
            asset_events=[evaluation(result(m, mesh.products[m.product])) for m in found],
            skip_reason=f"{problem}; no answer for {ticks} ticks: everything is unknown",
            cursor=Told(standings(found), ticks).cursor(),
        )
    context.update_cursor(Told(before.standing, ticks).cursor())
    return dg.SkipReason(f"{problem}; nothing was judged, the last verdicts stand")


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


def _summary(found: Sequence[Measurement]) -> str:
    count = Counter(m.verdict for m in found)
    products = len({m.product for m in found})
    return f"{products:,} products: " + ", ".join(f"{count[v]:,} {v}" for v in Verdict if count[v])


def read_cursor(cursor: str | None) -> Told:
    """What a tick left; anything else is as if there had been none."""
    try:
        kept = json.loads(cursor or "{}")
        return Told({str(p): str(s) for p, s in kept["standing"].items()}, int(kept["unanswered"]))
    except (ValueError, KeyError, AttributeError, TypeError):
        return Told()
