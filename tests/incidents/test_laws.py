"""Laws of the fold and of what a tick decides, over any story of any small mesh."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.incidents.condition import Condition
from mesh_platform.incidents.decide import decide
from mesh_platform.incidents.event import Event, Kind
from mesh_platform.incidents.fold import EMPTY, fold
from mesh_platform.incidents.incident import State
from tests.incidents.scenario import minute, says

PRODUCTS = ("a.one", "b.two", "c.three", "d.four")
INPUTS = {
    "a.one": ("system:erp",),
    "b.two": ("a.one",),
    "c.three": ("a.one", "system:crm"),
    "d.four": ("b.two", "c.three"),
}
SLIS = ("freshness", "accuracy")
CIRCLE = dict.fromkeys(PRODUCTS, PRODUCTS)

PROMISES = [(product, sli) for product in PRODUCTS for sli in SLIS]
words = st.sampled_from(["good", "page", "ticket", "silent", "long", "unknown", "gone"])
"""`silent`: a page that a silent system explains; `long`: a page that began half an hour ago; `gone`: no condition."""


def conditions(graph: dict[str, tuple[str, ...]] = INPUTS) -> st.SearchStrategy[list[Condition]]:
    """One tick: any word of any promise."""
    each = st.lists(words, min_size=len(PROMISES), max_size=len(PROMISES))
    return each.map(
        lambda said: [
            told_by(word, *promise, graph) for promise, word in zip(PROMISES, said, strict=True) if word != "gone"
        ]
    )


def told_by(word: str, product: str, sli: str, graph: dict[str, tuple[str, ...]]) -> Condition:
    plain = "page" if word in ("silent", "long") else word
    silent, began = "erp" if word == "silent" else None, minute(-30) if word == "long" else None
    return says(product, plain, sli, of=graph[product], silent=silent, began=began)


graphs = st.sampled_from([INPUTS, CIRCLE])
gaps = st.sampled_from([1, 1, 1, 5, 29, 31, 60, 0.001])
stories = graphs.flatmap(lambda graph: st.lists(st.tuples(gaps, conditions(graph)), min_size=1, max_size=8))
ALL_GOOD = [says(p, "good", s, of=INPUTS[p]) for p in PRODUCTS for s in SLIS]
ALL_UNKNOWN = [says(p, "unknown", s, of=INPUTS[p]) for p in PRODUCTS for s in SLIS]


def told(story: list[tuple[float, list[Condition]]]) -> tuple[list[Event], float]:
    """Everything that the story's ticks record, and the minute it ends at."""
    events: list[Event] = []
    at = 0.0
    for gap, found in story:
        at += gap
        events += decide(fold(events), found, minute(at))
    return events, at


@given(stories)
def test_a_tick_told_twice_adds_nothing(story: list[tuple[float, list[Condition]]]) -> None:
    events, at = told(story)
    assert decide(fold(events), story[-1][1], minute(at)) == []


@given(stories)
def test_everything_closes_once_all_is_good(story: list[tuple[float, list[Condition]]]) -> None:
    events, at = told(story)
    for later in (1, 2):
        events += decide(fold(events), ALL_GOOD, minute(at + later))
    assert fold(events).open == []
    assert not fold(events).symptoms
    assert not fold(events).suspicions
    opened = [e.incident for e in events if e.kind is Kind.OPENED]
    assert len(opened) == len(set(opened))
    assert set(opened) == set(fold(events).incidents)


@given(stories)
def test_no_two_open_incidents_have_one_cause_and_every_open_one_has_a_symptom(
    story: list[tuple[float, list[Condition]]],
) -> None:
    events: list[Event] = []
    at = 0.0
    for gap, found in story:
        at += gap
        events += decide(fold(events), found, minute(at))
        state = fold(events)
        causes = [incident.cause for incident in state.open]
        assert len(causes) == len(set(causes))
        assert {i.id for i in state.open} == {s.incident for s in state.symptoms.values()}


@given(stories)
def test_a_tick_without_an_answer_changes_nothing(story: list[tuple[float, list[Condition]]]) -> None:
    events, at = told(story)
    for later in (1, 45):
        assert decide(fold(events), ALL_UNKNOWN, minute(at + later)) == []


@given(stories, st.randoms(use_true_random=False))
def test_the_order_of_conditions_means_nothing(story: list[tuple[float, list[Condition]]], chance: object) -> None:
    events, at = told(story[:-1])
    found = story[-1][1]
    shuffled = sorted(found, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert decide(fold(events), found, minute(at + 1)) == decide(fold(events), shuffled, minute(at + 1))


@given(stories, st.integers(0, 200))
def test_the_fold_is_the_same_in_one_piece_or_in_two(story: list[tuple[float, list[Condition]]], cut: int) -> None:
    events, _ = told(story)
    assert fold(events[cut:], fold(events[:cut])) == fold(events) == fold(events, EMPTY)


@given(stories)
def test_what_no_tick_needs_can_be_forgotten(story: list[tuple[float, list[Condition]]]) -> None:
    """A tick that sees only what is open, suspected or lately closed decides as one that sees the whole history."""
    whole: list[Event] = []
    at = 0.0
    for gap, found in story:
        at += gap
        state = fold(whole)
        recent = {
            i: x for i, x in state.incidents.items() if x.closed_at is None or minute(at) - x.closed_at <= GRACE_TOLD
        }
        seen = State(recent, state.symptoms, state.suspicions)
        decided = decide(state, found, minute(at))
        assert decide(seen, found, minute(at)) == decided
        whole += decided


GRACE_TOLD = timedelta(minutes=30)


@settings(max_examples=200)
@given(stories)
def test_times_are_never_negative(story: list[tuple[float, list[Condition]]]) -> None:
    events, _ = told(story)
    for incident in fold(events).incidents.values():
        assert incident.time_to_detect >= timedelta()
        assert incident.time_to_restore is None or incident.time_to_restore >= timedelta()
        assert (incident.state == "merged") == (incident.merged_into is not None)
