"""What surely cannot run, told from what merely cannot be followed."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.gather import gather
from mesh_platform.policies.govern import govern
from mesh_platform.policies.sql.follow import follow
from mesh_platform.policies.sql.lineage import Lineage
from mesh_platform.policies.sql.node import Kind, Node

TODAY = date(2026, 11, 23)
HERE = Path(__file__).parent
STAGING = "dbt_projects/sales/models/staging/stg_sales__orders.sql"
PRODUCT = "dbt_projects/sales/models/products/orders.sql"


def scene(tmp_path: Path, staging: str = "", product: str = "") -> Path:
    root = shutil.copytree(HERE / "base", tmp_path / "root")
    shutil.copytree(HERE / "DBT026" / "good", root, dirs_exist_ok=True)
    for path, text in ((STAGING, staging), (PRODUCT, product)):
        if text:
            (root / path).write_text(text)
    return root


def found(root: Path) -> list[Finding]:
    return list(govern(gather(root), TODAY))


SOURCE = "from {{ source('sales_cdc', 'orders') }}"


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("select from from (", 1),
        (f"select id as order_id\n{SOURCE}\nwhere", 3),
        (f"{{{{ config(\n  tags=['a'],\n) }}}}\nselect id as order_id a b\n{SOURCE}", 4),
        (f"select {{{{ platform.utc_dey('placed_at') }}}}\n{SOURCE}", 1),
        (f"select id\n{SOURCE}\n{{% if true %}}", 3),
    ],
)
def test_what_surely_cannot_run_is_an_error_of_its_product(tmp_path: Path, sql: str, line: int) -> None:
    (only,) = (f for f in found(scene(tmp_path, sql)) if f.path == STAGING)
    assert (only.code, only.level, only.line, only.product) == ("DBT027", "error", line, "sales.orders")
    assert "token" not in only.message.lower()


@pytest.mark.parametrize(
    "sql",
    [
        f"select id, {{{{ env_var('UNSET') }}}} {SOURCE} where id > {{{{ var('x') }}}}",
        f"select {{{{ some_package.columns() }}}} {SOURCE}",
        f"select {{{{ dbt_utils.star(ref('x')) }}}} {SOURCE}",
        f"{{% snapshot x %}} select 1 {SOURCE} {{% endsnapshot %}}",
        f"select {{{{ 'id'|as_text }}}} {SOURCE}",
    ],
)
def test_what_only_dbt_knows_is_a_warning(tmp_path: Path, sql: str) -> None:
    assert [f.code for f in found(scene(tmp_path, sql)) if f.path == STAGING] == ["DBT025"]


def test_the_column_that_was_meant_is_named(tmp_path: Path) -> None:
    (only,) = found(scene(tmp_path, f"select id as order_id, placed_a as placed_at, 'web' as channel\n{SOURCE}"))
    assert only.message == (
        "`stg_sales__orders` reads the column `placed_a`, which `public.orders` has not; did you mean `placed_at`?"
    )


def test_a_column_that_is_gone_from_the_source_is_missed(tmp_path: Path) -> None:
    root = scene(tmp_path)
    rows = root / "domains/sales/sources/public.orders.avsc"
    rows.write_text(rows.read_text().replace('"placed_at"', '"bought_at"'))
    assert [(f.code, f.path, f.product) for f in found(root)] == [("DBT028", STAGING, "sales.orders")]


def test_a_removed_product_is_said_once_and_its_query_is_not_blamed(tmp_path: Path) -> None:
    contract = "select {{ platform.contract_columns() }} from {{ ref('stg_sales__orders') }}"
    root = scene(tmp_path, product=contract)
    shutil.rmtree(root / "domains/sales/orders")
    assert "DBT025" not in {f.code for f in found(root)}
    assert "DBT003" in {f.code for f in found(root)}


def test_a_source_table_whose_rows_cannot_be_read_is_still_read(tmp_path: Path) -> None:
    root = scene(tmp_path)
    (root / "domains/sales/sources/public.orders.avsc").write_text("{")
    assert not {f.code for f in found(root)} & {"LIN008", "LIN009", "DBT028"}


@pytest.mark.parametrize(
    "expression",
    [
        "[z for z in [a] if z > 1]", "list_transform([a], x -> x + a)", "date_part(year, a)", "struct_pack(k := a)",
        "a collate nocase", "percentile_cont(0.5) within group (order by a)", "t", "current_user", "rowid", "t.rowid",
        "sum(a) over w", "(select max(b) from (select a as b) where b = a)", "interval (a) day", "s.k", "t.s.k",
        "(select value from unnest([a]) as u(value))", "(select header from read_csv('x', header = true))",
    ],
)  # fmt: skip
def test_what_looks_like_a_column_is_not_missed(expression: str) -> None:
    sql = f"with t as (select 1 as a, {{'k': 1}} as s) select {expression} as q from t window w as (order by a)"
    assert follow(sql, "duckdb").asked == frozenset()


def test_what_has_no_name_is_not_the_column_that_is_missed() -> None:
    sql = "with t as (select a, cast(sum(b) as bigint) from (select 1 as a, 2 as b) group by a) select c from t"
    assert follow(sql, "duckdb").asked == {("c", frozenset())}
    assert follow(sql.replace("sum(b)", "unnest(b)"), "duckdb").asked == frozenset()


def test_a_long_chain_of_models_ends(tmp_path: Path) -> None:
    root = scene(tmp_path)
    layer = root / "dbt_projects/sales/models/intermediate"
    layer.mkdir()
    for n in range(1500):
        below = f"int_{n - 1}" if n else "stg_sales__orders"
        (layer / f"int_{n}.sql").write_text(f"select * from {{{{ ref('{below}') }}}}")
    columns = Lineage(gather(root)).columns(Node(Kind.MODEL, "sales", "int_1499"))
    assert columns == {"order_id", "placed_at", "channel"}


def test_a_product_that_reads_nothing_known_has_one_fault_and_not_one_a_column(tmp_path: Path) -> None:
    unknown = "select * from {{ source('shop', 'nothing') }}"
    assert {f.code for f in found(scene(tmp_path, product=unknown)) if f.path == PRODUCT} == {"DBT021", "DBT029"}
    shutil.rmtree(tmp_path / "root")
    assert {f.code for f in found(scene(tmp_path, product="select * from {{ ref('stg_nothing') }}"))} == {
        "DBT024",
        "LIN009",
    }


def test_a_column_that_is_not_made_is_missed_where_the_rows_are_made(tmp_path: Path) -> None:
    sql = """with kept as (
    select order_id, placed_at, channel from {{ ref('stg_sales__orders') }}
)
select order_id, placed_at  -- and not (select channel
from kept
where order_id in (select order_id from kept)
"""
    (only,) = (f for f in found(scene(tmp_path, product=sql)) if f.code == "DBT026")
    assert (only.key, only.line, only.column) == ("channel", 4, 1)
