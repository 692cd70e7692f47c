"""A product ends announced, unread, or with the council's permission: readers known by manifest and by SQL."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.policies.govern import govern
from tests.edited_file import edit
from tests.policies.test_lineage import INVOICES, TODAY

HERE = Path(__file__).parent
ORDERS = "domains/sales/orders"
SOURCES = """version: 2
sources:
  - name: sales
    schema: sales_prod
    tables: [{name: orders}]
"""
DUE = "  lifecycle: {deprecated_on: 2026-01-01, retires_on: 2026-11-20}\n"


def read_by_sql_alone(root: Path) -> Path:
    """Billing's query reads sales' port, and its manifest says otherwise."""
    edit(root / "domains/billing/invoices/data-product.yaml", "product: sales.orders", "product: sales.carts")
    (root / "dbt_projects/billing/models/sources.yml").write_text(SOURCES)
    (root / INVOICES).write_text("select * from {{ source('sales', 'orders') }}")
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return read_by_sql_alone(shutil.copytree(HERE / "base", tmp_path / "root"))


def ending(root: Path, lifecycle: str) -> Path:
    manifest = root / ORDERS / "data-product.yaml"
    manifest.write_text(manifest.read_text().rstrip() + f"\n{lifecycle}")
    return root


def removed(root: Path) -> tuple[Mesh, Mesh]:
    """(the mesh before its product was removed, and after)."""
    before = gather(root)
    shutil.rmtree(root / ORDERS)
    return before, gather(root)


def found(mesh: Mesh, *codes: str, before: Mesh | None = None, today: date = TODAY) -> list[Finding]:
    return [f for f in govern(mesh, today, before=before) if f.code in codes]


def permit(root: Path, product: str = "sales.orders", policy: str = "LIF009") -> None:
    entry = f"{{policy: {policy}, product: {product}, until: 2027-06-30, granted_by: council, reason: nobody uses it}}"
    (root / "domains/exemptions.yaml").write_text(f"exemptions:\n  - {entry}\n")


def test_who_reads_by_sql_alone_keeps_a_product_from_retiring(root: Path) -> None:
    (finding,) = found(gather(ending(root, DUE)), "LIF003")
    assert finding.message == "`2026-11-20` has come, and `billing.invoices` still reads `sales.orders`"


def test_who_reads_by_sql_alone_is_named_when_a_product_is_removed(root: Path) -> None:
    before, after = removed(root)
    (finding,) = found(after, "LIF009", before=before)
    assert finding.message.endswith("its end was never announced; `billing.invoices` still reads it")


def test_a_product_whose_day_has_come_stays_while_it_is_read(root: Path) -> None:
    before, after = removed(ending(root, DUE))
    (finding,) = found(after, "LIF009", before=before)
    assert finding.message == "`sales.orders` is removed, and `billing.invoices` still reads it"


def test_a_reader_who_moves_away_in_the_same_change_does_not_keep_it(root: Path) -> None:
    before, _ = removed(ending(root, DUE))
    (root / INVOICES).write_text("select 1 as invoice_id")
    assert found(gather(root), "LIF009", before=before) == []


def test_the_council_permits_a_removal_from_the_grant_to_the_day_after(root: Path) -> None:
    permit(root)
    granted, after = removed(root)
    about = ("LIF009", "EXM003", "EXM004", "POL002")
    assert found(granted, *about) == []
    assert [(f.code, f.exempted) for f in found(after, *about, before=granted)] == [("LIF009", True)]
    (needless,) = found(after, *about)
    assert (needless.code, needless.level, needless.line) == ("EXM004", "warning", 2)
    assert found(after, *about, before=after) == [needless]


def test_a_removal_may_take_its_permission_away_with_it(root: Path) -> None:
    permit(root)
    granted, _ = removed(root)
    (root / "domains/exemptions.yaml").unlink()
    (finding,) = found(gather(root), "LIF009", "EXM003", "POL002", before=granted)
    assert (finding.code, finding.exempted) == ("LIF009", True)


def test_a_permission_for_a_product_that_never_was_is_an_error_where_it_is_granted(root: Path) -> None:
    before = gather(root)
    permit(root, "sales.ordres")
    (finding,) = found(gather(root), "EXM003", before=before)
    assert finding.message == "there is no product `sales.ordres`; did you mean `sales.orders`?"


def test_no_other_permission_outlives_its_product(root: Path) -> None:
    permit(root, policy="SLO001")
    before, after = removed(root)
    assert [f.code for f in found(after, "EXM003", "EXM004", before=before)] == ["EXM003"]


@pytest.mark.parametrize(
    ("deprecated_on", "retires_on", "says"),
    [
        ("2026-01-01", "2026-11-20", "in the past"),
        ("2026-01-01", "2026-11-23", "is today"),
        ("2026-01-01", "2026-12-01", "`8` days ahead"),
        ("2026-11-23", "2026-12-01", "`8` days ahead"),
        ("2026-11-23", "2026-12-23", None),
    ],
)
def test_notice_counts_from_the_change(root: Path, deprecated_on: str, retires_on: str, says: str | None) -> None:
    before = gather(root)
    after = gather(ending(root, f"  lifecycle: {{deprecated_on: {deprecated_on}, retires_on: {retires_on}}}\n"))
    messages = [f.message for f in found(after, "LIF010", before=before) if f.counts]
    assert len(messages) == (says is not None)
    assert all(str(says) in message for message in messages)


def test_readers_hear_of_the_end_from_the_announcement_on_with_both_dates(root: Path) -> None:
    edit(root / "domains/billing/invoices/data-product.yaml", "product: sales.carts", "product: sales.orders")
    mesh = gather(ending(root, "  lifecycle: {deprecated_on: 2026-12-20, retires_on: 2027-02-01}\n"))
    (finding,) = found(mesh, "CON006", "CON008")
    assert (finding.code, finding.level, finding.product) == ("CON006", "warning", "billing.invoices")
    assert finding.message == "`sales.orders` will be deprecated on `2026-12-20` and retires on `2027-02-01`"
    (later,) = found(mesh, "CON006", today=date(2026, 12, 20))
    assert later.message == "`sales.orders` is deprecated since `2026-12-20` and retires on `2027-02-01`"


@pytest.mark.parametrize(("today", "code"), [(TODAY, "CON006"), (date(2026, 12, 20), "CON008")])
def test_who_begins_to_read_what_ends_hears_so(root: Path, today: date, code: str) -> None:
    before = gather(ending(root, "  lifecycle: {deprecated_on: 2026-12-20, retires_on: 2027-02-01}\n"))
    edit(root / "domains/billing/invoices/data-product.yaml", "product: sales.carts", "product: sales.orders")
    (finding,) = found(gather(root), "CON006", "CON008", before=before, today=today)
    assert finding.code == code
    assert finding.message.startswith("`billing.invoices` begins to read it: `sales.orders` ")
