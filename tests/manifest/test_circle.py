from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.manifest.circle import circles


def test_a_circle_is_told_in_the_order_of_reading() -> None:
    found = circles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})
    assert found == {"a": ("a", "b", "c"), "b": ("a", "b", "c"), "c": ("a", "b", "c")}


def test_circles_that_meet_name_everyone_in_them() -> None:
    found = circles({"a": ["b", "c"], "b": ["a"], "c": ["a"]})
    assert {node: set(circle) for node, circle in found.items()} == {node: {"a", "b", "c"} for node in "abc"}


def test_no_circle_is_no_circle() -> None:
    assert circles({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) == {}


def test_a_chain_of_thousands_is_no_problem() -> None:
    chain = {str(n): [str(n + 1)] for n in range(20_000)}
    assert circles(chain) == {}
    assert len(circles({**chain, "20000": ["0"]})["7"]) == 20_001


GRAPHS = st.dictionaries(
    st.integers(0, 7).map(str), st.lists(st.integers(0, 7).map(str), max_size=4, unique=True), max_size=8
)


@given(GRAPHS)
def test_a_node_is_in_a_circle_exactly_when_it_can_reach_itself_through_others(graph: dict[str, list[str]]) -> None:
    def reach(start: str) -> set[str]:
        reached: set[str] = set()
        stack = list(graph.get(start, ()))
        while stack:
            node = stack.pop()
            if node not in reached:
                reached.add(node)
                stack.extend(graph.get(node, ()))
        return reached

    nodes = set(graph) | {n for nexts in graph.values() for n in nexts}
    expected = {a: {b for b in nodes if b in reach(a) and a in reach(b)} for a in nodes}
    assert {n: set(c) for n, c in circles(graph).items()} == {
        n: group for n, group in expected.items() if len(group) > 1
    }
