"""A warehouse knows more years than Python: what comes out is always a time, the nearest that Python can hold."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.warehouse.duckdb import DuckDbWarehouse, open_duckdb

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> DuckDbWarehouse:
    with open_duckdb(tmp_path_factory.mktemp("calendar") / "warehouse.duckdb") as opened:
        yield opened  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("30000-01-01 00:00:00+00", LAST),
        ("10000-01-01 00:00:00+00", LAST),
        ("infinity", LAST),
        ("-infinity", FIRST),
        ("0044-03-15 (BC) 00:00:00+00", FIRST),
        ("0001-01-01 00:00:00+00", FIRST),
        ("9999-12-31 23:59:59.999999+00", LAST),
        ("2026-11-23 12:00:00+00", datetime(2026, 11, 23, 12, tzinfo=UTC)),
    ],
)
def test_a_moment_outside_of_the_calendar_is_the_nearest_within(
    engine: DuckDbWarehouse, text: str, nearest: datetime
) -> None:
    assert engine.query("select ?::timestamptz, 1", [text]) == [(nearest, 1)]


@pytest.mark.parametrize("kind", ["timestamp", "timestamp_s", "timestamp_ms"])
def test_a_local_time_and_a_date_are_held_too(engine: DuckDbWarehouse, kind: str) -> None:
    values = engine.query(
        f"select '30000-01-01'::{kind}, '-infinity'::{kind}, '30000-01-01'::date, '0044-03-15 (BC)'::date"
    )
    assert values == [(datetime.max, datetime.min, date.max, date.min)]


def test_no_time_is_no_time(engine: DuckDbWarehouse) -> None:
    assert engine.query("select null::timestamptz, null::timestamp, null::date") == [(None, None, None)]


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=20))
def test_every_moment_the_warehouse_knows_is_a_time_of_python_in_the_same_order(
    engine: DuckDbWarehouse, ticks: list[int]
) -> None:
    rows = engine.query("select make_timestamptz(t) from (select unnest(?::bigint[]) as t) order by t", [ticks])
    moments = [row[0] for row in rows]
    assert moments == sorted(moments)
    for tick, moment in zip(sorted(ticks), moments, strict=True):
        assert moment.tzinfo is not None
        try:
            assert moment == EPOCH + timedelta(microseconds=tick)
        except OverflowError:
            assert moment == (LAST if tick > 0 else FIRST)
