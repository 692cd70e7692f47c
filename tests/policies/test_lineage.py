"""Personal data across models and domains, and the memory that makes following them cheap."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from pathlib import Path

import pytest

from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.gather import gather
from mesh_platform.policies.govern import govern
from mesh_platform.policies.sql.lineage import Lineage
from mesh_platform.policies.sql.memory import FileMemory
from mesh_platform.policies.sql.trace import Trace
from tests.edited_file import edit

TODAY = date(2026, 11, 23)
FIXTURE = Path(__file__).parent / "PII004" / "bad"
STAGING = "dbt_projects/sales/models/staging/stg_sales__orders.sql"
SOURCE = "domains/sales/sources/public.orders.avsc"
PRODUCT = "dbt_projects/sales/models/products/orders.sql"
INVOICES = "dbt_projects/billing/models/products/invoices.sql"


def scene(tmp_path: Path) -> Path:
    """E-mail addresses land in sales, are renamed there, and are published on by billing."""
    root = shutil.copytree(FIXTURE.parents[1] / "base", tmp_path / "root")
    return shutil.copytree(FIXTURE, root, dirs_exist_ok=True)


def called_what_it_is(root: Path, declared: str, otherwise: str) -> None:
    """The landed column has a name that says what it holds, while its declaration says something else."""
    edit(root / SOURCE, declared, otherwise)
    edit(root / SOURCE, "contact_mail", "contact_email")
    edit(root / STAGING, "contact_mail", "contact_email")


def found(root: Path, *codes: str) -> list[Finding]:
    return [f for f in govern(gather(root), TODAY) if f.code in (codes or ("PII004", "PII005"))]


def test_the_path_is_shown_from_the_source_table_on(tmp_path: Path) -> None:
    paths = [f.message.rsplit("`", 2)[1] for f in found(scene(tmp_path))]
    assert paths == [
        "public.orders.contact_mail → stg_sales__orders.reached_by → sales.orders.reach → stg_billing__orders.reach"
        " → billing.invoices.channel_of_contact",
        "public.orders.contact_mail → stg_sales__orders.reached_by → sales.orders.reach",
    ]


def test_an_undeclared_column_of_a_source_table_is_followed_by_its_name(tmp_path: Path) -> None:
    root = scene(tmp_path)
    called_what_it_is(root, ', "pii": "email"', "")
    assert len(found(root, "PII004")) == 2


def test_a_declaration_on_the_way_shortens_the_path_and_ends_nothing(tmp_path: Path) -> None:
    root = scene(tmp_path)
    edit(
        root / "domains/sales/orders/data-product.yaml",
        "  examples:",
        "  sensitivity: {pii_columns: [reach]}\n  examples:",
    )
    (only,) = found(root)
    assert only.product == "billing.invoices"
    assert "`sales.orders.reach → stg_billing__orders.reach → billing.invoices.channel_of_contact`" in only.message


def test_the_council_says_what_ends_it(tmp_path: Path) -> None:
    root = scene(tmp_path)
    edit(root / PRODUCT, "lower(reached_by)", "vault_token(reached_by)")
    assert len(found(root, "PII004")) == 2
    (root / "domains/policy.yaml").write_text("personal_data: {declassifiers: [vault_token]}\n")
    assert found(root) == []


def test_the_council_can_say_that_a_column_is_none(tmp_path: Path) -> None:
    root = scene(tmp_path)
    edit(root / "domains/sales/orders/schema/1.1.0.avsc", '"reach"', '"street"')
    edit(root / PRODUCT, "lower(reached_by) as reach", "cast(null as varchar) as street")
    edit(root / "dbt_projects/billing/models/staging/stg_billing__orders.sql", "reach", "street as reach")
    assert [f.code for f in found(root, "PII002", "PII004")] == ["PII004", "PII002"]
    (root / "domains/policy.yaml").write_text("personal_data: {not_personal: [sales.orders.street]}\n")
    assert found(root, "PII002", "PII004") == []


def test_a_model_that_cannot_be_followed_costs_a_warning_and_asks_what_may_arrive(tmp_path: Path) -> None:
    root = scene(tmp_path)
    edit(root / INVOICES, "max(reach)", "{{ no_such_macro('reach') }}")
    codes = [f.code for f in govern(gather(root), TODAY)]
    assert sorted(codes) == ["DBT025", "PII004", "PII009"]


def test_what_was_followed_is_remembered(tmp_path: Path) -> None:
    root, home = scene(tmp_path), tmp_path / "home"
    first = Lineage(gather(root), FileMemory(home)).traces
    again = Lineage(gather(root), FileMemory(home)).traces
    assert first == again
    edit(root / STAGING, "contact_mail", "id")
    assert Lineage(gather(root), FileMemory(home)).traces != first


def test_a_broken_memory_costs_time_only(tmp_path: Path) -> None:
    root, home = scene(tmp_path), tmp_path / "home"
    first = Lineage(gather(root), FileMemory(home)).traces
    for text in ("", "[]", "{", '{"x": 1}', "\0"):
        for file in home.iterdir():
            file.write_text(text)
        assert Lineage(gather(root), FileMemory(home)).traces == first
    home_that_is_a_file = tmp_path / "file"
    home_that_is_a_file.write_text("")
    assert Lineage(gather(root), FileMemory(home_that_is_a_file)).traces == first


def test_a_memory_that_was_edited_is_not_believed(tmp_path: Path) -> None:
    root, home = scene(tmp_path), tmp_path / "home"
    first = Lineage(gather(root), FileMemory(home)).traces
    for edit_of in (
        lambda t: t.replace("email", "total"),
        lambda t: t.replace('"problem":""', '"problem":"x"'),
        str.upper,
    ):
        for file in home.iterdir():
            file.write_text(edit_of(file.read_text()))
        assert Lineage(gather(root), FileMemory(home)).traces == first


@pytest.mark.parametrize("wrong", [["plain"], [7], ["a|b"], None, {"a": 1}, [["mesh:model", "a", "b"]], [None]])
def test_a_sealed_memory_of_another_shape_costs_time_only(tmp_path: Path, wrong: object) -> None:
    root, home = scene(tmp_path), tmp_path / "home"
    first = Lineage(gather(root), FileMemory(home)).traces
    for file in home.iterdir():
        entries = json.loads(file.read_text().partition("\n")[2])
        text = json.dumps({key: {**told, "relations": wrong} for key, told in entries.items()})
        file.write_text(f"{blake2b(text.encode(), digest_size=16).hexdigest()}\n{text}")
    again = Lineage(gather(root), FileMemory(home))
    assert again.traces == first
    assert [again.inputs(*at) for at in again.traces]
    assert json.loads(next(iter(sorted(home.iterdir()))).read_text().partition("\n")[2])


def test_the_mesh_as_it_was_and_as_it_is_are_remembered_together(tmp_path: Path) -> None:
    root, home = scene(tmp_path), tmp_path / "home"
    was = gather(root)
    edit(root / STAGING, "contact_mail", "id")
    now = gather(root)
    for mesh in (was, now):
        assert Lineage(mesh, FileMemory(home)).traces
    before = {file.name: file.stat().st_mtime_ns for file in home.iterdir()}
    for mesh in (was, now, was):
        assert Lineage(mesh, FileMemory(home)).traces
    assert {file.name: file.stat().st_mtime_ns for file in home.iterdir()} == before


def test_what_was_remembered_long_ago_is_forgotten(tmp_path: Path) -> None:
    for generation in range(30):
        FileMemory(tmp_path).keep("sales", {f"{generation}.{i}": Trace() for i in range(20)})
    assert len(FileMemory(tmp_path)._load("sales").entries) == 40
    assert FileMemory(tmp_path).recall("sales", "28.3") == FileMemory(tmp_path).recall("sales", "29.3") == Trace()


def test_what_is_remembered_needs_no_parser(tmp_path: Path) -> None:
    root = scene(tmp_path)
    code = (
        "import sys; from mesh_platform.cli.main import run; run(['validate', '--format', 'json']);"
        "sys.exit(('sqlglot' in sys.modules) + 10 * any(m.split('.')[0] in"
        " ('dbt', 'duckdb', 'dagster', 'google') for m in sys.modules))"
    )
    variables = {**os.environ, "MESH_ROOT": str(root), "MESH_HOME": str(tmp_path / "home")}
    codes = [
        subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, check=False).returncode
        for _ in range(2)
    ]
    assert codes == [1, 0]


def test_a_circle_of_products_ends(tmp_path: Path) -> None:
    mesh = gather(scene(tmp_path))
    lineage = Lineage(replace(mesh, dbt=mesh.dbt))
    started = time.process_time()
    for product in mesh.products.values():
        lineage.needs(product)
    assert time.process_time() - started < 2


def test_a_team_does_not_acquit_a_name_that_must_be_declared(tmp_path: Path) -> None:
    root = scene(tmp_path)
    called_what_it_is(root, '"pii": "email"', '"pii": false')
    assert len(found(root, "PII004")) == 2


def test_the_council_ends_what_arrives(tmp_path: Path) -> None:
    root = scene(tmp_path)
    (root / "domains/policy.yaml").write_text("personal_data: {not_personal: [sales.orders.reach]}\n")
    assert found(root) == []


@pytest.mark.parametrize(
    ("taken", "codes"),
    [
        ("json_extract_string(_cdc_extra, '$.phone')", ["PII004", "PII004"]),
        ("_cdc_extra->>'$.customer.phone'", ["PII004", "PII004"]),
        ("_cdc_extra->'customer'->>'phone'", ["PII004", "PII004"]),
        ("_cdc_extra['tier']", ["PII007", "PII007"]),
        ("cast(_cdc_extra as varchar)", ["PII007", "PII007"]),
        ("json_extract_string(_cdc_extra, '$.tier')", ["PII007", "PII007"]),
        ("length(json_extract_string(_cdc_extra, '$.phone'))", []),
    ],
)
def test_what_no_row_schema_names_is_followed(tmp_path: Path, taken: str, codes: list[str]) -> None:
    root = scene(tmp_path)
    edit(root / STAGING, "contact_mail", taken)
    assert [f.code for f in found(root, "PII004", "PII007")] == codes


def test_what_no_row_schema_names_keeps_its_name_on_the_way(tmp_path: Path) -> None:
    root = scene(tmp_path)
    edit(root / STAGING, "contact_mail", "_cdc_extra")
    edit(root / PRODUCT, "lower(reached_by)", "json_extract_string(reached_by, '$.phone')")
    assert {f.code for f in found(root, "PII004", "PII007")} == {"PII004"}


@pytest.mark.parametrize(
    "read",
    [
        "{{ api.Relation.create(schema='sales_internal', identifier='orders') }}",
        "{{ api.Relation.create(schema='mesh_landing', identifier='quarantine') }}",
        "mesh_anything.secret_table",
        "query_table('sales_internal.orders')",
        "query('select * from sales_internal.orders')",
        "read_parquet('elsewhere.parquet')",
        "sqlite_scan('elsewhere.db', 'orders')",
    ],
)
def test_no_way_of_naming_a_table_is_passed_over(tmp_path: Path, read: str) -> None:
    root = scene(tmp_path)
    (root / INVOICES).write_text(f"select order_id from {read}\n")
    assert "DBT020" in {f.code for f in found(root, "DBT020", "LIN010")}


@pytest.mark.parametrize(
    "read",
    [
        "{{ api.Relation.create(schema='mesh_slo', identifier='publications') }}",
        "generate_series(1, 3) as made(order_id)",
        "range(3) as made(order_id)",
        "unnest([1, 2]) as made(order_id)",
        "(values (1)) as made(order_id)",
    ],
)
def test_what_makes_a_table_reads_none(tmp_path: Path, read: str) -> None:
    root = scene(tmp_path)
    (root / INVOICES).write_text(f"select order_id from {read}\n")
    assert not found(root, "DBT020", "LIN010", "LIN011")


def test_sources_are_found_however_the_key_is_written(tmp_path: Path) -> None:
    root = scene(tmp_path)
    listed = (
        '{"version": 2, "sources": [{"name": "private", "schema": "sales_internal", "tables": [{"name": "orders"}]}]}'
    )
    (root / "dbt_projects/billing/models/staging/more.yml").write_text(listed)
    (root / INVOICES).write_text("select order_id from {{ source('private', 'orders') }}\n")
    assert "LIN010" in {f.code for f in found(root, "LIN010")}


def test_a_long_chain_of_models_is_followed_to_its_end(tmp_path: Path) -> None:
    root, last = scene(tmp_path), "stg_sales__orders"
    for number in range(400):
        (root / STAGING).with_name(f"stg_{number}.sql").write_text(f"select * from {{{{ ref('{last}') }}}}\n")
        last = f"stg_{number}"
    edit(root / PRODUCT, "ref('stg_sales__orders')", f"ref('{last}')")
    assert [f.product for f in found(root, "PII004")] == ["billing.invoices", "sales.orders"]


@pytest.mark.parametrize(
    "asked", ["ref('made', v=2)", "ref('made', version=1)", "ref('made')", "ref('sales', 'made', v=2)"]
)
def test_a_model_in_versions_is_known_by_each_and_by_the_latest(tmp_path: Path, asked: str) -> None:
    root = scene(tmp_path)
    for version in (1, 2):
        (root / STAGING).with_name(f"made_v{version}.sql").write_text("select * from {{ ref('stg_sales__orders') }}\n")
    edit(root / PRODUCT, "ref('stg_sales__orders')", asked)
    assert not found(root, "DBT024", "DBT025")
    assert len(found(root, "PII004")) == 2


def test_a_source_may_be_declared_beside_the_seeds(tmp_path: Path) -> None:
    root = scene(tmp_path)
    properties = root / "dbt_projects/sales/models/staging/staging.yml"
    (root / "dbt_projects/sales/seeds").mkdir()
    properties.rename(root / "dbt_projects/sales/seeds/src.yml")
    assert not found(root, "DBT029", "LIN011")


@pytest.mark.parametrize("row", ["to_json(t)", "t::varchar", "t", "struct_pack(t)", "row_to_json(t)"])
def test_a_whole_row_carries_what_is_in_it(tmp_path: Path, row: str) -> None:
    root = scene(tmp_path)
    edit(root / STAGING, "contact_mail", row)
    edit(root / STAGING, "}}", "}} as t")
    first, _ = found(root, "PII004")
    assert "public.orders.contact_mail → stg_sales__orders.reached_by" in first.message


def test_a_row_without_the_column_carries_nothing(tmp_path: Path) -> None:
    root = scene(tmp_path)
    text = (root / STAGING).read_text().replace("contact_mail", "to_json(t)")
    source = re.search(r"\{\{ source.*?\}\}", text)
    assert source
    (root / STAGING).write_text(text.replace(source[0], f"(select * exclude (contact_mail) from {source[0]}) as t"))
    assert found(root, "PII004") == []


def test_a_struct_carries_each_field_by_itself(tmp_path: Path) -> None:
    root = scene(tmp_path)
    edit(root / STAGING, "contact_mail as reached_by", "{'mail': contact_mail, 'id': id} as reached_by")
    edit(root / PRODUCT, "lower(reached_by)", "reached_by.id")
    assert found(root, "PII004") == []
    edit(root / PRODUCT, "reached_by.id", "reached_by.mail")
    assert len(found(root, "PII004")) == 2


@pytest.mark.parametrize(
    "union",
    [
        "select * from {old} union all select * from {new}",
        "with a as (select * from {old}), b as (select * from {new}), c as (select * from a union all select * from b)"
        " select * from c",
        "select * from {old} union all select * from {old} union all select * from {new}",
        "select order_id, placed_at, 'none' as reached_by from {old} union all select * from {new}",
        "select * from {old} union all select order_id, placed_at, mail from {new}",
        "select order_id, placed_at, 'x' as reached_by from {old} union select order_id, placed_at, mail from {new}",
        "select *, 'a' as origin from {old} union all select *, 'b' as origin from {new}",
    ],
)
def test_a_union_goes_by_place_and_not_by_name(tmp_path: Path, union: str) -> None:
    root = scene(tmp_path)
    source = "from {{ source('sales_cdc', 'orders') }}"
    folder = (root / STAGING).parent
    (folder / "stg_old.sql").write_text(f"select id as order_id, placed_at, 'none' as reached_by {source}")
    (folder / "stg_new.sql").write_text(f"select id as order_id, placed_at, contact_mail as mail {source}")
    (root / STAGING).write_text(union.format(old="{{ ref('stg_old') }}", new="{{ ref('stg_new') }}"))
    assert len(found(root, "PII004")) == 2
    assert found(root, "DBT025", "DBT028") == []
    (folder / "stg_new.sql").write_text(f"select contact_mail as order_id, placed_at, id as mail {source}")
    assert {f.key for f in found(root, "PII004")} == {"order_id", "invoice_id"}


def test_a_domain_file_that_cannot_be_read_says_nothing_of_its_products(tmp_path: Path) -> None:
    root = scene(tmp_path)
    codes = ("LIN001", "LIN002", "LIN008", "LIN009")
    assert found(root, *codes) == []
    for file in root.glob("domains/*/domain.yaml"):
        file.write_text(f"{file.read_text()}\nunheard_of: 1\n")
    assert found(root, *codes) == []


@pytest.mark.parametrize(
    "query",
    [
        "select columns('.*') from {{ ref('stg_sales__orders') }}",
        "select * from (pivot {{ ref('stg_sales__orders') }} on reached_by using count(*))",
        "select x as reach, order_id from {{ ref('stg_sales__orders') }} unpivot (x for k in (reached_by))",
        "select {{ modules.datetime.x.y() }} as reach from {{ ref('stg_sales__orders') }}",
    ],
)
def test_above_a_query_that_cannot_be_followed_personal_data_is_asked_about(tmp_path: Path, query: str) -> None:
    root = scene(tmp_path)
    (root / PRODUCT).write_text(query)
    (asked,) = found(root, "PII009")
    assert (asked.path, asked.product, asked.level) == (PRODUCT, "sales.orders", "warning")
    assert "whether `public.orders.contact_mail` arrives in" in asked.message
    assert "`reach`" in asked.message


def test_whoever_has_looked_at_every_column_is_not_asked_again(tmp_path: Path) -> None:
    root = scene(tmp_path)
    (root / PRODUCT).write_text("select columns('.*') from {{ ref('stg_sales__orders') }}")
    file = next(root.glob("domains/sales/orders/schema/1.1.0.avsc"))
    schema = json.loads(file.read_text())
    schema["fields"] = [{**f, "pii": False} for f in schema["fields"]]
    file.write_text(json.dumps(schema))
    assert found(root, "PII009") == []
