"""A promise can be kept, and whether it is can be seen."""

from datetime import timedelta
from typing import Final

from mesh_platform.manifest.cadence import cron_problem
from mesh_platform.manifest.cron_gap import longest_gap
from mesh_platform.manifest.domain import Connector
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.policies.registry import Breach, Breaches, policy

_FAST_BURN: Final = 0.02
"""The share of a window's error budget that is gone in an hour when the fastest alert fires."""


@policy(
    "SLO011",
    level=Level.WARNING,
    fix="refresh at least as often as the target, or leave `refresh` out: every landed batch refreshes",
)
def schedule_is_as_fast_as_the_promise(product: Product, mesh: Mesh) -> Breaches:
    """A schedule that is slower than the promise keeps none. A warning, for what lands, or is published upstream,
    refreshes the product besides."""
    if _refreshes_by_itself(product, mesh):
        yield from _too_slow(product)


@policy("SLO014", fix="refresh at least as often as the target")
def schedule_alone_can_keep_the_promise(product: Product, mesh: Mesh) -> Breaches:
    """Where nothing lands here and nothing is read from another product, only the schedule refreshes: what is refreshed
    once a day is a day old before the next refresh, whatever is promised."""
    if not _refreshes_by_itself(product, mesh):
        yield from _too_slow(product)


def _refreshes_by_itself(product: Product, mesh: Mesh) -> bool:
    """Whether anything but the clock refreshes it; a domain that cannot be read gets the benefit of the doubt."""
    domain = mesh.domains.get(product.domain)
    systems = domain.manifest.spec.source_systems if domain else ()
    idle = {s.name for s in systems if s.connector is Connector.OTHER}
    return bool(product.manifest.product_inputs) or any(s.system not in idle for s in product.manifest.source_inputs)


def _too_slow(product: Product) -> Breaches:
    refresh, target = product.manifest.spec.refresh, product.manifest.slo.freshness.target_minutes
    gap = longest_gap(refresh.schedule) if refresh and not cron_problem(refresh.schedule) else None
    if refresh and gap is not None and gap > timedelta(minutes=target):
        minutes = int(gap.total_seconds() // 60)
        yield Breach(
            "spec.refresh.schedule",
            f"`{refresh.schedule}` leaves `{minutes}` min between two refreshes; `{target}` min are promised",
        )


@policy("SLO012", fix="raise the objective, or shorten `window_days`")
def objective_can_raise_an_alert(product: Product, mesh: Mesh) -> Breaches:
    """An error budget burns at most 1 / (1 - objective) times as fast as it may. Where that is less than the speed at
    which somebody is called, a total outage calls nobody."""
    slo = product.manifest.slo
    alert = _FAST_BURN * 24 * slo.window_days
    for key, percent in (
        ("objective_percent", slo.objective_percent),
        ("completeness.target_percent", slo.completeness.target_percent),
    ):
        fastest = 100 / (100 - percent) if percent < 100 else float("inf")
        if fastest < alert:
            yield Breach(
                f"spec.slo.{key}",
                f"at `{percent}` % the budget burns at most `{fastest:.1f}` times too fast;"
                f" over `{slo.window_days}` days an alert needs `{alert:.1f}`",
            )


@policy(
    "SLO013", level=Level.WARNING, fix="promise no more than the least complete upstream, or agree more with its owner"
)
def promise_is_no_more_complete_than_its_upstreams(product: Product, mesh: Mesh) -> Breaches:
    """What an upstream lost is lost for whoever reads it. A warning, for a product may count against its upstream
    alone."""
    mine = product.manifest.slo.completeness.target_percent
    upstreams = [mesh.products[u] for u in product.manifest.product_inputs if u in mesh.products and u != product.id]
    least = min(upstreams, key=lambda p: p.manifest.slo.completeness.target_percent, default=None)
    if least and (theirs := least.manifest.slo.completeness.target_percent) < mine:
        yield Breach(
            "spec.slo.completeness.target_percent",
            f"`{mine}` % is promised; the upstream `{least.id}` promises `{theirs}` %",
        )
