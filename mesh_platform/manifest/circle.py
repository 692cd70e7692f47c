"""Circles in a graph of who reads whom."""

from collections.abc import Iterator, Mapping, Sequence

Graph = Mapping[str, Sequence[str]]


def circles(reads: Graph) -> dict[str, tuple[str, ...]]:
    """Node → every node of the circle it is part of, in the order of reading where that is one; others absent."""
    found: dict[str, tuple[str, ...]] = {}
    for group in _groups(reads):
        if len(group) > 1:
            found.update(dict.fromkeys(group, _told(reads, group)))
    return found


def _told(reads: Graph, group: set[str]) -> tuple[str, ...]:
    walk = [min(group)]
    while len(walk) < len(group):
        nexts = {n for n in reads.get(walk[-1], ()) if n in group}
        if len(nexts) != 1:
            return tuple(sorted(group))
        walk.extend(nexts)
    return tuple(walk)


def _groups(reads: Graph) -> Iterator[set[str]]:
    """Strongly connected nodes: finish order forwards, then reachability backwards (Kosaraju), without recursion."""
    backwards: dict[str, list[str]] = {}
    for node, nexts in reads.items():
        for target in nexts:
            backwards.setdefault(target, []).append(node)
    seen: set[str] = set()
    for node in reversed(_finished(reads)):
        if node not in seen:
            group = _reached(node, backwards, seen)
            seen |= group
            yield group


def _finished(reads: Graph) -> list[str]:
    order: list[str] = []
    seen: set[str] = set()
    for root in reads:
        stack = [(root, iter(reads.get(root, ())))] if root not in seen else []
        seen.add(root)
        while stack:
            node, nexts = stack[-1]
            target = next((t for t in nexts if t not in seen), None)
            if target is None:
                order.append(node)
                stack.pop()
            else:
                seen.add(target)
                stack.append((target, iter(reads.get(target, ()))))
    return order


def _reached(start: str, graph: Graph, closed: set[str]) -> set[str]:
    reached, stack = {start}, [start]
    while stack:
        fresh = [n for n in graph.get(stack.pop(), ()) if n not in reached and n not in closed]
        reached.update(fresh)
        stack.extend(fresh)
    return reached
