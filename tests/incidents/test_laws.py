"""Laws of the fold and of what a tick decides, over any story of any small mesh."""

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mesh_platform.incidents.condition import Condition
from mesh_platform.incidents.decide import decide
from mesh_platform.incidents.event import Event, Kind
from mesh_platform.incidents.fold import EMPTY, fold
from mesh_platform.incidents.incident import State
from mesh_platform.incidents.tick import GRACE, patience
from tests.incidents.scenario import TOLD, minute, says

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
    for later in (1, 31):
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
        recent = {i: x for i, x in state.incidents.items() if x.closed_at is None or minute(at) - x.closed_at <= GRACE}
        seen = State(recent, state.symptoms, state.suspicions)
        decided = decide(state, found, minute(at))
        assert decide(seen, found, minute(at)) == decided
        whole += decided


@settings(max_examples=200)
@given(stories)
def test_times_are_never_negative(story: list[tuple[float, list[Condition]]]) -> None:
    events, _ = told(story)
    for incident in fold(events).incidents.values():
        assert incident.time_to_detect >= timedelta()
        assert incident.time_to_restore is None or incident.time_to_restore >= timedelta()
        assert (incident.state == "merged") == (incident.merged_into is not None)


lengths = st.sampled_from([1, 2, 2, 2, 3, 6, 11, 21, 31])
runs = st.lists(st.tuples(st.sampled_from(["good", "page", "ticket", "unknown"]), lengths), max_size=40)
"""What a promise says from minute to minute, and for how many."""
HOUR = 60


def lived(promises: list[list[str]]) -> list[Event]:
    """All that is recorded where each promise says one word a minute; the first feeds the others."""
    events, state = list[Event](), EMPTY
    for at, said in enumerate(zip(*promises, strict=True)):
        found = [
            says(p, word, of=PRODUCTS[: min(n, 1)]) for n, (p, word) in enumerate(zip(PRODUCTS, said, strict=False))
        ]
        new = decide(state, found, minute(at))
        events, state = events + new, fold(new, state)
    return events


def heard(events: list[Event]) -> list[Kind]:
    return [event.kind for event in events if event.kind in TOLD]


def words_of(story: list[tuple[str, int]], minutes: int) -> list[str]:
    return ([word for word, count in story for _ in range(count)] + ["good"] * minutes)[:minutes]


@given(runs)
@example([("page", 2), ("good", 2)] * 15)
@example([(word, n) for wait in (2, 6, 11, 21) for word, n in (("page", 2), ("good", wait))])
def test_in_its_first_hour_a_promise_calls_five_times_at_most(story: list[tuple[str, int]]) -> None:
    """To call a sixth time it must have left four times, after 5, 10, 20 and 30 good minutes; a new incident is half an
    hour away."""
    told = heard(lived([words_of(story, HOUR)]))
    assert len([kind for kind in told if kind in (Kind.OPENED, Kind.REOPENED)]) <= 5
    assert len([kind for kind in told if kind is not Kind.ESCALATED]) <= 9


@given(st.lists(st.tuples(st.integers(1, 29), st.integers(2, 40)), min_size=100, max_size=120))
def test_what_is_never_good_for_half_an_hour_is_told_nine_times_however_long_the_night(
    flaps: list[tuple[int, int]],
) -> None:
    """It is one incident, which is opened once, reopened four times, and then stays open."""
    said = [word for good, bad in flaps for word in ["page"] * bad + ["good"] * good]
    events = lived([said])
    assert len(fold(events).incidents) == 1
    assert len(heard(events)) <= 9


@given(st.lists(runs, min_size=2, max_size=3))
def test_however_often_an_incident_was_reopened_it_closes_when_all_is_good_for_the_grace_time(
    stories: list[list[tuple[str, int]]],
) -> None:
    events = lived([words_of(story, 2 * HOUR) for story in stories])
    good = [says(product, "good") for product in PRODUCTS]
    for at in (2 * HOUR, 2 * HOUR + 30):
        events += decide(fold(events), good, minute(at))
        assert decide(fold(events), good, minute(at)) == []
    assert fold(events).open == []


@given(runs)
def test_the_time_of_restoring_is_the_first_good_tick_whatever_the_patience(story: list[tuple[str, int]]) -> None:
    said = words_of(story, 3 * HOUR)
    for event in (e for e in lived([said]) if e.kind is Kind.CLOSED):
        assert event.since is not None
        first, last = ((at - minute(0)) // timedelta(minutes=1) for at in (event.since, event.at))
        before = [word for word in said[:first] if word != "unknown"]
        assert set(said[first : last + 1]) <= {"good", "unknown"}
        assert (said[first], said[last]) == ("good", "good")
        assert before[-1] in ("page", "ticket")


@given(st.integers(0, 100_000), st.timedeltas(timedelta(), timedelta(days=1)))
def test_patience_grows_and_never_outlasts_the_grace_time(reopened: int, grace: timedelta) -> None:
    assert timedelta() <= patience(reopened, grace) <= patience(reopened + 1, grace) <= grace
