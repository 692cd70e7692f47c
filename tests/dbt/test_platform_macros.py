"""The platform's macros: one meaning, told in the words of each engine."""

import textwrap
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlglot
from handmade_changes import order

pytestmark = pytest.mark.xdist_group("dbt")

Compile = Callable[..., str]


@pytest.fixture
def ask(compiled: Compile, shop: Any) -> Callable[..., list[tuple[Any, ...]]]:
    """Compile a select and run it on the shop's warehouse."""
    return lambda jinja, **options: shop.warehouse.query(compiled(jinja, **options))


def test_a_key_tells_null_from_the_empty_text_and_one_cut_from_another(ask: Any) -> None:
    pairs = "('a', 'bc'), ('ab', 'c'), (null, ''), ('', null), (null, null), ('', ''), ('-', null), ('2:ab', 'c')"
    keys = [k for (k,) in ask(f"select {{{{ platform.surrogate_key(['x', 'y']) }}}} from (values {pairs}) t(x, y)")]
    assert len(set(keys)) == len(keys) == 8


def test_a_key_is_the_same_for_the_same_values_and_is_an_md5(ask: Any) -> None:
    jinja = "select {{ platform.surrogate_key([\"'o1'\", \"'ORDER_PLACED'\"]) }}"
    assert ask(jinja) == ask(jinja)
    assert len(ask(jinja)[0][0]) == 32


def test_a_map_leaves_nulls_out_and_is_a_map_even_when_empty(ask: Any) -> None:
    some = "select {{ platform.key_values({'a': \"'x'\", 'b': 'null', 'n': '7'}) }}"
    none = "select {{ platform.key_values({'a': 'null'}) }} as found"
    assert ask(some) == [({"a": "x", "n": "7"},)]
    assert ask(f"select found, typeof(found) from ({none})") == [({}, "MAP(VARCHAR, VARCHAR)")]


def test_a_moments_day_is_its_utc_day(ask: Any, shop: Any) -> None:
    shop.warehouse.execute("set TimeZone = 'Asia/Tokyo'")
    moment = "timestamptz '2026-03-29T00:30:00+02:00'"
    jinja = f'select {{{{ platform.utc_day("{moment}") }}}}, {{{{ platform.utc_day_start("{moment}") }}}}'
    assert ask(jinja) == [(date(2026, 3, 28), datetime(2026, 3, 28, tzinfo=UTC))]


def test_minutes_between_two_moments_have_fractions_and_a_sign(ask: Any) -> None:
    first, second = "timestamptz '2026-01-01T00:00:00Z'", "timestamptz '2026-01-01T00:01:30Z'"
    jinja = 'select {{ platform.minutes_between("%s", "%s") }}'
    assert ask(jinja % (first, second)) == [(1.5,)]
    assert ask(jinja % (second, first)) == [(-1.5,)]


def test_freshness_fails_for_an_old_event_and_for_none_and_passes_for_a_new_one(ask: Any, shop: Any) -> None:
    jinja = "{{ platform.test_assert_freshness(ref('stg_orders__order_changes'), 'placed_at', 30) }}"
    assert ask(jinja) == [(None,)]
    shop.land(order("o1", 1, "c", placed=-1e6))
    assert len(ask(jinja)) == 1
    shop.warehouse.execute("update orders_cdc.orders__changes set created_at = now() - interval 29 minute")
    assert ask(jinja) == []


def test_the_row_count_is_held_against_the_last_publication(ask: Any, shop: Any) -> None:
    jinja = "{{ platform.test_assert_row_count_stable(ref('order_events'), 10) }}"
    shop.land(*(order(f"o{n}", n, "c") for n in range(9))).refresh()
    assert ask(jinja) == [], "there is no publication yet"
    _publication(shop, "orders.order_events", rows=100, revision=1)
    assert ask(jinja) == [(9, 100)]
    _publication(shop, "orders.order_events", rows=10, revision=2)
    _publication(shop, "orders.another", rows=1000, revision=3)
    assert ask(jinja) == [], "9 of 10 is no more than ten percent less"


def _publication(shop: Any, product: str, rows: int, revision: int) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=revision)
    columns = ["product", "schema_version", "mode", "published_at", "rows", "new_rows", "through_revision", "revision"]
    shop.warehouse.insert("mesh_slo.publications", columns, [(product, "1.0.0", "append", now, rows, 0, 0, revision)])


def test_an_expression_holds_for_a_column_or_a_row_and_null_is_not_false(ask: Any, shop: Any) -> None:
    shop.land(order("o1", 1, "c", total=5), order("o2", 2, "c", total=-5), order("o3", 3, "c", customer=None))
    on_column = "{{ platform.test_expression_is_true(ref('stg_orders__order_changes'), '>= 0', 'order_total_cents') }}"
    on_row = "{{ platform.test_expression_is_true(ref('stg_orders__order_changes'), \"customer_id <> 'x'\") }}"
    assert [row[0] for row in ask(on_column)] == ["o2"]
    assert ask(on_row) == []


def test_two_rows_of_one_key_are_found(ask: Any, shop: Any) -> None:
    jinja = "{{ platform.test_unique_together(ref('stg_orders__order_changes'), ['order_id', 'order_status']) }}"
    shop.land(order("o1", 1, "c"), order("o1", 2, status="PAID"), order("o2", 3, "c"))
    assert ask(jinja) == []
    shop.land(order("o1", 4))
    assert ask(jinja) == [("o1", "PLACED", 2)]


BIGQUERY = {
    "{{ platform.text_type() }}": "string",
    "{{ platform.now() }}": "current_timestamp()",
    "{{ platform.moment('2026-01-01T00:00:00+00:00') }}": "timestamp('2026-01-01T00:00:00+00:00')",
    "{{ platform.utc_day('at') }}": "date(at, 'UTC')",
    "{{ platform.utc_day_start('at') }}": "timestamp_trunc(at, day, 'UTC')",
    "{{ platform.minutes_between('a', 'b') }}": "(timestamp_diff(b, a, microsecond) / 60000000.0)",
    "{{ platform.surrogate_key(['x']) }}": (
        "to_hex(md5(coalesce(cast(length(cast(x as string)) as string) || ':' || cast(x as string), '-')))"
    ),
    "{{ platform.key_values({'a': 'x', 'b': 'y'}) }}": """
        array( select as struct key, value from unnest([
          struct('a' as key, cast(x as string) as value),
          struct('b' as key, cast(y as string) as value) ])
        where value is not null )""",
    "{{ platform.changed_since('orders.order_events') }}": "timestamp('0001-01-01T00:00:00+00:00')",
}


@pytest.mark.parametrize(("jinja", "told"), BIGQUERY.items())
def test_bigquery_is_told_in_its_own_words(compiled: Compile, jinja: str, told: str) -> None:
    text = compiled(jinja, dialect="bigquery")
    assert _words(text) == _words(told)
    if "text_type" not in jinja:
        sqlglot.parse_one(f"select {text}", read="bigquery")


def _words(text: str) -> list[str]:
    return textwrap.dedent(text).split()


def test_a_product_without_a_contract_says_so_when_it_is_built(compiled: Compile) -> None:
    with pytest.raises(Exception, match="has no contract"):
        compiled("select {{ platform.contract_columns() }}")
