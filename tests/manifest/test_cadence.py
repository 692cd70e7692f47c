import pytest

from mesh_platform.manifest.cadence import cron_problem, every


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("every 1 hour", 60),
        ("every 15 minutes", 15),
        ("every 1 minute", 1),
        ("Every 2  days", 2880),
        (" every 3 hours ", 180),
    ],
)
def test_every_so_often_is_a_number_of_minutes(text: str, minutes: int) -> None:
    assert every(text) == minutes


@pytest.mark.parametrize(
    "text",
    ["every hour", "hourly", "every 0 hours", "every 1.5 hours", "every 1 week", "1 hour", "every 99999999 days", ""],
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
