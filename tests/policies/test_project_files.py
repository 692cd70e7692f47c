"""What lies in a dbt project beside its models, and where: snapshots, seeds, hooks, tests, packages."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from mesh_platform import names
from mesh_platform.landing.landed_table import CHANGE_COLUMNS, STATE_COLUMNS
from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.gather import gather
from mesh_platform.policies.govern import govern
from mesh_platform.policies.sql.lineage import Lineage

HERE = Path(__file__).parent
SALES, BILLING = "dbt_projects/sales", "dbt_projects/billing"
STAGING = f"{SALES}/models/staging/stg_sales__orders.sql"
PRODUCT = f"{SALES}/models/products/orders.sql"
INVOICES = f"{BILLING}/models/products/invoices.sql"
SOURCES = f"{SALES}/models/staging/staging.yml"


def scene(tmp_path: Path, files: dict[str, str] | None = None) -> Path:
    """E-mail addresses land in sales, are renamed there, and are published on by billing."""
    root = shutil.copytree(HERE / "base", tmp_path / "root")
    shutil.copytree(HERE / "PII004" / "bad", root, dirs_exist_ok=True)
    for path, text in (files or {}).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def found(root: Path, *codes: str) -> list[Finding]:
    return [f for f in govern(gather(root), date(2026, 11, 23)) if f.code in codes]


def paths(root: Path) -> list[str]:
    return [f.message.rsplit("`", 2)[1] for f in found(root, "PII004")]


FROM_ORDERS = "select order_id, placed_at, null as channel, {column} as reach from {{{{ ref('{table}') }}}}"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            f"{SALES}/snapshots/all.sql",
            "{% snapshot kept_orders %}\n{{ config(unique_key='id', strategy='check') }}\n"
            "select * from {{ ref('stg_sales__orders') }}\n{% endsnapshot %}",
        ),
        (
            f"{SALES}/snapshots/kept.yml",
            "snapshots:\n  - name: kept_orders\n    relation: ref('stg_sales__orders')\n    config: {unique_key: id}\n",
        ),
    ],
)
def test_personal_data_is_followed_through_a_snapshot(tmp_path: Path, path: str, text: str) -> None:
    product = FROM_ORDERS.format(column="max(reached_by)", table="kept_orders") + " where dbt_valid_to is null"
    root = scene(tmp_path, {path: text, PRODUCT: product})
    assert paths(root)[-1] == (
        "public.orders.contact_mail → stg_sales__orders.reached_by → kept_orders.reached_by → sales.orders.reach"
    )
    assert found(root, "DBT024", "DBT028", "DBT003") == []


@pytest.mark.parametrize("said", ["meta: {pii: true}", "config: {meta: {pii: email}}", "tags: [pii]"])
def test_what_a_seed_declares_is_followed(tmp_path: Path, said: str) -> None:
    seeds = {
        f"{SALES}/seeds/vip.csv": "order_id,contact\n",
        f"{SALES}/seeds/seeds.yml": f"seeds:\n  - name: vip\n    columns:\n      - name: contact\n        {said}\n",
    }
    root = scene(tmp_path, {**seeds, PRODUCT: FROM_ORDERS.format(column="contact", table="vip")})
    assert paths(root)[-1] == "vip.contact → sales.orders.reach"
    (root / f"{SALES}/seeds/seeds.yml").write_text(
        "seeds:\n  - name: vip\n    columns: [{name: contact, meta: {pii: false}}]\n"
    )
    assert paths(root) == []


BRANCHES = [
    "{% if target.type == 'bigquery' %} contact_mail {% else %} sha256(contact_mail) {% endif %}",
    "{% if target.type == 'duckdb' %} sha256(contact_mail) {% else %} contact_mail {% endif %}",
    "{% if target.name == 'a' %} 1 {% elif target.name in ['b'] %} contact_mail {% else %} 2 {% endif %}",
    "{% set cloud = target.type != 'duckdb' %}{{ 'contact_mail' if cloud else 'id' }}",
    "{{ mail() }}",
]


@pytest.mark.parametrize("column", BRANCHES)
def test_every_target_is_followed(tmp_path: Path, column: str) -> None:
    staging = f"select id as order_id, placed_at, {column} as reached_by from {{{{ source('sales_cdc', 'orders') }}}}"
    macro = "{% macro mail() %}{% if target.type == 'bigquery' %}contact_mail{% else %}id{% endif %}{% endmacro %}"
    root = scene(tmp_path, {STAGING: staging, f"{SALES}/macros/mail.sql": macro})
    assert len(paths(root)) == 2


def test_a_target_that_cannot_be_followed_is_said(tmp_path: Path) -> None:
    column = "{% if target.type == 'bigquery' %} {{ no_such('x') }} {% else %} contact_mail {% endif %}"
    staging = f"select id as order_id, placed_at, {column} as reached_by from {{{{ source('sales_cdc', 'orders') }}}}"
    root = scene(tmp_path, {STAGING: staging})
    assert [f.message for f in found(root, "DBT025")] == [
        "the columns of `stg_sales__orders` cannot be followed: for BigQuery, `no_such` is not known here"
    ]
    assert len(paths(root)) == 2


def test_a_model_in_python_is_said_not_to_be_followed(tmp_path: Path) -> None:
    root = scene(tmp_path, {f"{SALES}/models/staging/stg_sales__orders.py": "def model(dbt, session):\n    return 1\n"})
    (root / STAGING).unlink()
    (only,) = found(root, "DBT025")
    assert only.message == "the columns of `stg_sales__orders` cannot be followed: it is written in Python"
    assert (only.path, only.line, only.product, only.level) == (
        STAGING.replace(".sql", ".py"),
        1,
        "sales.orders",
        "warning",
    )


HOOKED = "{{{{ config({}) }}}}\nselect order_id as invoice_id, issued_at from {{{{ ref('stg_billing__orders') }}}}"


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (INVOICES, HOOKED.format('post_hook="insert into {{ this }} select * from sales_internal.orders"'), 1),
        (INVOICES, HOOKED.format("pre_hook=['select 1', {'sql': 'delete from sales_internal.orders'}]"), 1),
        (
            f"{BILLING}/dbt_project.yml",
            "name: billing\non-run-start:\n  - drop table if exists sales_internal.orders\n",
            3,
        ),
        (
            f"{BILLING}/dbt_project.yml",
            "name: billing\nmodels:\n  billing:\n    +post-hook: update sales_internal.orders set a = 1\n",
            4,
        ),
        (
            f"{BILLING}/models/products/hooks.yml",
            "models:\n  - name: invoices\n    config:\n      post_hook: select * from sales_internal.orders\n",
            4,
        ),
        (f"{BILLING}/tests/totals.sql", "select *\nfrom sales_internal.orders", 2),
    ],
)
def test_hooks_and_tests_read_no_more_than_models_may(tmp_path: Path, path: str, text: str, line: int) -> None:
    assert {(f.code, f.path, f.line) for f in found(scene(tmp_path, {path: text}), "LIN010", "DBT020")} == {
        ("LIN010", path, line),
        ("DBT020", path, line),
    }


def test_hooks_and_tests_may_read_what_models_may(tmp_path: Path) -> None:
    hook = "{{ config(post_hook='analyze {{ this }}') }} select 1 as invoice_id from {{ ref('stg_billing__orders') }}"
    test = "with a as (select * from {{ ref('invoices') }}) select * from a where {{ platform.no_such() }}"
    plain = "with a as (select * from {{ ref('invoices') }}) select * from a"
    files = {INVOICES: hook, f"{BILLING}/tests/a.sql": test, f"{BILLING}/tests/b.sql": plain}
    assert found(scene(tmp_path, files), "LIN010", "DBT020", "DBT027") == []


def test_models_are_where_the_project_says(tmp_path: Path) -> None:
    root = scene(tmp_path, {f"{SALES}/dbt_project.yml": "name: sales\nmodel-paths: [sql]\ntest-paths: [checks]\n"})
    (root / SALES / "models").rename(root / SALES / "sql")
    assert len(paths(root)) == 2
    assert found(root, "DBT002", "DBT003", "DBT004", "DBT022", "DBT024") == []


@pytest.mark.parametrize("outside", ["../billing/models", "/etc", ".."])
def test_no_folder_outside_the_project_is_read(tmp_path: Path, outside: str) -> None:
    root = scene(tmp_path, {f"{SALES}/dbt_project.yml": f"name: sales\nmodel-paths: ['{outside}']\n"})
    assert "invoices" not in gather(root).dbt["sales"].models


def test_a_comma_before_a_list_reads_no_table(tmp_path: Path) -> None:
    model = "select i.sku as order_id from {{ source('sales_cdc', 'orders') }} as t, t.items as i"
    assert found(scene(tmp_path, {STAGING: model}), "DBT020", "DBT025", "DBT027") == []


JINJA = 'sources:\n  - name: sales_cdc\n    schema: "{{{{ {} }}}}"\n    tables: [{{name: orders}}]\n'


def test_a_schema_that_jinja_makes_is_known_or_not_blamed(tmp_path: Path) -> None:
    root = scene(tmp_path, {SOURCES: JINJA.format("env_var('X', 'sales_cdc')")})
    assert (len(paths(root)), found(root, "LIN011", "DBT029")) == (2, [])
    (root / SOURCES).write_text(JINJA.format("env_var('X', 'elsewhere')"))
    assert found(root, "LIN011", "DBT029") == []
    (root / SOURCES).write_text("sources: [{name: sales_cdc, schema: elsewhere, tables: [{name: orders}]}]\n")
    assert len(found(root, "LIN011")) == 1


@pytest.mark.parametrize(
    ("packages", "codes"),
    [
        ("packages: [{package: example/events, version: 1.0.0}]", []),
        ("packages: [{local: ../platform}]", ["DBT029"]),
    ],
)
def test_sources_of_installed_packages_are_not_missed(tmp_path: Path, packages: str, codes: list[str]) -> None:
    model = "select id as order_id, placed_at, max(x) as reached_by from {{ source('events', 'visits') }}"
    root = scene(tmp_path, {STAGING: model, f"{SALES}/packages.yml": packages})
    assert [f.code for f in found(root, "DBT029", "LIN011")] == codes


LOST = "sources: [{name: sales_cdc, tables: [{name: orders}]}, {name: nowhere, tables: [{name: visits}]}]\n"
VISITS = "select id from {{ source('nowhere', 'visits') }}"


def test_what_a_quarantined_product_publishes_silences_only_who_may_read_it(tmp_path: Path) -> None:
    files = {SOURCES: LOST, f"{SALES}/models/staging/stg_sales__visits.sql": VISITS}
    root = scene(tmp_path, files)
    (root / "domains/billing/invoices/data-product.yaml").write_text("kind: [")
    assert gather(root).quarantined
    assert len(found(root, "LIN011")) == 1
    (root / SOURCES).write_text(LOST.replace("{name: nowhere,", "{name: nowhere, schema: billing_old,"))
    assert found(root, "LIN011") == []


def test_the_platforms_columns_are_where_the_platform_writes_them(tmp_path: Path) -> None:
    assert set(names.STATE_COLUMNS) == set(STATE_COLUMNS)
    assert set(names.CHANGE_COLUMNS) == set(CHANGE_COLUMNS)
    for table, column, is_there in [
        ("orders", "_cdc_deleted", True),
        ("orders", "_cdc_path", False),
        ("orders", "_cdc_nothing", False),
        ("orders", "_mesh_batch", False),
        ("orders__changes", "_cdc_path", True),
        ("orders__changes", "_mesh_batch", False),
    ]:
        model = f"select {column} as order_id from {{{{ source('sales_cdc', '{table}') }}}}"
        shutil.rmtree(tmp_path / "root", ignore_errors=True)
        missed = [f for f in found(scene(tmp_path, {STAGING: model}), "DBT028") if f.path == STAGING]
        assert (missed == []) is is_there, (table, column)


def test_whoever_measures_by_a_product_reads_it(tmp_path: Path) -> None:
    expected = f"{BILLING}/models/slo/expected_invoices.sql"
    files = {INVOICES: "select 1 as invoice_id", expected: "select reach from {{ source('sales_prod', 'orders') }}"}
    lineage = Lineage(gather(scene(tmp_path, files)))
    assert lineage.readers["sales.orders"] == {"billing.invoices"}
    assert lineage.is_followed(lineage.mesh.products["billing.invoices"])
    (tmp_path / "root" / expected).write_text("select {{ no_such('x') }}")
    lineage = Lineage(gather(tmp_path / "root"))
    assert not lineage.is_followed(lineage.mesh.products["billing.invoices"])
