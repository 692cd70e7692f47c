"""When people order: by night hardly, in the evening most, on Sundays more than on Fridays."""

import math
from random import Random
from typing import Final

from mesh_platform.demo.change import moment

MINUTE: Final = 60_000_000
"""Microseconds of a minute: the shop draws its customers minute by minute."""

_ORDERS_A_MINUTE = 0.42
_BY_HOUR = (4, 3, 2, 2, 2, 3, 5, 7, 9, 11, 12, 13, 14, 12, 11, 11, 12, 14, 16, 18, 19, 17, 12, 7)
_BY_WEEKDAY = (1.05, 1.0, 0.95, 0.95, 0.85, 1.0, 1.2)
_MEAN_HOUR = sum(_BY_HOUR) / 24


def placements(minute: int, draw: Random) -> list[int]:
    """The moments at which orders are placed in this minute (counted since 1970), in microseconds since 1970."""
    start = minute * MINUTE
    when = moment(start)
    expected = _ORDERS_A_MINUTE * _BY_WEEKDAY[when.weekday()] * _BY_HOUR[when.hour] / _MEAN_HOUR
    return sorted(start + draw.randrange(MINUTE) for _ in range(_poisson(expected, draw)))


def _poisson(expected: float, draw: Random) -> int:
    limit, product, count = math.exp(-expected), draw.random(), 0
    while product > limit:
        product *= draw.random()
        count += 1
    return count
