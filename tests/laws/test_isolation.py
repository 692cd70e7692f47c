"""Law 1: break every manifest of the mesh, a dozen ways each; the others still load, and the broken one is seen."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.policies.govern import govern

PROJECT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 23)
MANIFESTS = sorted(path.relative_to(PROJECT).as_posix() for path in (PROJECT / "domains").rglob("data-product.yaml"))
DOMAIN_FILES = sorted(path.relative_to(PROJECT).as_posix() for path in (PROJECT / "domains").rglob("domain.yaml"))
COUNCIL_FILES = ["domains/policy.yaml", "domains/exemptions.yaml", "domains/notifications.yaml"]


def edited(edit: Callable[[str], str]) -> Callable[[Path], object]:
    return lambda file: file.write_text(edit(file.read_text()))


def folder_instead(file: Path) -> None:
    file.unlink()
    file.mkdir()


def loop_instead(file: Path) -> None:
    file.unlink()
    file.symlink_to(file)


def outside_instead(file: Path) -> None:
    file.unlink()
    file.symlink_to(PROJECT / "pyproject.toml")


WAYS: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "emptied": lambda file: file.write_bytes(b""),
    "no utf-8": lambda file: file.write_bytes(b"\xff\xfe" + file.read_bytes()),
    "a null byte": lambda file: file.write_bytes(file.read_bytes() + b"\0"),
    "cut in the middle": lambda file: file.write_bytes(file.read_bytes()[:300]),
    "too large": lambda file: file.write_bytes(b"#" * (2 << 20)),
    "a folder": folder_instead,
    "a loop": loop_instead,
    "a link outside": outside_instead,
    "bad indentation": edited(lambda text: text.replace("\nmetadata:", "\n metadata:")),
    "an open bracket": edited(lambda text: text.replace("metadata:", "metadata: [")),
    "an alias": edited(lambda text: text.replace("kind: ", "kind: *")),
    "a repeated key": edited(lambda text: text + "kind: DataProduct\n"),
    "an unknown key": edited(lambda text: text + "extra: 1\n"),
    "a missing key": edited(lambda text: text.replace("  description:", "  #description:").replace("kind:", "#kind:")),
    "a wrong type": edited(lambda text: text.replace("kind: ", "kind: [").replace("\nmetadata:", "]\nmetadata:")),
    "a list": lambda file: file.write_text("- 1\n- 2\n"),
    "two documents": edited(lambda text: text + "---\n" + text),
    "a tower": lambda file: file.write_text("a: " + "[" * 5000),
}
COUNCIL_WAYS = ["emptied", "no utf-8", "a null byte", "too large", "a folder", "a loop", "a link outside",
                "a repeated key", "an unknown key", "a list", "two documents", "a tower"]  # fmt: skip
"""Those that break a file of comments and defaults as well."""


def found_nothing_wrong_with(others: set[str], mesh: Mesh, broken: str) -> bool:
    return all(f.product not in others or f.path == broken for f in govern(mesh, TODAY) if f.counts)


@pytest.mark.parametrize("way", sorted(WAYS))
@pytest.mark.parametrize("manifest", MANIFESTS)
def test_a_broken_manifest_costs_only_its_own_product(root: Path, manifest: str, way: str) -> None:
    before = gather(root)
    (broken,) = (p.id for p in before.products.values() if p.document.path == manifest)
    WAYS[way](root / manifest)
    mesh = gather(root)
    others = set(before.products) - {broken}
    assert set(mesh.products) == others
    assert all(mesh.products[p].manifest == before.products[p].manifest for p in others)
    assert set(mesh.quarantined) == {broken}
    assert mesh.quarantined[broken].path == manifest
    assert {(f.path, f.product) for f in mesh.quarantined[broken].findings} == {(manifest, broken)}
    assert all(f.code and f.line >= 1 and f.fix for f in mesh.quarantined[broken].findings)
    assert found_nothing_wrong_with(others, mesh, manifest)


@pytest.mark.parametrize("way", sorted(WAYS))
@pytest.mark.parametrize("path", DOMAIN_FILES)
def test_a_broken_domain_file_costs_no_product(root: Path, path: str, way: str) -> None:
    before = gather(root)
    WAYS[way](root / path)
    mesh = gather(root)
    assert set(mesh.products) == set(before.products)
    assert set(before.domains) - set(mesh.domains) == {Path(path).parent.name}
    assert any(f.path == path or f.code == "MAN013" for f in mesh.findings)
    govern(mesh, TODAY)


@pytest.mark.parametrize("way", COUNCIL_WAYS)
@pytest.mark.parametrize("path", COUNCIL_FILES)
def test_a_broken_council_file_costs_no_product(root: Path, path: str, way: str) -> None:
    WAYS[way](root / path)
    mesh = gather(root)
    assert len(mesh.products) == len(MANIFESTS)
    assert any(f.path == path for f in mesh.findings)
    govern(mesh, TODAY)


@pytest.mark.parametrize(
    "schema", sorted(p.relative_to(PROJECT).as_posix() for p in (PROJECT / "domains").rglob("*.avsc"))
)
@pytest.mark.parametrize(
    "way", ["emptied", "no utf-8", "cut in the middle", "a folder", "a loop", "a list", "a tower", "deleted"]
)
def test_a_broken_schema_is_seen_and_costs_no_product(root: Path, schema: str, way: str) -> None:
    WAYS[way](root / schema)
    mesh = gather(root)
    assert len(mesh.products) == len(MANIFESTS)
    old_version = way == "deleted" and schema.endswith("2.0.0.avsc")
    assert old_version or any(f.counts for f in govern(mesh, TODAY))


MUTATIONS = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 12), st.binary(max_size=6)), min_size=1, max_size=5
)
TOKENS = [
    b": ",
    b"\n",
    b"- ",
    b"[",
    b"]",
    b"{",
    b"}",
    b"'",
    b'"',
    b"&a ",
    b"*a",
    b"? ",
    b"!!int ",
    b"|\n",
    b"\t",
    b"---\n",
    b"#",
    b"~",
]


def mutated(data: bytes, mutations: list[tuple[int, int, bytes]]) -> bytes:
    for place, cut, patch in mutations:
        at = place % (len(data) + 1)
        token = TOKENS[place % len(TOKENS)] if len(patch) < 2 else patch
        data = data[:at] + token + data[at + cut :]
    return data


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("playground")
    shutil.copytree(PROJECT / "domains", root / "domains")
    return root


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from([*MANIFESTS, *DOMAIN_FILES, *COUNCIL_FILES]), mutations=MUTATIONS)
def test_no_mutation_of_any_file_raises(playground: Path, path: str, mutations: list[tuple[int, int, bytes]]) -> None:
    original = (PROJECT / path).read_bytes()
    try:
        (playground / path).write_bytes(mutated(original, mutations))
        mesh = gather(playground)
        assert len(mesh.products) + len(mesh.quarantined) == len(MANIFESTS)
        assert all(f.line >= 1 and f.column >= 1 and "\n" not in f.message for f in govern(mesh, TODAY))
    finally:
        (playground / path).write_bytes(original)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from([*MANIFESTS, *DOMAIN_FILES, *COUNCIL_FILES]), data=st.binary(max_size=200))
def test_no_bytes_in_any_file_raise(playground: Path, path: str, data: bytes) -> None:
    original = (PROJECT / path).read_bytes()
    try:
        (playground / path).write_bytes(data)
        govern(gather(playground), TODAY)
    finally:
        (playground / path).write_bytes(original)
