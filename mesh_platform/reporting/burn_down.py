"""How the error budget of a window went, as the path of a plot."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from mesh_platform.reporting.past import Count

WIDTH: Final = 300
HEIGHT: Final = 84
_FLOOR: Final = -1.0
"""What is overspent further than this is drawn at the edge."""


@dataclass(frozen=True)
class BurnDown:
    """What was left of the budget at each step, from all of it at the beginning of the window."""

    left: tuple[float, ...]

    @property
    def lowest(self) -> float:
        """The lower edge of the plot, as a share of the budget."""
        return max(min(0.0, *self.left), _FLOOR)

    @property
    def line(self) -> str:
        """The way of what is left."""
        return "M" + "L".join(f"{x:g} {self._y(share):g}" for x, share in self._points())

    @property
    def area(self) -> str:
        """What lies between it and a spent budget."""
        return f"{self.line}V{self.zero:g}H0Z"

    @property
    def zero(self) -> float:
        """Where the budget is spent."""
        return self._y(0.0)

    def _points(self) -> list[tuple[float, float]]:
        """A straight stretch needs its ends only, so that a quiet month is a short text."""
        step = WIDTH / max(len(self.left) - 1, 1)
        kept = [
            n
            for n, share in enumerate(self.left)
            if n in (0, len(self.left) - 1) or not self.left[n - 1] == share == self.left[n + 1]
        ]
        return [(round(n * step, 1), self.left[n]) for n in kept]

    def _y(self, share: float) -> float:
        lowest = self.lowest
        return round(HEIGHT * (1 - (max(share, lowest) - lowest) / (1 - lowest)), 1)


def burn_down(steps: Sequence[Count], objective_percent: float) -> BurnDown | None:
    """What was left after each step of the budget of all events of the window; None where there is no budget."""
    allowed = (1 - objective_percent / 100) * sum(step.total for step in steps)
    if allowed <= 0:
        return None
    return BurnDown(tuple(1 - bad / allowed for bad in accumulate((s.total - s.good for s in steps), initial=0)))
