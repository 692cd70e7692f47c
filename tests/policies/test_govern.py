import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.finding import Finding, Level, failing
from mesh_platform.manifest.gather import gather
from mesh_platform.policies.govern import govern, govern_files
from tests.edited_file import edit

TODAY = date(2026, 11, 23)
ORDERS = "domains/sales/orders/data-product.yaml"
INVOICES = "domains/billing/invoices/data-product.yaml"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return shutil.copytree(Path(__file__).parent / "base", tmp_path / "mesh")


def promise_too_little(root: Path) -> None:
    minutes = [
        ("target_minutes: 60", "target_minutes: 180"),
        ("_minutes: 75", "_minutes: 190"),
        ("_minutes: 120", "_minutes: 200"),
    ]
    for old, new in minutes:
        edit(root / INVOICES, old, new)


def found(root: Path, today: date = TODAY) -> list[Finding]:
    return list(govern(gather(root), today))


def exempt(root: Path, policy: str = "SLO001", product: str = "billing.invoices", until: str = "2027-06-30") -> None:
    entry = f"{{policy: {policy}, product: {product}, until: {until}, granted_by: council, reason: a slow supplier}}"
    (root / "domains/exemptions.yaml").write_text(f"exemptions:\n  - {entry}\n")


def test_a_finding_says_where_what_and_whose(base: Path) -> None:
    promise_too_little(base)
    (finding,) = found(base)
    assert (finding.path, finding.line, finding.column) == (INVOICES, 18, 7)
    assert (finding.code, finding.level, finding.product) == ("SLO001", Level.ERROR, "billing.invoices")
    assert finding.key == "spec.slo.freshness.target_minutes"
    assert finding.message == "a freshness target of `180` min exceeds `120` min"


def test_the_council_changes_bounds_and_levels(base: Path) -> None:
    promise_too_little(base)
    (base / "domains/policy.yaml").write_text("bounds: {max_freshness_minutes: 180}\n")
    assert found(base) == []
    (base / "domains/policy.yaml").write_text("levels: {SLO001: warning}\n")
    assert [f.level for f in found(base)] == [Level.WARNING]
    (base / "domains/policy.yaml").write_text("levels: {SLO001: off}\n")
    assert found(base) == []


def test_the_council_says_how_long_before_its_end_an_exemption_warns(base: Path) -> None:
    promise_too_little(base)
    exempt(base, until="2026-12-20")
    assert [f.code for f in found(base) if not f.exempted] == []
    (base / "domains/policy.yaml").write_text("bounds: {exemption_notice_days: 30}\n")
    assert [f.code for f in found(base) if not f.exempted] == ["EXM005"]
    (base / "domains/policy.yaml").write_text("bounds: {exemption_notice_days: 999999999999}\n")
    assert [f.code for f in found(base) if not f.exempted] == ["EXM005"]


def test_the_council_says_what_the_files_of_a_project_may_lack(base: Path, tmp_path: Path) -> None:
    environment = Environment(base, tmp_path / "home", Target.DUCKDB, "landing")
    before = [f for f in govern_files(gather(base), environment, TODAY) if f.code == "DBT006"]
    assert [f.level for f in before] == [Level.WARNING] * 2
    (base / "domains/policy.yaml").write_text("levels: {DBT006: error, DBT005: off}\n")
    after = govern_files(gather(base), environment, TODAY)
    assert [f.level for f in after if f.code == "DBT006"] == [Level.ERROR] * 2
    assert "DBT005" not in {f.code for f in after}
    exempt(base, policy="DBT006")
    exempted = [f for f in govern_files(gather(base), environment, TODAY) if f.code == "DBT006"]
    assert [(f.product, f.exempted) for f in exempted] == [("billing.invoices", True), ("sales.orders", False)]


def test_an_exempted_finding_keeps_its_level_and_does_not_count(base: Path) -> None:
    promise_too_little(base)
    exempt(base)
    (finding,) = found(base)
    assert (finding.level, finding.exempted) == (Level.ERROR, True)
    assert failing([finding]) == []


def test_an_exemption_is_for_one_policy_and_one_product(base: Path) -> None:
    promise_too_little(base)
    edit(base / ORDERS, "target_minutes: 30", "target_minutes: 150")
    edit(base / ORDERS, "_minutes: 45", "_minutes: 150")
    edit(base / ORDERS, "_minutes: 90", "_minutes: 150")
    edit(base / INVOICES, "name: billing.invoices", "name: invoices")
    exempt(base)
    assert [(f.code, f.product) for f in failing(found(base))] == [
        ("IDN001", "billing.invoices"),
        ("SLO001", "sales.orders"),
    ]


def test_an_exemption_holds_until_its_last_day_and_not_a_day_longer(base: Path) -> None:
    promise_too_little(base)
    exempt(base, until="2026-11-23")
    assert [f.code for f in failing(found(base))] == []
    assert {f.code for f in failing(found(base, date(2026, 11, 24)))} == {"SLO001", "EXM001"}


@pytest.mark.parametrize("code", ["MAN008", "EXM001", "NIX001"])
def test_what_is_no_policy_cannot_be_exempted(base: Path, code: str) -> None:
    edit(base / INVOICES, "target_minutes: 60", "target_minutes: soon")
    exempt(base, policy=code)
    assert {f.code for f in failing(found(base))} == {"MAN008", "EXM002"}


def test_an_exemption_for_a_quarantined_product_waits_for_it(base: Path) -> None:
    edit(base / INVOICES, "target_minutes: 60", "target_minutes: soon")
    exempt(base)
    assert {f.code for f in found(base)} == {"MAN008"}


def test_findings_come_in_the_order_of_their_places(base: Path) -> None:
    edit(base / ORDERS, "owner: sales-squad", "owner: x")
    edit(base / ORDERS, "table: public.orders", "table: y")
    edit(base / INVOICES, "owner: billing-squad", "owner: x")
    assert [(f.path, f.code) for f in found(base)] == [(INVOICES, "OWN001"), (ORDERS, "OWN001"), (ORDERS, "LIN002")]


def test_messages_are_one_line_whatever_the_file_says(base: Path) -> None:
    edit(base / ORDERS, "owner: sales-squad", 'owner: "a\\nb\\tc"')
    assert [f.message for f in found(base)] == ["the owner is `a b c`; the domain's team is `sales-squad`"]


def test_a_cycle_names_every_product_in_it_at_each_of_them(base: Path) -> None:
    shutil.copytree(base / "domains/sales/orders", base / "domains/sales/carts")
    carts = "domains/sales/carts/data-product.yaml"
    edit(base / carts, "sales.orders", "sales.carts")
    edit(base / carts, "table: orders", "table: carts")
    edit(base / carts, "select orders", "select carts")
    source = "system: shop_postgres\n        table: public.orders\n        cdc_tool: debezium"
    edit(base / carts, source, "product: billing.invoices")
    edit(base / ORDERS, source, "product: sales.carts")
    cycles = [f for f in found(base) if f.code == "LIN005"]
    assert {f.product for f in cycles} == {"billing.invoices", "sales.carts", "sales.orders"}
    assert all(name in f.message for f in cycles for name in ("`billing.invoices`", "`sales.carts`", "`sales.orders`"))


def test_an_event_time_that_cannot_be_told_names_the_candidates(base: Path) -> None:
    at = '{"name": "placed_at", "type": {"type": "long", "logicalType": "timestamp-micros"}}'
    edit(base / "domains/sales/orders/schema/1.1.0.avsc", at, f"{at}, {at.replace('placed', 'shipped')}")
    (base / "domains/sales/orders/schema/1.0.0.avsc").unlink()
    (finding,) = found(base)
    assert (finding.code, finding.key) == ("SLO005", "spec.slo.freshness")
    assert "`placed_at`, `shipped_at`" in finding.message


def test_a_system_of_another_domain_is_told_whose_it_is(base: Path) -> None:
    edit(base / INVOICES, "- product: sales.orders", "- {system: shop_postgres, table: public.orders}")
    finding = next(f for f in found(base) if f.code == "LIN001")
    assert finding.message == "`shop_postgres` is no source system of `billing`; it belongs to `sales`"


@pytest.mark.parametrize(
    ("name", "warned"),
    [("data", True), ("data_platform", True), ("reporting", True), ("executive_reporting", True), ("postgres", True),
     ("kafka_streams", True), ("customer_data", False), ("payments", False), ("reports_of_damage", True),
     ("supply_chain", False)],
)  # fmt: skip
def test_a_domain_is_named_after_a_capability(base: Path, name: str, warned: bool) -> None:
    (base / "domains/billing").rename(base / "domains" / name)
    edit(base / f"domains/{name}/domain.yaml", "name: billing", f"name: {name}")
    assert ("DOM003" in {f.code for f in found(base)}) is warned


def test_sixteen_products_are_too_many_and_broken_ones_count(base: Path) -> None:
    for number in range(14):
        (base / f"domains/sales/p{number}").mkdir()
        (base / f"domains/sales/p{number}/data-product.yaml").write_text("kind: DataProduct\n")
    assert "DOM002" not in {f.code for f in found(base)}
    (base / "domains/sales/one_more").mkdir()
    (base / "domains/sales/one_more/data-product.yaml").write_text("kind: DataProduct\n")
    (finding,) = (f for f in found(base) if f.code == "DOM002")
    assert "owns `16` products" in finding.message


@pytest.mark.parametrize("code", ["EXM003", "SCH011"])
def test_of_one_policy_in_one_file_two_hundred_are_told(base: Path, code: str) -> None:
    entry = "{policy: SLO001, product: a.b%d, until: 2027-06-30, granted_by: council, reason: a slow supplier}"
    rows = "".join(f"  - {entry % i}\n" for i in range(900))
    (base / "domains/exemptions.yaml").write_text(f"exemptions:\n{rows}")
    folder = base / "domains/sales/orders/schema"
    old = max(folder.glob("*.avsc"))
    record = json.loads(old.read_text())
    more = [{"name": f"c{i}", "type": ["null", "string"], "default": None} for i in range(900)]
    old.write_text(json.dumps(record | {"fields": [*record["fields"], *more]}))
    (folder / "9.0.0.avsc").write_text(json.dumps(record))
    told = [f for f in found(base) if f.code == code]
    assert len(told) == 201
    assert sum("more than `200` places" in f.message for f in told) == 1
