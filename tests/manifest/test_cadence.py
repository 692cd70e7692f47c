"""How often: one reader for what a manifest says, strict, and total in what follows from it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.manifest.cadence import cadence_problem, cron_problem, every, next_due


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("every 1 hour", 60),
        ("every 15 minutes", 15),
        ("every 1 minute", 1),
        ("every 525600 minutes", 525_600),
        ("every 365 days", 525_600),
        ("Every 2  days", 2880),
        (" every 3 hours ", 180),
    ],
)
def test_every_so_often_is_a_number_of_minutes(text: str, minutes: int) -> None:
    assert every(text) == minutes


@pytest.mark.parametrize(
    "text",
    [
        "every hour",
        "hourly",
        "every 0 hours",
        "every 1.5 hours",
        "every 1 week",
        "1 hour",
        "every 99999999 days",
        "every 366 days",
        "every 99999 days",
        "every 8761 hours",
        "every ٣ days",
        f"every {'9' * 5000} days",
        "every 007 hours",
        "",
    ],
)
def test_prose_is_no_cadence(text: str) -> None:
    assert every(text) is None


@pytest.mark.parametrize(
    "cron",
    ["* * * * *", "*/5 * * * *", "0 6 * * *", "0 6 * * mon-fri", "0,30 8-18/2 1,15 * *", "59 23 31 12 7", "0 0 29 2 *",
     "0 0 29 FEB *", "0 0 31 1,2 *", "0 0 31 2 1", "0  6  *  *  *", "0 0 1 jan,jul *"],
)  # fmt: skip
def test_a_cron_expression_that_comes_round_is_fine(cron: str) -> None:
    assert cron_problem(cron) is None


@pytest.mark.parametrize(
    ("cron", "why"),
    [
        ("0 6 * *", "5 fields"),
        ("0 0 6 * * *", "5 fields"),
        ("@daily", "5 fields"),
        ("", "5 fields"),
        ("60 * * * *", "`60` is no minute"),
        ("* 24 * * *", "`24` is no hour"),
        ("* * 0 * *", "`0` is no day of the month"),
        ("* * * 13 *", "`13` is no month"),
        ("* * * * 8", "`8` is no day of the week"),
        ("* * * * foo", "`foo` is no day"),
        ("*/0 * * * *", "step `0`"),
        ("*/x * * * *", "step `x`"),
        ("*/ * * * *", "step ``"),
        ("5/2 * * * *", "needs a range"),
        ("30-10 * * * *", "runs backwards"),
        ("1,,2 * * * *", "`` is no minute"),
        ("-1 * * * *", "is no minute"),
        ("0 0 30 2 *", "never comes"),
        ("0 0 31 4,6 *", "never comes"),
        ("٣ * * * *", "is no minute"),
        ("1-2-3 * * * *", "is no minute"),
        ("*/99999999999999999999 * * * *", "step"),
    ],
)
def test_what_is_none_says_why(cron: str, why: str) -> None:
    assert why in str(cron_problem(cron))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("every 99999999999 days", "a whole number from `1` to `365`"),
        (f"every {'9' * 5000} minutes", "from `1` to `525600`"),
        ("every 0 hours", "from `1` to `8760`"),
        ("every hour", "after `every` come a number and"),
        ("every 1 week", "after `every` come a number and"),
        ("hourly", "a cron expression has 5 fields, this one has `1`"),
        ("60 * * * *", "`60` is no minute"),
    ],
)
def test_what_is_no_cadence_says_what_is_wrong_with_it(text: str, why: str) -> None:
    assert why in str(cadence_problem(text))


SUNDAY = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("every 15 minutes", SUNDAY + timedelta(minutes=15)),
        ("0 6 * * *", datetime(2026, 11, 23, 6, tzinfo=UTC)),
        ("0 6 * * mon-fri", datetime(2026, 11, 23, 6, tzinfo=UTC)),
        ("30 7 * * *", datetime(2026, 11, 23, 7, 30, tzinfo=UTC)),
        ("*/20 * * * *", datetime(2026, 11, 22, 7, 40, tzinfo=UTC)),
        ("0 0 1 * *", datetime(2026, 12, 1, tzinfo=UTC)),
        ("0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0 0 1 * mon", datetime(2026, 11, 23, tzinfo=UTC)),
        ("hourly, more or less", SUNDAY + timedelta(hours=1)),
        ("every 99999999999 days", SUNDAY + timedelta(hours=1)),
    ],
)
def test_what_is_due_next_is_what_is_written(text: str, due: datetime) -> None:
    assert next_due(text, SUNDAY) == due


def field(least: int, most: int) -> st.SearchStrategy[str]:
    number = st.integers(least, most)
    span = st.tuples(number, number).map(lambda p: f"{min(p)}-{max(p)}")
    step = st.integers(1, most)
    return st.one_of(
        st.just("*"),
        st.builds("*/{}".format, step),
        st.builds("{}/{}".format, span, step),
        st.lists(st.one_of(number.map(str), span), min_size=1, max_size=3).map(",".join),
    )


CRONS = st.tuples(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7)).map(" ".join)
ANYTHING = st.one_of(
    CRONS, st.text(), st.builds("every {} {}s".format, st.integers(), st.sampled_from(["hour", "day"]))
)


@pytest.mark.parametrize("text", ["0 6 * * *", "every 365 days", "hourly", "0 0 30,31 2 *"])
def test_after_the_end_of_the_calendar_nothing_is_due(text: str) -> None:
    last = datetime.max.replace(tzinfo=UTC)
    assert next_due(text, last) == next_due(text, last - timedelta(seconds=1)) == last


@given(ANYTHING, st.datetimes(timezones=st.just(UTC)))
def test_whatever_is_written_something_later_is_due_or_never(text: str, last: datetime) -> None:
    due = next_due(text, last)
    assert due.tzinfo is not None
    assert due > last or due == datetime.max.replace(tzinfo=UTC)


@given(CRONS, st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_what_the_reader_lets_through_the_clock_understands(cron: str, last: datetime) -> None:
    if cron_problem(cron) is None:
        due = next_due(cron, last)
        assert (due.second, due.microsecond) in {(0, 0), (59, 999_999)}
