"""The life of one order, from its placement to its last return, drawn once and for ever.

An order's whole life follows from the shop's seed and the minute it was placed in. So nothing has to be remembered
to go on with it after a restart, and no number is given twice.
"""

import json
from collections.abc import Iterator
from random import Random
from typing import Final

from mesh_platform.demo.change import Change, Row, iso
from mesh_platform.demo.rhythm import MINUTE, placements

HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
LONGEST_LIFE: Final = 25 * DAY
"""No order changes, and no change arrives, later than this after its placement; microseconds."""

_CURRENCIES = {"GBP": (50, 1.0), "EUR": (27, 1.15), "USD": (18, 1.3), "JPY": (5, 1.9)}
"""Currency → how often, and minor units for a penny's worth (a yen has no smaller unit)."""
_CHANNELS = {"web": 46, "ios": 27, "android": 21, "api": 6}
_COUPONS = ("WELCOME10", "FREESHIP", "AUTUMN15", "SORRY5")
_REASONS = ("does not fit", "damaged on arrival", "changed my mind", "arrived too late", None)
_CUSTOMERS = 4000

Step = tuple[int, str, str, Row | None]
"""When it is committed, table, op, the row after it (None: deleted)."""


def lives(seed: int, minute: int) -> Iterator[Change]:
    """Every change that the orders placed in this minute will ever go through, redeliveries included."""
    draw = Random(f"{seed}/{minute}")  # noqa: S311 - a shop, not a secret
    for number, placed in enumerate(placements(minute, draw)):
        for step in _life(f"{minute}-{number}", placed, draw):
            yield from _delivered(step, f"{minute}-{number}", draw)


def commits(seed: int, minute: int) -> Iterator[Change]:
    """The same changes as a database sees them: each arrives once, and the moment it is committed."""
    seen = set[tuple[str, str, int]]()
    for change in lives(seed, minute):
        if (change.table, change.key, change.committed) not in seen:
            seen.add((change.table, change.key, change.committed))
            yield change._replace(arrives=change.committed)


def _life(order: str, placed: int, draw: Random) -> Iterator[Step]:
    row = _order(order, placed, draw)
    yield placed, "orders", "c", row
    if row["status"] == "TEST":
        yield from _tidied(placed, draw)
        return
    paid = placed + _between(draw, 5_000_000, 30 * MINUTE)
    if draw.random() < 0.06:
        yield _changed(row, "CANCELLED", placed + _between(draw, 2 * MINUTE, 20 * HOUR), "orders")
        return
    yield _changed(row, "PAID", paid, "orders")
    shipped = paid + _between(draw, 2 * HOUR, 2 * DAY)
    yield _changed(row, "SHIPPED", shipped, "orders")
    delivered = shipped + _between(draw, 18 * HOUR, 4 * DAY)
    yield _changed(row, "DELIVERED", delivered, "orders")
    if draw.random() < 0.11:
        yield from _return(row, delivered, draw)
    elif draw.random() < 0.004:
        yield delivered + _between(draw, HOUR, 5 * DAY), "orders", "d", None


def _tidied(placed: int, draw: Random) -> Iterator[Step]:
    if draw.random() < 0.6:
        yield placed + _between(draw, HOUR, 2 * DAY), "orders", "d", None


def _return(order: Row, delivered: int, draw: Random) -> Iterator[Step]:
    initiated = delivered + _between(draw, 3 * HOUR, 9 * DAY)
    total = int(order["total_amount_cents"] or 0)
    row: Row = {
        "id": f"R{order['id']}",
        "order_id": order["id"],
        "status": "INITIATED",
        "refund_amount_cents": total if draw.random() < 0.7 else max(1, total * draw.randrange(20, 90) // 100),
        "currency_code": order["currency_code"],
        "reason": draw.choice(_REASONS),
        "created_at": iso(initiated),
        "updated_at": iso(initiated),
    }
    yield initiated, "returns", "c", row
    status = "REJECTED" if draw.random() < 0.12 else "RESOLVED"
    yield _changed(row, status, initiated + _between(draw, 6 * HOUR, 6 * DAY), "returns")


def _order(order: str, placed: int, draw: Random) -> Row:
    currency = draw.choices(list(_CURRENCIES), [share for share, _ in _CURRENCIES.values()])[0]
    test = draw.random() < 0.01
    return {
        "id": order,
        "customer_id": None if draw.random() < 0.12 else f"c{int(_CUSTOMERS * draw.random() ** 2):04d}",
        "status": "TEST" if test else "PLACED",
        "total_amount_cents": 100 if test else int(draw.lognormvariate(8.3, 0.75) * _CURRENCIES[currency][1]) + 50,
        "currency_code": currency,
        "channel": draw.choices(list(_CHANNELS), list(_CHANNELS.values()))[0],
        "metadata": _metadata(draw),
        "created_at": iso(placed),
        "updated_at": iso(placed),
    }


def _metadata(draw: Random) -> str | None:
    if draw.random() < 0.1:
        return None
    coupon = {"coupon": draw.choice(_COUPONS)} if draw.random() < 0.2 else {}
    gift = {"gift": "yes"} if draw.random() < 0.05 else {}
    return json.dumps({**coupon, **gift})


def _changed(row: Row, status: str, at: int, table: str) -> Step:
    return at, table, "u", {**row, "status": status, "updated_at": iso(at)}


def _delivered(step: Step, order: str, draw: Random) -> Iterator[Change]:
    """The change as it arrives: soon; rarely hours late, its file having hung; rarely twice, after a restart."""
    began, table, op, row = step
    committed = began + draw.randrange(200, 900)
    seen = committed + draw.randrange(40_000, 1_500_000)
    late = _between(draw, HOUR, 6 * HOUR) if draw.random() < 0.003 else 0
    key = order if table == "orders" else f"R{order}"
    yield Change(seen + late, committed, seen, table, op, key, row)
    if draw.random() < 0.004:
        again = seen + _between(draw, MINUTE, 10 * MINUTE)
        yield Change(again + late, committed, again, table, op, key, row)


def _between(draw: Random, least: int, most: int) -> int:
    """Mostly near the least, rarely near the most; microseconds."""
    return least + int((most - least) * draw.random() ** 2)
