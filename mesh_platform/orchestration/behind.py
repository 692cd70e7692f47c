"""Products that read what was published since their own last publication: those that a failed run left behind."""

from collections.abc import Mapping
from datetime import datetime

import dagster as dg

from mesh_platform import names
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.orchestration.keys import product_key
from mesh_platform.warehouse.protocol import QueryRejected, Warehouse

FIRST_TURN_SECONDS = 120.0
"""A publication is the automation's to react to; what has not come of it by then is asked for again."""


def behind(mesh: Mesh, warehouse: Warehouse, domain: str, built: frozenset[str]) -> dict[str, datetime]:
    """Product → when the newest publication was made that it reads and has not taken in. Raises WarehouseUnavailable.

    A publication knows the revision its inputs were complete to, and each input's publication has a revision.
    """
    try:
        told = warehouse.query(
            "select product, max(revision), max(published_at), max(through_revision)"
            f" from {names.PUBLICATIONS} group by 1"
        )
    except QueryRejected:
        return {}
    newest = {product: (revision, published_at) for product, revision, published_at, _ in told}
    through = {product: through for product, _, _, through in told}
    read = {
        p.id: [newest[i] for i in p.manifest.product_inputs if i in newest]
        for p in mesh.products.values()
        if p.domain == domain and p.id in built
    }
    return {
        product: max(at for _, at in inputs)
        for product, inputs in read.items()
        if inputs and max(revision for revision, _ in inputs) > (through.get(product) or 0)
    }


def first_turn(
    instance: dg.DagsterInstance, late: Mapping[str, datetime], active: list[dg.DagsterRunStatus], now: datetime
) -> str | None:
    """Why these are not yet to be asked for: the automation still has its turn, or a run of one is under way."""
    keys = {product_key(p) for p in late}
    for run in instance.get_runs(dg.RunsFilter(statuses=active)):
        if run.asset_selection is None or keys & run.asset_selection:
            return f"run {run.run_id[:8]} may refresh {', '.join(late)}"
    left = FIRST_TURN_SECONDS - (now - max(late.values())).total_seconds()
    return f"{', '.join(late)} can be refreshed by the automation for another {left:.0f} s" if left > 0 else None
