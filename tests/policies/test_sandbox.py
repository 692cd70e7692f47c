"""Templates made to hang or to fill the memory: each is answered in bounded work and time."""

import resource

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.policies.sql.jinja import Renderer
from mesh_platform.policies.sql.sandbox import Unrendered

LONG = "{% set n = namespace(v='aaaaaaaaaa') %}{% for i in range(13) %}{% set n.v = n.v ~ n.v %}{% endfor %}"
LIST = "{% set l = range(9999)|list %}"
PAIRS = "{% set n = namespace(v=[1]) %}{% for i in range(60) %}{% set n.v = [n.v, n.v] %}{% endfor %}"
HOSTILE = [
    "{{ lipsum(n=1, min=3000000, max=3000001) }}",
    "{{ [1]|slice(500000000)|list|length }}",
    "{{ [1]|batch(200000000, 'x')|list|length }}",
    "{{ 'a'.encode().ljust(1000000000)|length }}",
    "{{ (1).to_bytes(1000000000, 'big')|length }}",
    "{{ 1.5|round(1000000000, 'ceil') }}",
    "{{ 'a'.translate({97: 'b'}) }}",
    "{{ run_started_at.strftime('%1000000000Y') * 9 }}",
    "{{ namespace.__init__ }}",
    "{{ range.mro() }}",
    "{{ 999999 ** 999999 }}",
    "{% for a in range(9000) %}{% for b in range(99999) if false %}{% endfor %}{% endfor %}",
    "{% for a in [1] recursive %}{{ loop(range(99999)) }}{% endfor %}",
    "{% macro mesh_step() %}{% endmacro %}{% for a in range(999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
    "{% set x %}{% for i in range(99999) %}" + "x" * 50_000 + "{% endfor %}{% endset %}{{ x|length }}",
    *[LONG + "{% for i in range(99000) %}{% set b = " + b + " %}{% endfor %}" for b in (
        "n.v ~ 'x'", "n.v.title()", "n.v.upper()", "n.v|urlize", "n.v|title", "n.v == n.v ~ 'x'", "n.v[1:]",
        "n.v is lower",
    )],
    LONG + "{% set l = [] %}{% for i in range(9000) %}{% do l.append(n.v[1:]) %}{% endfor %}",
    LONG + "{% set l = [" + "n.v[1:], " * 20_000 + "] %}",
    LONG + "{{ ','.join([" + "n.v, " * 20_000 + "])|length }}",
    LONG + "{{ [" + "n.v, " * 20_000 + "]|map('upper')|list|length }}",
    *[LIST + "{% for i in range(99000) %}{% set b = " + b + " %}{% endfor %}" for b in (
        "l|sort", "l|tojson", "(-1 in l)", "l|unique|list", "l[:]", "l.copy()", "l.index(9998)", "l|map('string')|list",
    )],
    *[PAIRS + text for text in ("{{ n.v }}", "{{ n.v|string }}", "{{ n.v == [n.v] }}", "{{ 'a' ~ n.v }}",
                                "{{ n.v in [n.v] }}", "{{ {(n.v,): 1} }}", "{{ n.v|tojson }}", "{{ {}[n.v] }}")],
    "{% set l = [1] %}{% do l.append(l) %}{{ l }}{{ l == [l] }}",
]  # fmt: skip


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    made = Renderer([], "duckdb")
    made.project("sales", [])
    return made


@pytest.fixture(autouse=True)
def within_two_gibibytes() -> None:
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 << 20


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_it_is_refused(renderer: Renderer, text: str) -> None:
    with pytest.raises(Unrendered):
        renderer.render(text, "m")
    assert renderer.render("{{ 1 + 1 }}", "m") == "2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ ['a', 'b'] | map('upper') | join(', ') }}", "A, B"),
        ("{{ 'a_b'.split('_')[1].upper().strip().replace('B', 'c') }}", "c"),
        ("{% for k, v in {'a': 1}.items() %}{{ loop.index ~ k ~ v }}{{ ',' if not loop.last }}{% endfor %}", "1a1"),
        ("{% set l = [] %}{% do l.append('x') %}{% do l.extend(['y']) %}{{ l | join('-') }}", "x-y"),
        ("{% for i in range(3) if i is odd %}{{ i }}{% endfor %}", "1"),
        ("{{ var('days', 9000000) | int }}", "9000000"),
        ("{{ {'a': {'b': 2}}.get('a')['b'] }}{{ dict(a=1)['a'] }}", "21"),
        ("{{ run_started_at.strftime('%Y-%m') }}", "2000-01"),
        ("{{ 'x' if 'a' in ['a'] and 1 < 2 else 'y' }}", "x"),
        ("{{ ref('a').include(database=false).identifier }}{{ this.schema }}", "asales_internal"),
        ("{% set n = namespace(found=false) %}{% set n.found = true %}{{ n.found }}", "True"),
        ("{% set comma = joiner(',') %}{% for i in [1, 2] %}{{ comma() }}{{ i }}{% endfor %}", "1,2"),
        ("{{ 'abc'[:2] }}{{ [3, 1]|sort|first }}{{ 7 // 2 }}{{ 2 ** 3 }}", "ab138"),
        ("{% for i in range(500) %}{% for j in range(50) %}{% endfor %}{% endfor %}", ""),
        ("{% set l = [] %}{% for i in range(2000) %}{% do l.append('name_' ~ i) %}{% endfor %}{{ l|length }}", "2000"),
    ],
)  # fmt: skip
def test_what_models_use_is_there(renderer: Renderer, text: str, said: str) -> None:
    assert renderer.render(text, "m") == said


NAMES = st.sampled_from(["l", "n.v", "'a'", "7", "range(999)", "{'k': l}", "[l, l]"])
FILTERS = st.sampled_from(
    ["sort", "list", "join", "string", "map('string')", "batch(9)", "length", "tojson", "reverse"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NAMES, st.lists(FILTERS, max_size=4)), min_size=1, max_size=4))
def test_whatever_is_combined_is_answered(renderer: Renderer, steps: list[tuple[str, list[str]]]) -> None:
    body = "".join(f"{{% set n.v = ({'|'.join([name, *filters])}) ~ n.v %}}" for name, filters in steps)
    text = "{% set l = range(99)|list %}{% set n = namespace(v='x') %}{% for i in range(99) %}" + body + "{% endfor %}"
    try:
        assert isinstance(renderer.render(text, "m"), str)
    except Unrendered as problem:
        assert str(problem)
