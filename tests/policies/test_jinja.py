"""Queries rendered without dbt, and templates that would do harm."""

import time
from pathlib import Path

import pytest

from mesh_platform.environment import PROJECT_ROOT
from mesh_platform.policies.sql.jinja import Renderer
from mesh_platform.policies.sql.sandbox import Unrendered

PLATFORM = [f.read_text() for f in sorted((PROJECT_ROOT / "dbt_projects" / "platform" / "macros").rglob("*.sql"))]


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    made = Renderer(PLATFORM, "duckdb")
    made.project(
        "sales", ["{% macro loud(x) %}{{ shout(x) }}{% endmacro %}", "{% macro shout(x) %}upper({{ x }}){% endmacro %}"]
    )
    return made


def test_relations_tell_what_they_are(renderer: Renderer) -> None:
    text = "from {{ ref('a') }}, {{ ref('other', 'b') }}, {{ source('s', 't') }}, {{ this }}"
    assert renderer.render(text, "m", sources={("s", "t"): ("crm", "people")}) == (
        'from "mesh:model"."sales"."a", "mesh:model"."other"."b", "mesh:source"."crm"."people", "mesh:this"."sales"."m"'
    )


def test_a_projects_own_macros_call_each_other(renderer: Renderer) -> None:
    assert renderer.render("{{ loud('c') }} {{ sales.shout('d') }}", "m") == "upper(c) upper(d)"


def test_the_platforms_macros_are_dispatched(renderer: Renderer) -> None:
    assert "at time zone 'UTC'" in renderer.render("{{ platform.utc_day('t') }}", "m")
    assert '"a"' in renderer.render("{{ platform.contract_columns() }}", "m", ["a", "b"])


def test_well_known_packages_stand_as_functions_of_what_they_are_given(renderer: Renderer) -> None:
    text = "{{ dbt_utils.generate_surrogate_key(['a', 'b.c']) }} {{ dbt.safe_cast('d', dbt.type_string()) }}"
    assert renderer.render(text, "m") == "generate_surrogate_key(a, b.c) safe_cast(d, type_string())"


def test_an_incremental_build_is_another_text(renderer: Renderer) -> None:
    text = "{% if is_incremental() %}new{% else %}all{% endif %}"
    assert [renderer.render(text, "m", incremental=i) for i in (False, True)] == ["all", "new"]


def test_every_model_of_the_project_renders() -> None:
    made = Renderer(PLATFORM, "duckdb")
    for file in sorted((PROJECT_ROOT / "dbt_projects").glob("*/models/**/*.sql")):
        made.project(file.relative_to(PROJECT_ROOT / "dbt_projects").parts[0], [])
        assert "{{" not in made.render(Path(file).read_text(), file.stem, ["a"])


@pytest.mark.parametrize(
    "text",
    [
        "{{ nothing_like_this() }}",
        "{{ dbt_utils.star(ref('x')) }}",
        "{{ nothing }}{{ nothing.at_all }}",
        "{% if %}",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% for i in range(10**9) %}{% endfor %}",
        "{{ 'x' * 10**9 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 'a'.center(10**9) }}",
        "{{ 'a'|center(1000000000) }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% set l = [1] %}{% for i in range(50) %}{% do l.extend(l) %}{% endfor %}",
        "{% set n = namespace(s='x') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set n = namespace(s='x') %}{% for i in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s='x') %}{% for i in range(60) %}{% set n.s = n.s.replace('x', 'xx') %}{% endfor %}",
        "{% set n = namespace(s='x') %}{% for i in range(60) %}{% set n.s = n.s|replace('x', 'xx') %}{% endfor %}",
        "{% include '/etc/hosts' %}",
        "{{ platform.no_such_macro() }}",
        "{{ ref() }}",
        "{{ exceptions.raise_compiler_error('no') }}",
    ],
)
def test_what_cannot_or_must_not_be_rendered_is_said_in_time(renderer: Renderer, text: str) -> None:
    started = time.process_time()
    try:
        assert len(renderer.render(text, "m")) < 1_000
    except Unrendered as problem:
        assert str(problem)
    assert time.process_time() - started < 5
