"""One folder below `domains/`: its domain.yaml, its row schemas and its products."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.document import Document, Place
from mesh_platform.manifest.domain import DomainManifest
from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.folder import (
    Entry,
    Root,
    below,
    entries,
    exists,
    holds_files,
    is_folder,
    read_text,
    root_at,
)
from mesh_platform.manifest.mesh import Domain, Product, Quarantined, TextFile
from mesh_platform.manifest.product_folder import (
    ProductFolder,
    identity_of,
    illegal_name,
    is_product,
    read_product,
    strays,
)
from mesh_platform.manifest.reading import finding
from mesh_platform.manifest.tree import Problem
from mesh_platform.manifest.typed import typed
from mesh_platform.manifest.yaml_file import read_yaml

_MOST: Final = 200


@dataclass(frozen=True)
class DomainFolder:
    """What was found in one domain's folder."""

    name: str
    domain: Domain | None
    products: tuple[Product, ...]
    quarantined: tuple[Quarantined, ...]
    """With their own findings, which are not repeated in `findings`."""
    findings: tuple[Finding, ...]


def read_domain(root: Root, folder: Entry) -> DomainFolder:
    """The domain in this folder, with every product that can be read."""
    name, refused = identity_of(folder.name), tuple(illegal_name(folder))
    found, problems = entries(root, folder)
    read = [read_product(root, entry, name, refused) for entry in found if is_product(root, entry)]
    domain, findings = _domain_file(root, folder, name, refused, read)
    listing = [finding(p, folder.path) for p in problems]
    loaded = [r for r in read if isinstance(r.product, Product)]
    return DomainFolder(
        name=name,
        domain=domain,
        products=tuple(r.product for r in read if isinstance(r.product, Product)),
        quarantined=tuple(r.product for r in read if isinstance(r.product, Quarantined)),
        findings=(*listing, *findings, *(f for r in loaded for f in r.findings), *_strays(root, folder, found)),
    )


def _domain_file(
    root: Root, folder: Entry, name: str, refused: tuple[Problem, ...], products: list[ProductFolder]
) -> tuple[Domain | None, list[Finding]]:
    entry = below(folder, names.DOMAIN_FILE)
    if not exists(entry):
        return None, list(_without_domain(entry, folder, products))
    tree = read_yaml(root, entry)
    value, problems = typed(DomainManifest, tree)
    findings = [finding(p, entry.path) for p in (*refused, *problems)]
    if value is None or refused:
        return None, findings
    document = Document(entry.path, tree.places)
    schemas, schema_findings = _row_schemas(root, folder, value, document)
    return Domain(name, value, document, schemas), [*findings, *schema_findings]


def _without_domain(entry: Entry, folder: Entry, products: list[ProductFolder]) -> Iterator[Finding]:
    """Each product is told that nobody answers for it; an empty folder is told once."""
    message, fix = f"`{folder.path}` has no `{names.DOMAIN_FILE}`", f"write `{entry.path}`"
    loaded = [r.product for r in products if isinstance(r.product, Product)]
    for product in loaded:
        place = product.document.at("metadata.domain")
        yield finding(Problem("MAN013", place, message, fix, "metadata.domain"), product.document.path, product.id)
    if not loaded and holds_files(folder):
        yield finding(Problem("MAN013", Place(1, 1), message, fix), entry.path)


def _row_schemas(
    root: Root, folder: Entry, value: DomainManifest, document: Document
) -> tuple[dict[str, TextFile], list[Finding]]:
    files: dict[str, TextFile] = {}
    findings: list[Finding] = []
    for s, system in enumerate(value.spec.source_systems):
        for t, table in enumerate(system.tables):
            key = f"spec.source_systems.{s}.tables.{t}.schema"
            read = _row_schema(root, folder, table.row_schema)
            if isinstance(read, TextFile):
                files[table.row_schema] = read
            else:
                problem = Problem(read.code, document.at(key), f"`{table.row_schema}`: {read.message}", read.fix, key)
                findings.append(finding(problem, document.path))
    return files, _first(findings)


def _first(findings: list[Finding]) -> list[Finding]:
    """As many as anybody mends at once, and how many more there are."""
    if len(findings) <= _MOST:
        return findings
    more = f"and `{len(findings) - _MOST}` more row schemas cannot be read"
    return [*findings[:_MOST], replace(findings[_MOST], message=more, key="")]


def _row_schema(root: Root, folder: Entry, written: str) -> TextFile | Problem:
    """The file a domain names; only below the domain's own folder, whatever links and dots the path holds."""
    inside = root_at(Path(folder.at))
    if written.startswith("/") or ".." in written.split("/") or "\0" in written:
        return Problem(
            "MAN001",
            Place(1, 1),
            "the path leads out of the domain's folder",
            "name a file below it, as `sources/public.orders.avsc`",
        )
    entry = below(folder, written)
    text = read_text(inside, entry)
    return TextFile(entry.path, text) if isinstance(text, str) else text


def _strays(root: Root, folder: Entry, found: list[Entry]) -> Iterator[Finding]:
    yield from (f for f in strays(root, folder) if not f.path.endswith(f"/{names.PRODUCT_FILE}"))
    if any(e.name == names.PRODUCT_FILE for e in found):
        message = "the manifest lies beside `domain.yaml`; a product has a folder of its own"
        yield finding(
            Problem("MAN012", Place(1, 1), message, "move it into a folder named as the product"),
            f"{folder.path}/{names.PRODUCT_FILE}",
        )
    for entry in found:
        if is_folder(entry):
            yield from strays(root, entry)
