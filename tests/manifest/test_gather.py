import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh

MANIFEST = "domains/orders/order_events/data-product.yaml"
OTHER = "finance.revenue_daily"


def line_of(file: Path, text: str) -> int:
    lines = file.read_text().split("\n")
    return next(number for number, line in enumerate(lines, 1) if text in line)


def one(mesh: Mesh, code: str) -> Finding:
    found = [f for f in mesh.findings if f.code == code]
    assert len(found) == 1, mesh.findings
    return found[0]


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


@pytest.mark.parametrize(
    ("content", "code", "line", "column"),
    [
        (b"", "MAN010", 1, 1),
        (b"a: 1\nb: \xff\xfe\n", "MAN002", 2, 4),
        (b"a: 1\nb: \x00\n", "MAN002", 2, 4),
        (b"a: 1\r\nb: \x1b\r\n", "MAN002", 2, 4),
        ("a: 1\nb: user\u202enimda\n".encode(), "MAN002", 2, 8),
        ("kind: DataProduct\n".encode("utf-16"), "MAN002", 1, 1),
        (b"# " + b"x" * (1 << 20), "MAN002", 1, 1),
    ],
)
def test_a_file_that_is_no_plain_text_is_quarantined(
    root: Path, content: bytes, code: str, line: int, column: int
) -> None:
    (root / MANIFEST).write_bytes(content)
    found = one(gather(root), code)
    assert (found.path, found.line, found.column) == (MANIFEST, line, column)


def test_a_byte_order_mark_and_windows_line_ends_are_fine(root: Path) -> None:
    text = (root / MANIFEST).read_text()
    (root / MANIFEST).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    mesh = gather(root)
    assert mesh.findings == ()
    assert mesh.products["orders.order_events"].document.at("kind").line == 3


def replace_with_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def replace_with_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def replace_with_loop(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)


def replace_with_broken_link(file: Path) -> None:
    file.unlink()
    file.symlink_to("nowhere.yaml")


def replace_with_link_outside(file: Path) -> None:
    outside = file.parents[4] / "outside.yaml"
    file.rename(outside)
    file.symlink_to(outside)


@pytest.mark.parametrize(
    "spoil",
    [replace_with_folder, replace_with_pipe, replace_with_loop, replace_with_broken_link, replace_with_link_outside],
)
@pytest.mark.parametrize(
    "path", [MANIFEST, "domains/orders/domain.yaml", "domains/policy.yaml", "domains/exemptions.yaml"]
)
def test_what_is_no_file_of_the_mesh_is_a_finding_and_stops_nothing(root: Path, path: str, spoil: object) -> None:
    spoil(root / path)  # type: ignore[operator]
    started = time.monotonic()
    mesh = gather(root)
    assert one(mesh, "MAN001").path == path
    assert OTHER in mesh.products
    assert time.monotonic() - started < 5


@pytest.fixture
def forbid() -> Iterator[Callable[[Path], None]]:
    """Takes every permission away, and gives it back in the end; skips where the user may read everything."""
    forbidden: list[Path] = []

    def forbid(path: Path) -> None:
        forbidden.append(path)
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this user may read everything")

    yield forbid
    for path in forbidden:
        path.chmod(0o755)


@pytest.mark.parametrize("path", [MANIFEST, "domains/orders/order_events"])
def test_what_may_not_be_read_is_quarantined(root: Path, path: str, forbid: Callable[[Path], None]) -> None:
    forbid(root / path)
    mesh = gather(root)
    assert one(mesh, "MAN001").path == MANIFEST
    assert set(mesh.quarantined) == {"orders.order_events"}


@pytest.mark.parametrize("path", ["domains", "domains/orders", "dbt_projects", "dbt_projects/orders"])
def test_a_folder_that_may_not_be_entered_stops_nothing(root: Path, path: str, forbid: Callable[[Path], None]) -> None:
    forbid(root / path)
    mesh = gather(root)
    assert [f.path for f in mesh.findings] == ([path] if path.startswith("domains") else [])


def test_a_link_to_a_file_inside_the_mesh_is_fine(root: Path) -> None:
    (root / MANIFEST).rename(root / "shared.yaml")
    (root / MANIFEST).symlink_to(root / "shared.yaml")
    assert gather(root).findings == ()


def test_a_product_folder_that_links_outside_is_refused(root: Path) -> None:
    folder = (root / MANIFEST).parent
    folder.rename(root.parent / "outside")
    folder.symlink_to(root.parent / "outside")
    mesh = gather(root)
    assert "orders.order_events" in mesh.quarantined
    assert {f.code for f in mesh.findings} == {"MAN001"}


@pytest.mark.parametrize(
    "written", ["../finance/domain.yaml", "/etc/hostname", "sources/../../policy.yaml", "sources", "no.avsc"]
)
def test_a_row_schema_lies_below_its_domain(root: Path, written: str) -> None:
    file = root / "domains/orders/domain.yaml"
    file.write_text(file.read_text().replace("sources/public.orders.avsc", written))
    mesh = gather(root)
    found = one(mesh, "MAN001")
    assert (found.path, found.line, found.key) == (
        "domains/orders/domain.yaml",
        line_of(file, f"schema: {written}"),
        "spec.source_systems.0.tables.0.schema",
    )
    assert set(mesh.domains["orders"].row_schemas) == {"sources/public.returns.avsc"}


def test_a_row_schema_behind_a_link_out_of_the_domain_is_refused(root: Path) -> None:
    schema = root / "domains/orders/sources/public.orders.avsc"
    schema.rename(root / "domains/finance/public.orders.avsc")
    schema.symlink_to(root / "domains/finance/public.orders.avsc")
    assert one(gather(root), "MAN001").path == "domains/orders/domain.yaml"


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


def test_a_broken_policy_file_leaves_the_defaults_in_force(root: Path) -> None:
    (root / "domains/policy.yaml").write_text("bounds: {max_freshness_minutes: many}\nlevels: {SLO001: off}\n")
    mesh = gather(root)
    assert mesh.policy.bounds.max_freshness_minutes == 120
    assert mesh.policy.levels == {}
    assert one(mesh, "MAN008").path == "domains/policy.yaml"


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
