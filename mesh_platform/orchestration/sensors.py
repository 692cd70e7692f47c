"""What starts a refresh: a landed batch, told by the ledger; and an upstream product's publication, told by Dagster."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import dagster as dg

from mesh_platform import names
from mesh_platform.environment import Environment, EnvironmentProblem
from mesh_platform.landing.pending import in_words, pending
from mesh_platform.landing.survey import Survey, survey
from mesh_platform.landing.zones.zone import FileGeneration
from mesh_platform.manifest.mesh import Domain, Mesh
from mesh_platform.orchestration.behind import behind, first_turn
from mesh_platform.warehouse.protocol import (
    QueryRejected,
    Warehouse,
    WarehouseBusy,
    WarehouseUnavailable,
    open_warehouse,
)

FIRST_PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 1800.0
INTERVAL_SECONDS = 5
"""The daemon looks no more often; what has arrived waits half of it."""
BUSY_SECONDS = 5.0
ACTIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dataclass(frozen=True)
class Waiting:
    """What of a domain is not yet where its consumers can see it."""

    files: tuple[FileGeneration, ...]
    unpublished: tuple[str, ...]
    behind: Mapping[str, datetime] = field(default_factory=dict)
    """Products that have not taken in what a product they read published, and when that was."""

    def __bool__(self) -> bool:
        return bool(self.files or self.unpublished or self.behind)

    def __str__(self) -> str:
        count = len(self.files)
        parts = [f"{count:,} {'file' if count == 1 else 'files'} to land"] if count else []
        parts += [f"landed changes not yet in {', '.join(self.unpublished)}"] if self.unpublished else []
        parts += [f"publications not yet in {', '.join(self.behind)}"] if self.behind else []
        return " and ".join(parts)


def landing_sensor(
    mesh: Mesh,
    environment: Environment,
    domain: Domain,
    keys: Sequence[dg.AssetKey],
    built: frozenset[str],
    checks: Sequence[dg.AssetCheckKey] = (),
) -> dg.SensorDefinition:
    """Requests one run for landing and all downstream of it in the domain.

    `checks` are those that belong to building: of landing, and dbt's tests. The platform's own are judged without a
    run, so they keep their verdict while one is under way, and when it fails. `built` are the products that the
    domain's dbt step can build.
    """

    @dg.sensor(
        name=f"{domain.name}_landing_sensor",
        asset_selection=dg.AssetSelection.assets(*keys),
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Lands what has arrived for `{domain.name}`, and refreshes its products until they have it.",
    )
    def watch(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if context.instance.get_runs(dg.RunsFilter(tags={names.TAG_LANDING: domain.name}, statuses=ACTIVE), limit=1):
            return dg.SkipReason("a landing run of this domain is queued or running")
        try:
            found = survey(mesh, environment, domain.name)
            seen, words = f"{found.fingerprint}:{_identity(environment, built)}", in_words(found)
            if context.cursor == seen:
                return dg.SkipReason(f"{words}; nothing new: as they were when everything was published")
            waiting = look(mesh, environment, domain, found, built)
        except WarehouseBusy as busy:
            return dg.SkipReason(f"{words}; {busy}; looking again at the next tick")
        except (WarehouseUnavailable, QueryRejected) as problem:
            return dg.SkipReason(f"{words}; no answer from the warehouse: {problem}")
        except EnvironmentProblem as problem:
            return dg.SkipReason(str(problem))
        if not waiting:
            return dg.SensorResult(
                skip_reason=f"{words}; everything that arrived has landed and is published", cursor=seen
            )
        now = datetime.now(UTC)
        only_behind = bool(waiting.behind) and not (waiting.files or waiting.unpublished)
        if only_behind and (turn := first_turn(context.instance, waiting.behind, ACTIVE, now)):
            return dg.SkipReason(turn)
        pause = back_off(context.instance, domain.name, now)
        if pause > 0:
            return dg.SkipReason(f"{words}; {waiting}; the last run failed, trying again in {pause:.0f} s")
        context.log.info(f"{words}; {waiting}: requesting a run")
        request = dg.RunRequest(
            run_key=run_key(context.instance, domain.name, waiting),
            asset_selection=list(keys),
            asset_check_keys=list(checks),
            tags={names.TAG_LANDING: domain.name},
        )
        return dg.SensorResult(run_requests=[request])

    return watch


def run_key(instance: dg.DagsterInstance, domain: str, waiting: Waiting) -> str:
    """The same for a tick that is made twice, and for nothing else: a batch that failed is asked for anew.

    Dagster requests a key once for ever. So it names what is waiting, and the run after which it still is.
    """
    records = instance.get_run_records(dg.RunsFilter(tags={names.TAG_LANDING: domain}), limit=1)
    last = records[0].dagster_run.run_id if records else ""
    told = [*(f"{f.path}#{f.generation}" for f in waiting.files), *waiting.unpublished, *waiting.behind, last]
    return f"{domain}#{hashlib.sha256(chr(10).join(told).encode()).hexdigest()}"


def look(mesh: Mesh, environment: Environment, domain: Domain, found: Survey, built: frozenset[str]) -> Waiting:
    """Ask the ledger; a mesh without a warehouse has everything still to land."""
    if not environment.warehouse_file.exists():
        return Waiting(tuple(pending(found, None)), ())
    with open_warehouse(environment, read_only=True, wait=BUSY_SECONDS) as warehouse:
        return Waiting(
            tuple(pending(found, warehouse)),
            tuple(unpublished(mesh, warehouse, domain, built)),
            behind(mesh, warehouse, domain.name, built),
        )


def unpublished(mesh: Mesh, warehouse: Warehouse, domain: Domain, built: frozenset[str]) -> list[str]:
    """Products whose source tables have landed changes that their last publication had not seen."""
    try:
        landed = warehouse.query(
            f"select system, source_table, max(revision) from {names.LEDGER} where rows_applied > 0 group by 1, 2"
        )
        through: dict[str, int] = dict(
            warehouse.query(f"select product, max(through_revision) from {names.PUBLICATIONS} group by 1")
        )
    except QueryRejected:
        return []
    newest = {(system, table): revision or 0 for system, table, revision in landed}
    return [
        p.id
        for p in mesh.products.values()
        if p.domain == domain.name
        and p.id in built
        and max((newest.get((u.system, u.table), 0) for u in p.manifest.source_inputs), default=0)
        > (through.get(p.id) or 0)
    ]


def back_off(instance: dg.DagsterInstance, domain: str, now: datetime) -> float:
    """Seconds still to wait before a failed batch is requested again: doubling from half a minute to half an hour."""
    records = instance.get_run_records(dg.RunsFilter(tags={names.TAG_LANDING: domain}), limit=8)
    failures = 0
    for record in records:
        if record.dagster_run.status is dg.DagsterRunStatus.SUCCESS:
            break
        failures += 1
    if not failures:
        return 0.0
    pause = min(FIRST_PAUSE_SECONDS * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS)
    ended = records[0].end_time or records[0].update_timestamp.timestamp()
    return float(ended + pause - now.timestamp())


def _identity(environment: Environment, built: frozenset[str]) -> str:
    """What must be as it was for a cursor to hold: the warehouse, which somebody else may write, and the products."""
    try:
        told = environment.warehouse_file.stat()
        state = f"{told.st_ino}-{told.st_size}-{told.st_mtime_ns}"
    except OSError:
        state = "none"
    return f"{state}:{hashlib.sha256(','.join(sorted(built)).encode()).hexdigest()[:16]}"


def automation_sensor() -> dg.AutomationConditionSensorDefinition:
    """Refreshes a product when another domain's product that it reads was published."""
    return dg.AutomationConditionSensorDefinition(
        "upstream_publication_sensor",
        target=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=INTERVAL_SECONDS,
        description="Refreshes a product when another domain's product that it reads was published.",
    )
