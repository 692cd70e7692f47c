"""When a budget that is being spent calls somebody, and when it must not."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.slo.burn import BURN_SPANS, FEWEST, SPANS, Budget, Tally, alerts, enough, said_span
from mesh_platform.slo.measurement import Severity

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAGE, TICKET = Severity.PAGE, Severity.TICKET


def budget(bad: dict[timedelta, float], rate: float = 1000, objective: float = 0.99, days: int = 28) -> Budget:
    """`rate` events an hour, steadily; `bad`: so long ago → how many broke the promise then."""

    def tally(span: timedelta) -> Tally:
        wrong = round(sum(count for ago, count in bad.items() if ago <= span))
        total = max(round(rate * (span / HOUR)), wrong)
        return Tally(total - wrong, total)

    window = timedelta(days=days)
    return Budget(objective, window, tally(window), window, {span: tally(span) for span in SPANS})


def outage(lasting: timedelta, rate: float = 1000) -> dict[timedelta, float]:
    """For so long every event has broken the promise, up to now."""
    ends = [span for span in SPANS if span < lasting] + [lasting]
    begins = [timedelta(), *ends]
    return {end: rate * ((end - begin) / HOUR) for begin, end in zip(begins, ends, strict=False)}


# 1,000 events an hour at 99 %: 6,720 of 672,000 may go wrong in 28 days; 2 % of them is 134.4, 5 % is 336, 10 % is 672
@pytest.mark.parametrize(
    ("bad", "severities"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({5 * MINUTE: 135}, [PAGE], id="2 % within the hour, and going on"),
        pytest.param({5 * MINUTE: 134}, [], id="just less than 2 %"),
        pytest.param({HOUR: 300}, [], id="2 % within the hour, and over"),
        pytest.param({6 * HOUR: 310, 30 * MINUTE: 30}, [PAGE], id="5 % in six hours, and going on"),
        pytest.param({6 * HOUR: 400}, [], id="5 % in six hours, and over"),
        pytest.param({DAY: 611, 2 * HOUR: 62}, [TICKET], id="10 % in a day, and going on"),
        pytest.param({3 * DAY: 611, 6 * HOUR: 62}, [TICKET], id="10 % in three days, and going on"),
        pytest.param({3 * DAY: 800}, [], id="10 % in three days, and over"),
        pytest.param({2 * HOUR: 500, HOUR: 900}, [], id="a burst is over, and leaves no ticket"),
        pytest.param({DAY: 800, 5 * MINUTE: 800}, [PAGE], id="a burst upon a leak is one call"),
    ],
)
def test_what_calls_whom(bad: dict[timedelta, float], severities: list[Severity]) -> None:
    assert [a.severity for a in alerts(budget(bad))] == severities


# burn is at most 1 / (1 - objective): what would take more of an hour is seen over six, or over three days
@pytest.mark.parametrize(
    ("objective", "lasting", "severities"),
    [
        (0.999, HOUR, [PAGE]),
        (0.93, HOUR, [PAGE]),
        (0.90, HOUR, []),
        (0.90, 6 * HOUR, [PAGE]),
        (0.80, 6 * HOUR, []),
        (0.80, DAY, [TICKET]),
        (0.50, DAY, []),
        (0.50, 3 * DAY, [TICKET]),
        (0.00, 3 * DAY, [TICKET]),
    ],
)
def test_an_outage_is_told_as_soon_as_it_can_cost_enough(
    objective: float, lasting: timedelta, severities: list[Severity]
) -> None:
    assert [a.severity for a in alerts(budget(outage(lasting), objective=objective))] == severities


def test_a_sentence_says_what_broke_and_when_the_rest_is_gone() -> None:
    assert [a.sentence for a in alerts(budget({5 * MINUTE: 672}))] == [
        "672 of 1,000 events of 60 minutes broke the promise, 10.0 % of the 28-day budget;"
        " at this rate the rest of it is gone in 9 hours"
    ]
    assert alerts(budget({5 * MINUTE: 1000, 20 * DAY: 6000}))[0].sentence.endswith("; the budget is spent")


def test_a_young_product_is_judged_by_what_a_full_window_would_hold() -> None:
    """A day of history: 200 bad events are all of a day's budget, and 3 % of the window's."""
    young = replace(budget({5 * MINUTE: 200}), whole=Tally(23_800, 24_000), observed=DAY)
    assert young.allowed == pytest.approx(6720)
    assert young.left == pytest.approx(1 - 200 / 240, abs=0.0001)
    assert [a.severity for a in alerts(young)] == [PAGE]


def test_a_promise_of_everything_has_no_budget_to_burn() -> None:
    perfect = budget({5 * MINUTE: 900}, objective=1.0)
    assert (perfect.left, alerts(perfect)) == (None, ())


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=5), "1 minute"),
        (99 * MINUTE, "99 minutes"),
        (100 * MINUTE, "2 hours"),
        (9 * HOUR, "9 hours"),
        (47 * HOUR, "47 hours"),
        (2 * DAY, "2 days"),
        (5000 * DAY, "5,000 days"),
    ],
)
def test_a_span_is_said_as_people_say_it(span: timedelta, said: str) -> None:
    assert said_span(span) == said


OBJECTIVES = st.floats(0, 0.9999)
RATES = st.floats(0, 1e6)
SPAN_COUNTS = st.fixed_dictionaries({span: st.integers(0, 100_000) for span in SPANS})


@given(objective=OBJECTIVES, rate=RATES, days=st.integers(1, 90), lasting=st.sampled_from([s.long for s in BURN_SPANS]))
def test_a_total_outage_fires_every_span_that_it_can_reach(
    objective: float, rate: float, days: int, lasting: timedelta
) -> None:
    told = budget(outage(lasting, rate), rate, objective, days)
    most = 0.999 * min(told.burn(span.short) for span in BURN_SPANS)
    reached = [
        span
        for span in BURN_SPANS
        if span.long <= lasting and span.long < told.window and told.recent[span.long].bad >= FEWEST
        if most >= enough(told, span)
    ]
    if reached:
        [fired] = alerts(told)
        assert fired.severity in (Severity.PAGE, reached[0].severity), "a faster span that is just reached may speak"


@given(objective=OBJECTIVES, bad=SPAN_COUNTS, rate=RATES, days=st.integers(1, 90))
def test_whatever_fires_has_cost_enough_events_and_is_still_going_on(
    objective: float, bad: dict[timedelta, float], rate: float, days: int
) -> None:
    told = budget(bad, rate, objective, days)
    for alert in alerts(told):
        spans = [s for s in BURN_SPANS if s.severity is alert.severity and told.burn(s.long) == alert.burn]
        assert any(told.recent[s.long].bad >= FEWEST and told.recent[s.short].bad > 0 for s in spans)
        assert any(told.recent[s.long].bad >= s.share * told.allowed * 0.999 for s in spans)


@pytest.mark.parametrize(("days", "late"), [(1, 0.006), (7, 0.003)])
def test_a_promise_that_is_kept_over_a_short_window_calls_nobody(days: int, late: float) -> None:
    def tally(span: timedelta) -> Tally:
        total = round(100_000 * (span / timedelta(days=1)))
        return Tally(total - round(total * late), total)

    window = timedelta(days=days)
    assert alerts(Budget(0.99, window, tally(window), window, {span: tally(span) for span in SPANS})) == ()


def test_what_is_late_every_day_where_little_happens_is_a_ticket() -> None:
    """One event a day, all of them late: no span ever sees five."""
    told = Budget(0.99, timedelta(days=28), Tally(0, 27), timedelta(days=27), {s: Tally(0, s.days) for s in SPANS})
    assert [a.severity for a in alerts(told)] == [Severity.TICKET]
    over = {s: Tally(s.days, s.days) for s in SPANS}
    assert alerts(Budget(0.99, timedelta(days=28), Tally(5, 27), timedelta(days=27), over)) == ()


@given(objective=OBJECTIVES, few=st.integers(0, FEWEST - 1), rate=RATES, days=st.integers(1, 90))
def test_fewer_events_than_the_fewest_call_nobody(objective: float, few: int, rate: float, days: int) -> None:
    assert alerts(budget({5 * MINUTE: few}, rate, objective, days)) == ()


@given(objective=OBJECTIVES, days=st.integers(1, 90), bad=SPAN_COUNTS, rate=RATES)
def test_no_span_as_long_as_the_window_calls_anybody(
    objective: float, days: int, bad: dict[timedelta, float], rate: float
) -> None:
    for alert in alerts(budget(bad, rate, objective, days)):
        length = re.search(r"events of (.+?) broke", alert.sentence)
        assert length
        assert any(said_span(s.long) == length[1] and s.long < timedelta(days=days) for s in BURN_SPANS)


@given(objective=OBJECTIVES, good=st.integers(0, 10**9), bad=st.integers(0, 10**9))
def test_what_is_left_and_what_is_spent_are_the_budget(objective: float, good: int, bad: int) -> None:
    told = replace(budget({}, objective=objective), whole=Tally(good, good + bad))
    if good + bad == 0:
        assert told.left is None
    else:
        spent = bad / ((1 - objective) * (good + bad))
        assert told.left is not None
        assert told.left + spent == pytest.approx(1, rel=1e-9, abs=1e-4)
        assert (told.left < 0) == (round(spent, 4) > 1)


@given(objective=OBJECTIVES, bad=SPAN_COUNTS, rate=RATES)
def test_every_sentence_names_a_span_and_an_end(objective: float, bad: dict[timedelta, float], rate: float) -> None:
    unit = r"[\d,]+ (minute|hour|day)s?"
    for alert in alerts(budget(bad, rate, objective)):
        assert re.fullmatch(
            rf"[\d,]+ of [\d,]+ events of {unit} broke the promise, [\d.]+ % of the 28-day budget;"
            rf" (the budget is spent|at this rate the rest of it is gone in {unit})",
            alert.sentence,
        )


@given(objective=OBJECTIVES, bad=SPAN_COUNTS, rate=RATES)
def test_one_call_is_enough(objective: float, bad: dict[timedelta, float], rate: float) -> None:
    assert len(alerts(budget(bad, rate, objective))) <= 1
