"""What is no readable text file of the mesh is a finding at its path, and stops nothing else."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mesh_platform.manifest.gather import gather
from tests.manifest.findings import MANIFEST, OTHER, line_of, one


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
