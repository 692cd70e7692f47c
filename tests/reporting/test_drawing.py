"""What is drawn says what was counted."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.reporting.burn_down import HEIGHT, WIDTH, burn_down
from mesh_platform.reporting.past import Count, Stretch, audited, counts
from mesh_platform.reporting.strip import Stood, band, stood, worst_of
from mesh_platform.reporting.words import budget, percent
from mesh_platform.warehouse.duckdb import DuckDbWarehouse

COUNTS = st.integers(0, 50).flatmap(lambda total: st.builds(Count, st.integers(0, total), st.just(total)))
STEPS = st.lists(COUNTS, min_size=1, max_size=40)
OBJECTIVES = st.floats(50, 99.9)


@given(STEPS, OBJECTIVES)
def test_a_budget_only_ever_goes_down_to_what_the_whole_window_leaves(steps: list[Count], objective: float) -> None:
    drawn, total = burn_down(steps, objective), sum(s.total for s in steps)
    if not total:
        assert drawn is None
        return
    assert drawn
    assert list(drawn.left) == sorted(drawn.left, reverse=True)
    bad = sum(s.total - s.good for s in steps)
    assert drawn.left[0] == 1
    assert drawn.left[-1] == pytest.approx(1 - bad / ((1 - objective / 100) * total))


@given(STEPS, OBJECTIVES)
def test_the_line_stays_on_the_paper_and_has_every_bend(steps: list[Count], objective: float) -> None:
    if drawn := burn_down(steps, objective):
        points = [tuple(map(float, p.split())) for p in drawn.line.removeprefix("M").split("L")]
        assert (points[0][0], points[-1][0]) == (0, WIDTH)
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
        assert len({round(share, 12) for share in drawn.left}) <= len(points)


def test_an_objective_without_a_budget_draws_nothing() -> None:
    assert burn_down([Count(1, 2)], 100.0) is None


@given(st.lists(st.sampled_from(Stood), max_size=60))
def test_a_band_has_each_step_once_and_no_stretch_beside_its_like(steps: list[Stood]) -> None:
    told: dict[int, str] = {}
    for word, path in band(steps):
        for start, length in re.findall(r"M(\d+) 0h(\d+)v1h-\d+z", path):
            for n in range(int(start), int(start) + int(length)):
                assert n not in told
                told[n] = word
    assert [told[n] for n in sorted(told)] == [s.value for s in steps]


def test_how_a_step_stood() -> None:
    steps = [Count(), Count(10, 10), Count(199, 200), Count(9, 10), Count(0, 9)]
    assert stood(steps, 4, 99.0) == (Stood.EMPTY, Stood.KEPT, Stood.SOME, Stood.BROKEN, Stood.PENDING)
    assert worst_of([]) == ()
    assert worst_of([(Stood.KEPT, Stood.EMPTY), (Stood.SOME, Stood.KEPT)]) == (Stood.SOME, Stood.KEPT)


def test_a_stretch_counts_each_bucket_in_its_step(warehouse: DuckDbWarehouse) -> None:
    since = datetime(2026, 11, 23, tzinfo=UTC)
    hour, minutes = timedelta(hours=1), timedelta(minutes=5)
    stretch = Stretch("a.b'c", "latency", since, since + 3 * hour - minutes, hour)
    assert counts(warehouse, [stretch]) == {("a.b'c", "latency"): [Count()] * 3}, "no tick has counted yet"
    warehouse.execute("create schema mesh_slo")
    warehouse.execute(
        "create table mesh_slo.measurements as select 'a.b''c' as product, 'latency' as sli, b as bucket,"
        " 2::bigint as good, 3::bigint as total from generate_series(timestamptz '2026-11-22 23:00:00+00',"
        " timestamptz '2026-11-23 04:00:00+00', interval 5 minute) g(b)"
    )
    assert counts(warehouse, [stretch]) == {("a.b'c", "latency"): [Count(24, 36), Count(24, 36), Count(22, 33)]}
    assert counts(warehouse, []) == {}
    assert audited(warehouse, since) == {}


@pytest.mark.parametrize(
    ("left", "said"),
    [(1.0, "100 %"), (0.999, "99 %"), (0.29, "29 %"), (0.0, "0 %"), (-0.5, "spent"), (-3, "spent 4 times over")],
)
def test_what_is_left_is_never_rounded_up(left: float, said: str) -> None:
    assert budget(left) == said
    assert percent(99.996) == "99.99 %"
    assert percent(100.0) == "100.00 %"
