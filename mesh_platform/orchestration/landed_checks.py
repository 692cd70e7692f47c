"""The check `landing` of every landed asset: what is in quarantine, what is missing, and what to do about it.

Values of records never come here: Dagster's database is read by more people than the warehouse is.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from mesh_platform import names
from mesh_platform.environment import Environment
from mesh_platform.landing.records.gap import Gaps
from mesh_platform.landing.records.health import Health, Held, Place, health, sentence
from mesh_platform.landing.records.reason import named
from mesh_platform.landing.survey import survey
from mesh_platform.landing.tables.undeclared import Undeclared
from mesh_platform.manifest.mesh import Domain, Mesh
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.orchestration.keys import landed_key
from mesh_platform.slo.definitions import CHECKS
from mesh_platform.warehouse.protocol import (
    QueryRejected,
    Warehouse,
    WarehouseBusy,
    WarehouseUnavailable,
    in_a_line,
    open_warehouse,
)

RUNBOOK = "docs/landing.md#the-check-landing"
_NAMED = 50
_NAME = 120


def landing_check_specs(domain: Domain) -> list[dg.AssetCheckSpec]:
    """One for each captured table of the domain."""
    return [
        dg.AssetCheckSpec(
            names.LANDING_CHECK,
            asset=landed_key(domain.name, table.table),
            description=CHECKS[names.LANDING_CHECK],
            metadata=_people(domain),
        )
        for system, table in domain.source_tables
        if system.connector != "other"
    ]


def judged_now(
    context: dg.AssetExecutionContext, mesh: Mesh, environment: Environment, domain: Domain, chosen: Collection[str]
) -> Iterator[dg.AssetCheckResult]:
    """The checks of these source tables, without landing anything."""
    found = survey(mesh, environment, domain.name, tables=chosen)
    try:
        with open_warehouse(environment, read_only=True) as warehouse:
            yield from judged(mesh, warehouse, domain, chosen, found.unreachable)
    except WarehouseBusy as busy:
        context.log.warning(f"{busy}; nothing was judged, the last verdicts stand")
    except WarehouseUnavailable as problem:
        yield from _unknown(domain, chosen, problem)


def judged(
    mesh: Mesh, warehouse: Warehouse, domain: Domain, chosen: Collection[str], unlandable: Mapping[str, str]
) -> Iterator[dg.AssetCheckResult]:
    """The checks of these source tables as the warehouse tells them now; a question it rejects spoils no landing."""
    now = datetime.now(UTC)
    try:
        found = health(mesh, warehouse, domain.name, unlandable, chosen)
    except QueryRejected as problem:
        yield from _unknown(domain, chosen, problem)
        return
    for system, table in domain.source_tables:
        if told := found.get(f"{system.name}.{table.name}"):
            yield result(told, landed_key(domain.name, table.table), domain, now)


def result(told: Health, key: dg.AssetKey, domain: Domain, now: datetime) -> dg.AssetCheckResult:
    """Numbers are floats, so that the UI plots them."""
    level = told.level(now)
    gaps = [g for g in (told.transactions, told.offsets) if g]
    evidence = {
        "reasons": _reasons((*told.held, *told.beside)),
        "places": _places((*told.held, *told.beside), told.zone),
        "missing": _missing(gaps),
        "undeclared columns": _undeclared(told.undeclared),
    }
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=names.LANDING_CHECK,
        passed=level == "pass",
        severity=dg.AssetCheckSeverity.ERROR if level == "error" else dg.AssetCheckSeverity.WARN,
        description=sentence(told),
        metadata={
            "quarantined records": float(told.records),
            "quarantined files": float(told.files),
            "gaps": float(sum(g.count for g in gaps)),
            "missing changes": float(sum(g.missing for g in gaps)),
            **{name: dg.MetadataValue.md(text) for name, text in evidence.items() if text},
            **_people(domain),
        },
    )


def _unknown(domain: Domain, chosen: Collection[str], problem: Exception) -> Iterator[dg.AssetCheckResult]:
    for _, table in domain.source_tables:
        if table.name in chosen:
            yield dg.AssetCheckResult(
                asset_key=landed_key(domain.name, table.table),
                check_name=names.LANDING_CHECK,
                passed=False,
                severity=dg.AssetCheckSeverity.WARN,
                description=f"unknown: {in_a_line(problem)}",
                metadata=_people(domain),
            )


def _reasons(held: Iterable[Held]) -> str:
    rows = [f"| {_cell(h.reason)} | {h.rows:,} | {_time(h.since)} | {_cell(named(h.kind).do)} |" for h in held]
    return "\n".join(["| reason | how many | since | do |", "|---|---|---|---|", *rows]) if rows else ""


def _undeclared(found: Sequence[Undeclared]) -> str:
    lines = [f"- `{one_line(u.column[:_NAME])}`: in {u.changes} of the last changes" for u in found[:_NAMED]]
    return "\n".join([*lines, *([f"- and {len(found) - _NAMED:,} more"] if len(found) > _NAMED else [])])


def _places(held: Iterable[Held], zone: str) -> str:
    """Where to look; what is there is for those who may read the warehouse."""
    lines = [f"- {_place(p)}: {_cell(h.reason)}" for h in held for p in h.places]
    system, _, table = zone.partition(".")
    command = f"mesh quarantine --system {system} --table {table} --records"
    return "\n".join([*lines, "", f"The records themselves: `{command}`"]) if lines else ""


def _place(place: Place) -> str:
    kept = "" if place.size is None else f", {place.size:,} bytes kept"
    return f"`{place.path}` as a whole" if not place.record else f"`{place.path}` record {place.record}{kept}"


def _missing(gaps: Iterable[Gaps]) -> str:
    return "\n".join(f"- {g.what}: {g.missing:,} missing since {_time(g.since)}" for found in gaps for g in found.shown)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _people(domain: Domain) -> dict[str, Any]:
    people = domain.manifest.metadata
    return {
        "owner": people.team,
        "on-call": people.oncall,
        "Slack channel": people.slack_channel,
        "runbook": RUNBOOK,
    }
