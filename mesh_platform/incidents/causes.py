"""What a promise is broken for: trouble flows from source systems through products to products."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mesh_platform.incidents.cause import of_system
from mesh_platform.incidents.condition import Condition, Key, weight
from mesh_platform.incidents.incident import Incident, State
from mesh_platform.incidents.tick import Tick, matured
from mesh_platform.slo.measurement import Severity

SPREADING: Final = frozenset({"freshness", "latency", "completeness"})
"""What an input's trouble can cause; wrong values and a broken port are a product's own doing."""

_NEVER: Final = weight(None)
_WORST: Final = weight(Severity.PAGE)


@dataclass(frozen=True)
class Flow:
    """Who is made from whom, and where trouble is."""

    inputs: Mapping[str, Sequence[str]]
    """Product → products and systems it is made from."""
    now: Mapping[str, int]
    """Product or system → the weight of the trouble that it has at this tick."""
    confirmed: Mapping[str, int]
    """The same, of what was seen at two ticks."""
    _above: dict[str, frozenset[str]] = field(default_factory=dict)

    def above(self, node: str) -> frozenset[str]:
        """Everything that the product is made from, however far up."""
        if node not in self._above:
            seen: set[str] = set()
            ahead = list(self.inputs.get(node, ()))
            while ahead:
                nearest = ahead.pop()
                if nearest not in seen:
                    seen.add(nearest)
                    ahead.extend(self.inputs.get(nearest, ()))
            self._above[node] = frozenset(seen - {node})
        return self._above[node]


def flow_of(state: State, tick: Tick) -> Flow:
    """Who feeds whom by the tick's conditions, with the trouble that they and the open symptoms tell of."""
    inputs: dict[str, set[str]] = {}
    for (product, _), condition in tick.conditions.items():
        inputs.setdefault(product, set()).update(
            condition.causes, *([[silent]] if (silent := system(condition)) else [])
        )
    symptoms = [(product, weight(s.severity)) for (product, _), s in state.symptoms.items()]
    sure = [(key, weight(_sure(state, tick, key))) for key in matured(state, tick)]
    standing = [(key, weight(state.symptoms[key].severity)) for key in tick.bad if key in state.symptoms]
    return Flow(
        {product: sorted(found) for product, found in inputs.items()},
        _heaviest([*symptoms, *_troubles(tick, [(k, weight(tick.at(k).severity)) for k in tick.bad])]),
        _heaviest([*symptoms, *_troubles(tick, [*sure, *standing])]),
    )


def _sure(state: State, tick: Tick, key: Key) -> Severity | None:
    """As bad as it was at both ticks."""
    return min(state.suspicions[key].severity, tick.at(key).severity, key=weight)


def _troubles(tick: Tick, bad: Iterable[tuple[Key, int]]) -> Iterable[tuple[str, int]]:
    """A broken promise is trouble of its product, and one that a silent system explains is trouble of that."""
    for key, heavy in bad:
        yield key[0], heavy
        if silent := system(tick.at(key)):
            yield silent, _WORST


def _heaviest(troubles: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for node, heavy in troubles:
        found[node] = max(found.get(node, _NEVER), heavy)
    return found


def system(condition: Condition) -> str | None:
    """The silent source system as a cause is named."""
    return of_system(condition.silent_system) if condition.silent_system else None


def cause_of(
    flow: Flow, condition: Condition, severity: Severity, home: Incident | None, held: bool, opened: Container[str]
) -> str:
    """The cause of a broken promise: the silent system, else the farthest trouble above it, else the product itself.

    `home` is the incident whose symptom it is; `held`, whether that incident's cause may still explain it. What is
    worse than anything above it is not explained by it: a spent budget upstream must not hide a page.
    """
    if silent := system(condition):
        return silent
    trouble = flow.confirmed if home else flow.now
    above = flow.above(condition.product) if condition.sli in SPREADING else frozenset()
    found = {node for node in above if trouble.get(node, _NEVER) >= weight(severity)}
    if home and held and home.cause != condition.product and weight(home.severity) >= weight(severity):
        found.add(home.cause)
    return _farthest(flow, found, condition.product, home, opened)


def _farthest(flow: Flow, found: set[str], product: str, home: Incident | None, opened: Container[str]) -> str:
    """Those that none of the others feeds; of several, what was said before, or what is open already."""
    pool = found | {product for node in found if product in flow.above(node)} or {product}
    farthest = [node for node in pool if flow.above(node).isdisjoint(pool)] or _in_a_circle(flow, pool)
    return min(farthest, key=lambda node: (home is None or node != home.cause, node not in opened, node))


def _in_a_circle(flow: Flow, pool: set[str]) -> list[str]:
    """Products that feed each other, which is a finding: one of them, the same for all, stands for the circle."""
    return [node for node in pool if all(node in flow.above(other) for other in flow.above(node) & pool)]
