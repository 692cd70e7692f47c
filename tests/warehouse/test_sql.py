"""The platform's own words of SQL."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.warehouse.duckdb import open_duckdb
from mesh_platform.warehouse.protocol import QueryRejected
from mesh_platform.warehouse.sql import bound

MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(timezone(timedelta(hours=5)))
)
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.text(st.characters(exclude_characters="\0", codec="utf-8"))
    | MOMENTS
)


@given(values=st.lists(PLAIN, max_size=4))
def test_a_value_in_the_text_is_the_value_that_the_engine_would_be_given(values: list[Any]) -> None:
    marks = "".join(", ?" for _ in values)
    told = bound(f"""select 'is it ''?''' as "why?", '$ -- e' as "/*"{marks}""", values)
    assert told is not None
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        assert connection.execute(told).fetchall() == [("is it '?'", "$ -- e", *values)]


def test_a_value_that_has_no_plain_text_is_left_to_the_engine() -> None:
    for value in (b"\x00", "a\0b", datetime(2026, 11, 23), 1.5, [1], {"a": 1}):
        assert bound("select ?", [value]) is None
    assert bound("select ?", [datetime(2026, 11, 23, tzinfo=UTC)]) == "select '2026-11-23T00:00:00+00:00'::timestamptz"


@pytest.mark.parametrize(
    "statement",
    [
        "select 1 -- is it ?\n, ?",
        "select /* why? */ ?",
        "select $$?$$, ?",
        "select $tag$ ' ? $tag$, ?",
        r"select e'\'?', ?",
        r"select E'it\'s ?', ?",
    ],
)
def test_what_may_hide_a_mark_or_an_end_of_a_text_is_left_to_the_engine(statement: str) -> None:
    assert bound(statement, ["x"]) is None
    with duckdb.connect() as connection:
        assert connection.execute(statement, ["x"]).fetchall()[0][-1] == "x"


@pytest.mark.parametrize("values", [[], [1], [1, 2, 3]])
def test_as_many_values_as_marks_or_the_engine_says_what_is_wrong(values: list[int]) -> None:
    assert bound("select ?, '?', ?", values) is None
    with open_duckdb(Path(":memory:")) as warehouse, pytest.raises(QueryRejected):
        warehouse.query("select ?, '?', ?", values)


def test_a_number_or_a_text_that_is_no_literal_is_left_to_the_engine() -> None:
    for value in (2**63, -(2**63), 2**200, "\udcff"):
        assert bound("select ?", [value]) is None
    for value in (2**63 - 1, -(2**63) + 1):
        assert bound("select ?", [value]) == f"select ({value})"


def test_no_data_frames_are_imported_to_bind_a_value(tmp_path: Path) -> None:
    import subprocess
    import sys

    script = (
        "import sys; from pathlib import Path; from mesh_platform.warehouse.duckdb import open_duckdb\n"
        f"with open_duckdb(Path({str(tmp_path / 'w.duckdb')!r})) as w: w.query('select ?', ['x'])\n"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
