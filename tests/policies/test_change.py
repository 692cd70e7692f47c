"""What a change breaks: a promise is looser, tighter or the same; nothing changed is nothing broken."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.manifest.finding import Finding, Level
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.manifest.product import Accuracy, Completeness, Freshness, Slo
from mesh_platform.policies.book import BOOK
from mesh_platform.policies.govern import govern
from mesh_platform.policies.since import caused

TODAY = date(2026, 11, 23)
ID = "sales.orders"
LOOSER, TIGHTER = "SLO015", "SLO016"
MINUTES = st.integers(1, 120)
PERCENT = st.integers(950, 999).map(lambda tenths: tenths / 10)


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Mesh:
    root = tmp_path_factory.mktemp("base") / "root"
    return gather(shutil.copytree(Path(__file__).parent / "base", root))


def promising(mesh: Mesh, slo: Slo, version: str = "1.1.0") -> Mesh:
    product = mesh.products[ID]
    spec = product.manifest.spec.model_copy(update={"slo": slo, "schema_version": version})
    made = replace(product, manifest=product.manifest.model_copy(update={"spec": spec}))
    return replace(mesh, products={**mesh.products, ID: made})


@st.composite
def slos(draw: st.DrawFn) -> Slo:
    freshness = Freshness(target_minutes=draw(MINUTES), warn_minutes=200, error_minutes=draw(st.integers(200, 400)))
    completeness = Completeness(
        target_percent=draw(PERCENT),
        warn_percent=95.0,
        error_percent=draw(PERCENT),
        expected=draw(st.sampled_from(["e", None])),
    )
    return Slo(freshness=freshness, completeness=completeness, objective_percent=draw(PERCENT))


def changes(before: Mesh, after: Mesh, code: str) -> set[str]:
    return {f.key for f in govern(after, TODAY, before=before) if f.code == code}


@settings(deadline=None)
@given(was=slos(), now=slos())
def test_looser_one_way_is_tighter_the_other_and_never_both(mesh: Mesh, was: Slo, now: Slo) -> None:
    before, after = promising(mesh, was), promising(mesh, now)
    looser, tighter = changes(before, after, LOOSER), changes(before, after, TIGHTER)
    assert looser == changes(after, before, TIGHTER)
    assert tighter == changes(after, before, LOOSER)
    assert not looser & tighter
    assert bool(looser | tighter) == (_numbers(was) != _numbers(now))


def _numbers(slo: Slo) -> tuple[object, ...]:
    f, c = slo.freshness, slo.completeness
    return f.target_minutes, f.error_minutes, c.target_percent, c.error_percent, c.expected, slo.objective_percent


@settings(deadline=None)
@given(was=slos(), now=slos(), version=st.sampled_from(["2.0.0", "3.0.0-rc.1", "3.1.4"]))
def test_under_a_greater_major_any_promise_may_be_made(mesh: Mesh, was: Slo, now: Slo, version: str) -> None:
    before, after = promising(mesh, was), promising(mesh, now, version)
    assert not changes(before, after, LOOSER) | changes(before, after, TIGHTER)


LOOSE = Slo(
    freshness=Freshness(target_minutes=100, warn_minutes=100, error_minutes=100),
    completeness=Completeness(target_percent=99.0, warn_percent=99.0, error_percent=99.0),
)
TIGHT = LOOSE.model_copy(update={"objective_percent": 99.9})


@pytest.mark.parametrize(
    ("was", "now", "allowed"),
    [
        ("1.1.0", "2.0.0", True),
        ("1.1.0", "2.0.0-rc.1", False),  # nobody is bound by it, and the readers of 1.1.0 read on
        ("2.0.0-rc.1", "2.0.0-rc.2", False),
        ("2.0.0-rc.1", "2.0.0", True),
        ("2.0.0-rc.1", "1.2.0", False),
        ("2.0.0", "2.1.0-rc.1", False),
        ("2.1.0-rc.1", "2.1.0", False),
        ("2.1.0-rc.1", "3.0.0", True),
        ("2.0.1-rc.1", "2.0.1", False),
    ],
)
def test_a_prerelease_is_no_step_yet(mesh: Mesh, was: str, now: str, allowed: bool) -> None:
    before, after = promising(mesh, TIGHT, was), promising(mesh, LOOSE, now)
    assert changes(before, after, LOOSER) == (set() if allowed else {"spec.slo.objective_percent"})


def accurate(validated_by: str, run_frequency: str) -> Slo:
    return LOOSE.model_copy(update={"accuracy": Accuracy(validated_by=validated_by, run_frequency=run_frequency)})


TESTS = "dbt test --select orders"


@pytest.mark.parametrize(
    ("was", "now", "key"),
    [
        ((TESTS, "every 1 hour"), (TESTS, "every 2 hours"), "run_frequency"),
        ((TESTS, "every 1 hour"), (TESTS, "0 6 * * *"), "run_frequency"),
        ((TESTS, "0 * * * *"), (TESTS, "0 6 * * *"), "run_frequency"),
        ((TESTS, "0 6 * * *"), (TESTS, "now and then"), "run_frequency"),
        ((TESTS, "0 6 * * *"), (TESTS, "every 1 day"), None),
        ((TESTS, "every 1 hour"), ("dbt test --select other", "every 1 hour"), "validated_by"),
        ((TESTS, "every 1 hour"), ("dbt test -s orders+", "every 1 hour"), None),
    ],
)
def test_a_product_that_is_tested_less_is_promised_less(
    mesh: Mesh, was: tuple[str, str], now: tuple[str, str], key: str | None
) -> None:
    before, after = promising(mesh, accurate(*was)), promising(mesh, accurate(*now))
    assert changes(before, after, LOOSER) == ({f"spec.slo.accuracy.{key}"} if key else set())
    assert changes(after, before, TIGHTER) == ({f"spec.slo.accuracy.{key}"} if key else set())


def measured(mesh: Mesh, version: str = "1.1.0", event_time: str | None = None, **completeness: str | None) -> Mesh:
    slo = mesh.products[ID].manifest.slo
    freshness = slo.freshness.model_copy(update={"event_time": event_time})
    complete = slo.completeness.model_copy(update=completeness)
    return promising(mesh, slo.model_copy(update={"freshness": freshness, "completeness": complete}), version)


def test_another_event_time_is_another_promise_and_the_same_one_named_is_not(mesh: Mesh) -> None:
    file = mesh.products[ID].schemas["1.1.0"]
    (line,) = [line for line in file.text.split("\n") if "placed_at" in line]
    other = file.text.replace(line, f"{line.replace('placed_at', 'loaded_at')}\n{line}")
    product = replace(mesh.products[ID], schemas={**mesh.products[ID].schemas, "1.1.0": replace(file, text=other)})
    two = replace(mesh, products={**mesh.products, ID: product})
    assert changes(mesh, measured(mesh, event_time="placed_at"), "SLO017") == set()
    before = measured(two, event_time="placed_at")
    assert changes(before, measured(two, event_time="loaded_at"), "SLO017") == {"spec.slo.freshness.event_time"}
    assert changes(before, measured(two, "2.0.0", event_time="loaded_at"), "SLO017") == set()


def test_other_events_that_must_exist_are_another_promise_and_another_name_is_not(mesh: Mesh) -> None:
    project = mesh.dbt["sales"]
    query = project.queries["expected_orders"]
    queries = {**project.queries, "renamed": query, "fewer": replace(query, text=f"{query.text} limit 1")}
    more = replace(mesh, dbt={**mesh.dbt, "sales": replace(project, queries=queries)})
    assert changes(mesh, measured(more, expected="renamed"), "SLO017") == set()
    assert changes(mesh, measured(more, expected="fewer"), "SLO017") == {"spec.slo.completeness.expected"}
    assert changes(mesh, measured(more, expected="unreadable"), "SLO017") == {"spec.slo.completeness.expected"}


def test_nothing_changed_breaks_nothing(mesh: Mesh) -> None:
    assert govern(mesh, TODAY, before=mesh) == govern(mesh, TODAY)


def test_a_product_that_comes_new_breaks_no_promise(mesh: Mesh) -> None:
    others: dict[str, Product] = {i: p for i, p in mesh.products.items() if i != ID}
    found = govern(mesh, TODAY, before=replace(mesh, products=others))
    assert not [f for f in found if BOOK[f.code].of_changes]


FINDINGS = st.lists(
    st.builds(
        Finding,
        path=st.sampled_from(["a", "b"]),
        line=st.integers(1, 3),
        column=st.just(1),
        code=st.sampled_from(["SLO001", "OWN001"]),
        level=st.sampled_from(Level),
        message=st.sampled_from(["m", "n"]),
        fix=st.just("f"),
    ),
    max_size=8,
)


@given(before=FINDINGS, after=FINDINGS)
def test_a_change_is_to_blame_for_what_it_adds_and_for_no_line_that_moved(
    before: list[Finding], after: list[Finding]
) -> None:
    assert caused(before, before, frozenset()) == ()
    assert caused([replace(f, line=f.line + 7) for f in before], before, frozenset()) == ()
    assert caused(after, [], frozenset()) == tuple(after)
    assert caused([*before, *after], before, frozenset({"a", "b"})) == (*before, *after)
    assert len(caused([*before, *after], before, frozenset())) == len(after)
