"""The longest wait between two ticks of a cron expression, told without waiting, and as a calendar would."""

from datetime import UTC, datetime, timedelta

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.manifest.cadence import cron_problem
from mesh_platform.manifest.cron_gap import longest_gap

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("cron", "gap"),
    [
        ("* * * * *", MINUTE),
        ("*/15 * * * *", 15 * MINUTE),
        ("*/25 * * * *", 25 * MINUTE),
        ("0 * * * *", HOUR),
        ("0 6 * * *", DAY),
        ("0 6,18 * * *", 12 * HOUR),
        ("*/15 6-22 * * *", 7 * HOUR + 15 * MINUTE),
        ("*/5 * * * mon-fri", 2 * DAY + 5 * MINUTE),
        ("0 6 * * 7", 7 * DAY),
        ("0 0 1 * *", 31 * DAY),
        ("0 0 1,15 * mon", 7 * DAY),
        ("0 0 29 2 *", 1461 * DAY),
    ],
)
def test_the_longest_gap(cron: str, gap: timedelta) -> None:
    assert longest_gap(cron) == gap


def field(least: int, most: int) -> st.SearchStrategy[str]:
    number = st.integers(least, most)
    span = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    return st.one_of(st.just("*"), number.map(str), span, st.integers(1, most).map(lambda n: f"*/{n}"))


@settings(max_examples=60, deadline=None)
@given(st.tuples(field(0, 59), field(0, 23), st.just("*"), st.just("*"), field(0, 6)).map(" ".join))
def test_no_two_ticks_are_further_apart_than_that(cron: str) -> None:
    assert cron_problem(cron) is None
    gap = longest_gap(cron)
    ticks = croniter(cron, datetime(2026, 1, 1, tzinfo=UTC))
    last = ticks.get_next(datetime)
    for _ in range(300):
        now = ticks.get_next(datetime)
        assert gap is not None
        assert now - last <= gap
        last = now
