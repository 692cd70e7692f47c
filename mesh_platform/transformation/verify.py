"""What dbt understood, held against what the platform relies on: names as paths, one schema, contracts enforced."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from mesh_platform import names
from mesh_platform.transformation.contract import Contract
from mesh_platform.transformation.project import PROJECT_FILE
from mesh_platform.transformation.refusal import Refusal

_BUILT = frozenset({"model", "seed", "snapshot"})
_HOLDS_ROWS = frozenset({"table", "incremental"})


def verify(folder: Path, domain: str, contracts: Iterable[Contract]) -> Refusal | None:
    """The first thing in the parsed project that the platform could not work with; None when all is well."""
    manifest = json.loads((folder / "target" / "manifest.json").read_text())
    project = manifest["metadata"]["project_name"]
    if project != domain:
        return Refusal(f"the project's name is `{project}`; it must be its domain's, `{domain}`", PROJECT_FILE, 1)
    nodes = manifest["nodes"]
    built = [n for n in nodes.values() if n["resource_type"] in _BUILT and n["package_name"] == domain]
    products = [nodes[u] for c in contracts if (u := f"model.{domain}.{c.model}") in nodes]
    return next(chain(_misplaced(built, names.internal_schema(domain)), _unfit(products)), None)


def _misplaced(nodes: Iterable[Mapping[str, Any]], schema: str) -> Iterator[Refusal]:
    for node in nodes:
        if node["schema"] != schema:
            message = f"`{node['name']}` would be built in `{node['schema']}`; all of a domain lies in `{schema}`"
            yield _refusal(node, f"{message}: remove its `schema` setting")


def _unfit(products: Iterable[Mapping[str, Any]]) -> Iterator[Refusal]:
    for node in products:
        name, config = node["name"], node["config"]
        if node["alias"] != name:
            yield _refusal(node, f"the product `{name}` would be named `{node['alias']}`: remove its `alias`")
        if config["materialized"] not in _HOLDS_ROWS:
            kind = config["materialized"]
            yield _refusal(node, f"the product `{name}` is a {kind}: a product is a `table` or `incremental`")
        if not config["contract"]["enforced"]:
            yield _refusal(node, f"the product `{name}` switches its contract off: remove `contract` from its config")


def _refusal(node: Mapping[str, Any], message: str) -> Refusal:
    return Refusal(message, node["original_file_path"], 1)
