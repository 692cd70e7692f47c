"""The histories of all products from the counts that are kept: only what may have changed is counted again.

What a bucket holds changes when something lands or is published, and not otherwise; the revisions say when. So a tick
costs what is new, not what is known. A bucket is kept before it has settled too: to settle is to be read later.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.slo.counting.count import Question
from mesh_platform.slo.counting.history import Histories, asked_or_why, histories_of, settled_ends
from mesh_platform.slo.counting.measurements import Counting, count, ensure_measurements, kept_tallies, still_hold
from mesh_platform.slo.counting.news import News, news
from mesh_platform.slo.counting.question import known
from mesh_platform.slo.counting.settled import Settled
from mesh_platform.warehouse.protocol import Warehouse

WHOLE_AGAIN: Final = timedelta(hours=1)
"""What no revision tells of is found by looking at the whole window again: an event that came long after it happened
and was lost, a visible one that the source deleted, a row deleted by hand, a table of expected events that was built by
itself."""
_WHOLE_AT_ONCE: Final = 20


def record(mesh: Mesh, warehouse: Warehouse, products: Iterable[Product], now: datetime) -> Histories:
    """Count what is new, keep it, and tell how each product has fared; needs a warehouse that may be written to."""
    ensure_measurements(warehouse)
    products, told = list(products), known(warehouse, now)
    ends = settled_ends(mesh, warehouse, products, told)
    asked = {p.id: asked_or_why(told, p, ends[p.id].since) for p in products}
    # what is published is visible now, also where the clock that stamped it is ahead of ours
    askable = {p: replace(q, seen_by=None) for p, q in asked.items() if isinstance(q, Question)}
    found = news(warehouse, mesh, askable.keys())
    due = _due(askable, found, ends, now)
    refused = count(warehouse, due, now)
    if quiet := [p for p in askable if p not in due and found[p].revision > found[p].counted]:
        still_hold(warehouse, quiet, max(n.revision for n in found.values()))
    kept = kept_tallies(warehouse, {p: ends[p] for p in askable.keys() - refused.keys()})
    return histories_of(asked, ends, {**kept, **refused})


def _due(
    asked: Mapping[str, Question], found: Mapping[str, News], ends: Mapping[str, Settled], now: datetime
) -> dict[str, Counting]:
    """Those with news, or of which something else is asked than was counted."""
    stale = sorted((told.whole_at, p) for p, told in found.items() if told.whole_at)
    again = {p for whole_at, p in stale[:_WHOLE_AT_ONCE] if now - whole_at >= WHOLE_AGAIN}
    due: dict[str, Counting] = {}
    for product, question in asked.items():
        told, definition = found[product], _definition(question)
        if told.whole_at is None or told.definition != definition or told.replaced or product in again:
            due[product] = Counting(question, ends[product].promised, definition, told.revision, now)
        elif told.since is not None:
            due[product] = Counting(
                question.only(told.since, told.gaps), ends[product].promised, definition, told.revision, told.whole_at
            )
    return due


def _definition(question: Question) -> str:
    slo = question.product.manifest.slo
    asked = (question.keys, sorted(question.as_text), question.time, question.to_the_second, question.seen)
    told = (slo.freshness.target_minutes, slo.completeness.expected, slo.window_days)
    return hashlib.blake2b(repr((*asked, *told)).encode(), digest_size=8).hexdigest()
