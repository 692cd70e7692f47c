import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.manifest.scalar import NumberOutOfRange, Scalar, scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("true", True), ("FALSE", False),
        ("0", 0), ("-0", 0), ("+7", 7), ("-12", -12), ("30", 30),
        ("99.5", 99.5), ("-0.5", -0.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("1.5E-2", 0.015),
    ],
)  # fmt: skip
def test_the_few_words_of_yaml_1_2_have_their_values(text: str, value: Scalar) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    ["yes", "no", "on", "off", "y", "0o7", "0x1F", "1_000", "007", "12:30", "190:20:30", "2027-01-31", "2.1.0", "-",
     "+", ".", "1e", "e5", ".inf", ".nan", "-.inf", "True!", "nulls", "1,000", "٣"],
)  # fmt: skip
def test_everything_else_stays_text(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize("text", ["9" * 19, "-" + "9" * 5000, "1e999", "-1e999"])
def test_a_number_beyond_all_bounds_is_refused(text: str) -> None:
    with pytest.raises(NumberOutOfRange):
        scalar(text)


@given(st.integers(-(10**17), 10**17))
def test_every_whole_number_is_read_back(number: int) -> None:
    assert scalar(str(number)) == number


@given(st.text())
def test_no_text_fails_otherwise(text: str) -> None:
    with contextlib.suppress(NumberOutOfRange):
        scalar(text)
