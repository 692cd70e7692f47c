"""The last day of a promise, bucket by bucket, as a band of colours."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby

from mesh_platform.reporting.past import Count

Band = Sequence[tuple[str, str]]
"""(how it stood, the path of all stretches that stood so), in units of one step."""


class Stood(StrEnum):
    """How the promise stood in one step."""

    KEPT = "kept"
    SOME = "some"
    """Some events broke it, no more than the objective allows."""
    BROKEN = "broken"
    EMPTY = "empty"
    """Nothing happened."""
    PENDING = "pending"
    """What is missing or late may still come in time."""


_WORST = (Stood.BROKEN, Stood.SOME, Stood.PENDING, Stood.KEPT, Stood.EMPTY)


def stood(steps: Sequence[Count], settled: int, objective_percent: float) -> tuple[Stood, ...]:
    """Each step of a day, of which so many have settled."""
    return tuple(_stood(step, objective_percent) if n < settled else Stood.PENDING for n, step in enumerate(steps))


def _stood(step: Count, objective_percent: float) -> Stood:
    if not step.total:
        return Stood.EMPTY
    if step.good == step.total:
        return Stood.KEPT
    return Stood.SOME if 100 * step.good >= objective_percent * step.total else Stood.BROKEN


def worst_of(strips: Iterable[Sequence[Stood]]) -> tuple[Stood, ...]:
    """Several promises as one."""
    return tuple(min(each, key=_WORST.index) for each in zip(*strips, strict=True))


def band(steps: Sequence[Stood]) -> Band:
    """One path for each way to stand: neighbours that stood alike are one stretch."""
    found: dict[str, list[str]] = {}
    for stretch, start, length in _stretches(steps):
        found.setdefault(stretch.value, []).append(f"M{start} 0h{length}v1h-{length}z")
    return [(stretch, "".join(paths)) for stretch, paths in found.items()]


def _stretches(steps: Sequence[Stood]) -> Iterator[tuple[Stood, int, int]]:
    start = 0
    for each, run in groupby(steps):
        length = len(list(run))
        yield each, start, length
        start += length


def in_words(steps: Sequence[Stood]) -> str:
    """The same for whoever does not see it."""
    told = [f"{steps.count(s)} {s}" for s in _WORST if s in steps]
    return f"{', '.join(told)} of {len(steps)}"
