"""Up to when a promise can be judged: nothing that is still to come can break it, or keep it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.slo.counting.bucket import BUCKET, bucket_of
from mesh_platform.slo.inputs import Input
from mesh_platform.warehouse.calendar import FIRST


@dataclass(frozen=True)
class Settled:
    """The ends of the last buckets that have settled, and the beginning of the window before."""

    latency: datetime
    """An event is in time or late once `target_minutes` have passed."""
    completeness: datetime
    """An event is missing once `error_minutes` have passed; should it come after all, it is counted again."""
    since: datetime
    promised: datetime
    """The first bucket of the window that was promised in time: what happened before the product was first published,
    and came with it as its history, nobody could have seen earlier."""


def settled(product: Product, now: datetime, heard: datetime | None, first: datetime | None) -> Settled:
    """What has settled at `now` of a product whose sources were `heard` last (None: they are not captured here), and
    which was published for the `first` time then."""
    slo = product.manifest.slo
    ends = [_end(now, minutes, heard) for minutes in (slo.freshness.target_minutes, slo.freshness.error_minutes)]
    since = bucket_of(ago(now, days=slo.window_days))
    return Settled(ends[0], ends[1], since, max(since, bucket_of(first) + BUCKET) if first else since)


def _end(now: datetime, minutes: int, heard: datetime | None) -> datetime:
    """A bucket in which the source was heard counts as far as it was heard; what comes of it later is counted then."""
    ripe = bucket_of(ago(now, minutes=minutes))
    return ripe if heard is None or heard >= ripe else bucket_of(heard) + BUCKET


def heard_until(
    product: str, mesh: Mesh, inputs: Mapping[str, Sequence[Input]], memo: dict[str, datetime | None]
) -> datetime | None:
    """The last sign of life of the source that was silent for longest; None where none was ever heard."""
    if product not in memo:
        memo[product] = None  # a cycle is a finding of its own
        heard = [
            heard_until(i.name, mesh, inputs, memo) if i.name in mesh.products else i.alive_at
            for i in inputs.get(product, ())
        ]
        memo[product] = min((at for at in heard if at is not None), default=None)
    return memo[product]


def ago(now: datetime, **before: int) -> datetime:
    """So long before `now`, or the beginning of the calendar."""
    try:
        return now - timedelta(**before)
    except OverflowError:
        return FIRST
