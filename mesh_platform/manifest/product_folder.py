"""One folder below a domain's: its manifest and the schema versions beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.document import Document, Place
from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.folder import (
    LEGAL_NAME,
    Entry,
    Root,
    below,
    entries,
    exists,
    holds_files,
    is_folder,
    read_text,
)
from mesh_platform.manifest.mesh import Product, Quarantined, TextFile
from mesh_platform.manifest.product import DataProduct
from mesh_platform.manifest.reading import finding
from mesh_platform.manifest.tree import Problem
from mesh_platform.manifest.typed import typed
from mesh_platform.manifest.yaml_file import read_yaml

_ALMOST: Final = re.compile(r"data[-_ ]?product\.(ya?ml|yaml\.txt|json)", re.IGNORECASE)
_SCHEMA_ENDING: Final = ".avsc"


@dataclass(frozen=True)
class ProductFolder:
    """What was found in one product's folder: a product, or why it is in quarantine."""

    product: Product | Quarantined
    findings: tuple[Finding, ...]


def is_product(root: Root, entry: Entry) -> bool:
    """A folder with a manifest, with schema versions whose manifest is gone, or with what nobody can look into."""
    if not is_folder(entry):
        return False
    found, unlisted = entries(root, entry)
    names_in_it = {e.name for e in found}
    orphaned = names.SCHEMA_FOLDER in names_in_it and holds_files(below(entry, names.SCHEMA_FOLDER))
    return bool(unlisted) or names.PRODUCT_FILE in names_in_it or orphaned


def read_product(root: Root, folder: Entry, domain: str, refused: tuple[Problem, ...] = ()) -> ProductFolder:
    """The product in this folder; `refused` says what is wrong with the folders it lies in."""
    entry, identity = below(folder, names.PRODUCT_FILE), f"{domain}.{identity_of(folder.name)}"
    tree = read_yaml(root, entry)
    value, problems = typed(DataProduct, tree)
    problems = [*refused, *illegal_name(folder), *(problems if exists(entry) else _absent(root, folder))]
    schemas, schema_findings = _schemas(root, folder, identity)
    if value is not None and not problems:
        product = Product(identity, value, Document(entry.path, tree.places), schemas)
        return ProductFolder(product, tuple(schema_findings))
    found = (*(finding(p, entry.path, identity) for p in problems), *schema_findings)
    return ProductFolder(Quarantined(identity, entry.path, found), found)


def identity_of(name: str) -> str:
    """A folder's name as the part of an identity: what could not stand in one becomes `-`."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", name) or "-"


def illegal_name(folder: Entry) -> list[Problem]:
    """Why the folder's name can be no part of an identity."""
    if LEGAL_NAME.fullmatch(folder.name):
        return []
    legal = re.sub(r"[^a-z0-9_]", "_", folder.name.lower()).lstrip("_0123456789")[:63]
    fix = f"rename it, for example to `{legal}`" if legal else "rename it"
    name = folder.path.rpartition("/")[2]
    message = f"the folder name `{name}` is not a lower-case letter, then letters, digits and `_`, 63 at most"
    return [Problem("MAN011", Place(1, 1), message, fix)]


def strays(root: Root, folder: Entry) -> Iterator[Finding]:
    """Manifests in this folder, or one below, that lie or are called so that nobody would read them."""
    found, _ = entries(root, folder)
    for entry in found:
        inner = below(entry, names.PRODUCT_FILE)
        if _ALMOST.fullmatch(entry.name) and entry.name != names.PRODUCT_FILE:
            yield finding(
                _stray(f"`{entry.name}` is not read; a manifest is called `{names.PRODUCT_FILE}`", "rename it"),
                entry.path,
            )
        elif is_folder(entry) and exists(inner):
            yield finding(
                _stray("the manifest lies a folder too deep", "move its folder up, directly below its domain's"),
                inner.path,
            )


def _stray(message: str, fix: str) -> Problem:
    return Problem("MAN012", Place(1, 1), message, fix)


def _absent(root: Root, folder: Entry) -> list[Problem]:
    _, unlisted = entries(root, folder)
    message = f"there is no `{names.PRODUCT_FILE}` beside `{names.SCHEMA_FOLDER}/`"
    return unlisted or [_stray(message, "write the manifest; or delete the folder if the product has retired")]


def _schemas(root: Root, folder: Entry, product: str) -> tuple[dict[str, TextFile], list[Finding]]:
    """Version text → file; what cannot be read is a finding at its own path."""
    home = below(folder, names.SCHEMA_FOLDER)
    if not exists(home):
        return {}, []
    found, problems = entries(root, home)
    findings = [finding(p, home.path, product) for p in problems]
    files: dict[str, TextFile] = {}
    for entry in found:
        if entry.name.endswith(_SCHEMA_ENDING):
            text = read_text(root, entry)
            if isinstance(text, str):
                files[entry.path.rpartition("/")[2].removesuffix(_SCHEMA_ENDING)] = TextFile(entry.path, text)
            else:
                findings.append(finding(text, entry.path, product))
    return files, findings
