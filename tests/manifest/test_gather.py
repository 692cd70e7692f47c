"""The whole mesh is read whatever is wrong with parts of it, and what is wrong is visible where it is."""

import os
import time
from pathlib import Path

import pytest

from mesh_platform.manifest.council import PolicyFile
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.schema.history import row_schema
from tests.manifest.findings import MANIFEST, OTHER, line_of, one


def test_the_shipped_mesh_is_read_without_a_finding(shipped_mesh: Mesh) -> None:
    assert shipped_mesh.findings == ()
    assert set(shipped_mesh.domains) == {"finance", "orders"}
    assert set(shipped_mesh.products) == {"finance.revenue_daily", "orders.order_events"}
    assert set(shipped_mesh.products["orders.order_events"].schemas) == {"2.0.0", "2.1.0"}
    assert set(shipped_mesh.domains["orders"].row_schemas) == {
        "sources/public.orders.avsc",
        "sources/public.returns.avsc",
    }
    assert shipped_mesh.dbt["orders"].models["order_events"] == "dbt_projects/orders/models/products/order_events.sql"


def test_a_mesh_without_policy_exemptions_or_dbt_projects_is_fine(root: Path) -> None:
    (root / "domains/policy.yaml").unlink()
    (root / "domains/exemptions.yaml").unlink()
    (root / "domains/notifications.yaml").unlink()
    (root / "dbt_projects").rename(root / "elsewhere")
    mesh = gather(root)
    assert mesh.findings == ()
    assert mesh.policy.bounds.max_freshness_minutes == 120
    assert mesh.dbt == {}


def test_a_folder_without_domains_is_one_finding(tmp_path: Path) -> None:
    mesh = gather(tmp_path)
    assert [(f.code, f.path) for f in mesh.findings] == [("MAN001", "domains")]


def test_domains_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "domains").write_text("")
    assert [f.code for f in gather(tmp_path).findings] == ["MAN001"]


def test_a_manifest_that_cannot_be_typed_is_quarantined_with_its_findings(root: Path) -> None:
    (root / MANIFEST).write_text("kind: DataProduct\nkind: DataProduct\n")
    mesh = gather(root)
    quarantined = mesh.quarantined["orders.order_events"]
    assert (quarantined.domain, quarantined.name, quarantined.path) == ("orders", "order_events", MANIFEST)
    assert {f.code for f in quarantined.findings} == {"MAN005", "MAN006"}
    assert {f.product for f in quarantined.findings} == {"orders.order_events"}
    assert set(quarantined.findings) == set(mesh.findings)
    assert set(mesh.products) == {OTHER}


def test_an_unreadable_schema_version_is_a_finding_of_its_product(root: Path) -> None:
    (root / "domains/orders/order_events/schema/2.0.0.avsc").write_bytes(b"\xff")
    mesh = gather(root)
    found = one(mesh, "MAN002")
    assert (found.path, found.product) == ("domains/orders/order_events/schema/2.0.0.avsc", "orders.order_events")
    assert set(mesh.products["orders.order_events"].schemas) == {"2.1.0"}


@pytest.mark.parametrize(
    ("name", "identity"),
    [("Order-Events", "orders.Order-Events"), ("9lives", "orders.9lives"), ("v1.0", "orders.v1-0"), ("é", "orders.-")],
)
def test_a_product_in_a_folder_with_an_illegal_name_is_quarantined(root: Path, name: str, identity: str) -> None:
    (root / MANIFEST).parent.rename(root / "domains/orders" / name)
    mesh = gather(root)
    assert set(mesh.quarantined) == {identity}
    assert one(mesh, "MAN011").product == identity


def test_illegal_names_that_look_alike_hide_nothing(root: Path) -> None:
    for name in ("a b", "a-b", "a+b"):
        (root / "domains/orders" / name).mkdir()
        (root / "domains/orders" / name / "data-product.yaml").write_text("kind: DataProduct\n")
    mesh = gather(root)
    assert set(mesh.quarantined) == {"orders.a-b", "orders.a-b-2", "orders.a-b-3"}
    assert {q.path for q in mesh.quarantined.values()} == {f"domains/orders/a{c}b/data-product.yaml" for c in " -+"}


def test_a_name_that_is_no_text_is_shown_escaped(root: Path) -> None:
    folder = root / "domains/orders" / os.fsdecode(b"bad\xff\n")
    folder.mkdir()
    (folder / "data-product.yaml").write_text("x: 1\n")
    mesh = gather(root)
    assert one(mesh, "MAN011").path == "domains/orders/bad\\xff\\n/data-product.yaml"


def test_every_product_of_a_domain_with_an_illegal_name_is_quarantined(root: Path) -> None:
    (root / "domains/orders").rename(root / "domains/Orders")
    mesh = gather(root)
    assert set(mesh.quarantined) == {"Orders.order_events"}
    assert "Orders" not in mesh.domains
    assert {f.code for f in mesh.findings} == {"MAN011"}


def test_products_without_a_domain_file_load_and_say_so(root: Path) -> None:
    (root / "domains/orders/domain.yaml").unlink()
    mesh = gather(root)
    assert "orders.order_events" in mesh.products
    found = one(mesh, "MAN013")
    line = line_of(root / MANIFEST, "domain: orders")
    assert (found.path, found.line, found.product) == (MANIFEST, line, "orders.order_events")


def test_products_of_a_broken_domain_file_load(root: Path) -> None:
    (root / "domains/orders/domain.yaml").write_text("kind: Domain\nspec: {team_size: none}\n")
    mesh = gather(root)
    assert "orders.order_events" in mesh.products
    assert {f.path for f in mesh.findings} == {"domains/orders/domain.yaml"}


def test_a_product_whose_manifest_was_deleted_stays_visible(root: Path) -> None:
    (root / MANIFEST).unlink()
    mesh = gather(root)
    assert one(mesh, "MAN012").product == "orders.order_events"
    assert set(mesh.quarantined) == {"orders.order_events"}


@pytest.mark.parametrize("name", ["data-product.yml", "data_product.yaml", "Data-Product.yaml", "dataproduct.yaml"])
def test_a_misnamed_manifest_is_not_passed_over(root: Path, name: str) -> None:
    (root / "domains/finance/forecast").mkdir()
    (root / "domains/finance/forecast" / name).write_text("kind: DataProduct\n")
    assert one(gather(root), "MAN012").path == f"domains/finance/forecast/{name}"


@pytest.mark.parametrize("path", ["domains/finance/data-product.yaml", "domains/finance/a/b/data-product.yaml"])
def test_a_misplaced_manifest_is_not_passed_over(root: Path, path: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text("kind: DataProduct\n")
    assert one(gather(root), "MAN012").path == path


def test_a_broken_exemption_costs_the_others_nothing(root: Path) -> None:
    entry = "  - {policy: %s, product: a.b, until: %s, granted_by: c, reason: d}\n"
    text = (
        "exemptions:\n"
        + entry % ("SLO001", "2027-01-31")
        + entry % ("SLO002", "soon")
        + entry % ("SLO003", "2027-01-31")
    )
    (root / "domains/exemptions.yaml").write_text(text)
    mesh = gather(root)
    assert [(e.policy, index) for e, _, index in mesh.exemptions] == [("SLO001", 0), ("SLO003", 2)]
    assert (one(mesh, "MAN008").line, one(mesh, "MAN008").key) == (3, "exemptions.1.until")


POLICY = """\
levels:
  SLO001: eror
  SLO006: off
  SLO002:
bounds:
  max_freshness_minutes: many
  min_team_size: 5
personal_data:
  not_personal:
    - 3
    - a.b.c
"""


def test_a_mistake_in_the_policy_file_costs_what_is_right_nothing(root: Path) -> None:
    (root / "domains/policy.yaml").write_text(POLICY)
    mesh = gather(root)
    assert [(f.code, f.line, f.level) for f in mesh.findings] == [
        ("MAN009", 2, "error"),
        ("MAN006", 4, "error"),
        ("MAN008", 6, "error"),
        ("MAN008", 10, "error"),
    ]
    assert mesh.policy.levels == {"SLO006": "off"}
    assert (mesh.policy.bounds.max_freshness_minutes, mesh.policy.bounds.min_team_size) == (120, 5)
    assert mesh.policy.personal_data.not_personal == ("a.b.c",)
    assert mesh.policy_document.at("personal_data.not_personal.0").line == 11


@pytest.mark.parametrize("text", ["- a\n", "levels: {SLO001: off\n", "levels: &a {SLO001: off}\nbounds: *a\n", "4\n"])
def test_a_policy_file_without_anything_right_leaves_the_defaults_in_force(root: Path, text: str) -> None:
    (root / "domains/policy.yaml").write_text(text)
    mesh = gather(root)
    assert mesh.policy == PolicyFile()
    assert {f.path for f in mesh.findings} == {"domains/policy.yaml"}


def test_of_a_level_that_is_written_twice_neither_holds(root: Path) -> None:
    (root / "domains/policy.yaml").write_text("levels:\n  SLO001: off\n  SLO001: warning\n  SLO006: off\n")
    mesh = gather(root)
    assert (one(mesh, "MAN005").line, mesh.policy.levels) == (3, {"SLO006": "off"})


def test_folders_without_a_manifest_and_hidden_names_are_no_products(root: Path) -> None:
    for folder in (
        "domains/orders/notes",
        "domains/orders/.cache/schema",
        "domains/.git",
        "domains/left_over/a/schema",
    ):
        (root / folder).mkdir(parents=True)
    (root / "domains/orders/notes/readme.md").write_text("hello")
    (root / "domains/README.md").write_text("hello")
    assert gather(root).findings == ()


def test_every_finding_has_a_place_and_a_fix_and_two_readings_agree(root: Path) -> None:
    (root / MANIFEST).write_text("spec: {slo: {freshness: {}}}\nmetadata: []\n")
    first, second = gather(root), gather(root)
    assert first.findings == second.findings
    assert all(f.line >= 1 and f.column >= 1 and f.fix and f.message for f in first.findings)


def test_a_domain_with_thousands_of_tables_is_read_in_a_second_and_told_of_once(root: Path) -> None:
    file = root / "domains" / "orders" / "domain.yaml"
    tables = "".join(f"        - {{name: p.t{i}, primary_key: [id], schema: sources/x{i}.avsc}}\n" for i in range(4000))
    file.write_text(file.read_text().replace("      tables:\n", f"      tables:\n{tables}", 1))
    started = time.process_time()
    mesh = gather(root)
    lacking = [f for f in mesh.findings if f.path == "domains/orders/domain.yaml"]
    assert len(lacking) == 201
    assert lacking[-1].message == "and `3800` more row schemas cannot be read"
    assert mesh.domains["orders"].source_tables is mesh.domains["orders"].source_tables
    assert all(row_schema(mesh.domains["orders"], f"p.t{i}") is None for i in range(4000))
    assert time.process_time() - started < 5
