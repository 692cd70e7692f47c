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
from mesh_platform.manifest.product import Completeness, Freshness, Slo
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
@given(was=slos(), now=slos(), version=st.sampled_from(["2.0.0", "2.0.0-rc.1", "3.1.4"]))
def test_under_a_greater_major_any_promise_may_be_made(mesh: Mesh, was: Slo, now: Slo, version: str) -> None:
    before, after = promising(mesh, was), promising(mesh, now, version)
    assert not changes(before, after, LOOSER) | changes(before, after, TIGHTER)


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
