"""Where what an engineer typed about a product's columns departs from the schema, which alone decides them."""

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

import yaml

from mesh_platform import names
from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.finding import Finding
from mesh_platform.manifest.folder import MAX_BYTES
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.transformation.contract import Contract, ContractColumn, contracts
from mesh_platform.transformation.described import Lack, entries, undescribed, unkeyed
from mesh_platform.transformation.drift_rule import (
    NO_CONTRACT,
    NO_HEADER,
    OTHER_TYPE,
    UNDESCRIBED,
    UNKEYED,
    UNKNOWN_COLUMN,
    UNPARSED,
    DriftRule,
)
from mesh_platform.transformation.prepared import FIX
from mesh_platform.transformation.project import PROJECT_FILE, read_project
from mesh_platform.transformation.properties import YAML, is_properties, mentions
from mesh_platform.transformation.refused import refused
from mesh_platform.transformation.unparsed import Unparsed, model_folders, unparsed
from mesh_platform.transformation.yaml_text import below, compose, items, text

_HEADER: Final = (b"data_product_header", names.BATCH_COLUMN.encode())
_ALIASES: Final = {
    Target.DUCKDB: {
        "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE", "DATETIME": "TIMESTAMP", "TEXT": "VARCHAR", "STRING": "VARCHAR",
        "INT8": "BIGINT", "LONG": "BIGINT", "INT": "INTEGER", "INT4": "INTEGER", "BOOL": "BOOLEAN", "REAL": "FLOAT",
        "FLOAT4": "FLOAT", "FLOAT8": "DOUBLE", "BYTEA": "BLOB",
    },
    Target.BIGQUERY: {"INT": "INT64", "INTEGER": "INT64", "BIGINT": "INT64", "BOOLEAN": "BOOL"},
}  # fmt: skip


def drift(mesh: Mesh, environment: Environment) -> list[Finding]:
    """Every departure in the dbt projects of the mesh's products; reads files only, and never dbt."""
    return [found for departures in drift_by_domain(mesh, environment).values() for found in departures]


def drift_by_domain(
    mesh: Mesh, environment: Environment, known: Mapping[str, list[Finding]] | None = None
) -> dict[str, list[Finding]]:
    """Domain → the departures in its project; of those that are known nothing is read."""
    domains, known = sorted({p.domain for p in mesh.products.values()} | set(mesh.dbt)), known or {}
    return {d: known[d] if d in known else list(_domain(mesh, environment, d)) for d in domains}


def _domain(mesh: Mesh, environment: Environment, domain: str) -> Iterator[Finding]:
    folder = environment.dbt_projects / domain
    if not os.path.lexists(folder / PROJECT_FILE):
        return
    owed = {c.model: c for c in contracts(mesh, domain, environment.target)}
    files, refused_files = read_project(folder, lambda path: path.endswith((*YAML, ".sql")))
    for problem in refused_files:
        yield _unparsed(domain, Unparsed(problem.path, 1, 1, str(problem)))
    files, large = _small(files)
    yield from (_unparsed(domain, found) for found in large)
    faults = list(unparsed(files))
    broken = [_unparsed(domain, found) for found in faults]
    yield from broken
    if not broken and not large and not refused_files:
        yield from _refused(mesh, environment, domain)
        yield from _lacks(mesh, domain, owed, files)
    folders, unread = model_folders(files.get(PROJECT_FILE, b"")), {found.path for found in faults}
    for path, content in files.items():
        model_file = path not in unread and _model(path, folders) in owed
        if not model_file and not is_properties(path):
            continue
        departures = _query(path, content) if model_file else _properties(content, owed, environment.target)
        for rule, (line, column), message, model in departures:
            shown = f"{names.DBT_FOLDER}/{domain}/{path}"
            yield Finding(shown, line, column, rule.code, rule.level, message, rule.fix, product=f"{domain}.{model}")


def _small(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[Unparsed]]:
    """The files without those that a person could not have written, which are findings."""
    kept = {path: content for path, content in files.items() if len(content) <= MAX_BYTES}
    told = "the file has `{}` bytes; at most `{}` are read"
    return kept, [Unparsed(p, 1, 1, told.format(len(c), MAX_BYTES)) for p, c in files.items() if p not in kept]


def _lacks(mesh: Mesh, domain: str, owed: Collection[str], files: Mapping[str, bytes]) -> Iterator[Finding]:
    known = entries({path: content for path, content in files.items() if is_properties(path)})
    project = mesh.dbt.get(domain)
    models = {m: p.removeprefix(f"{project.path}/") for m, p in project.models.items()} if project else {}
    for lack in undescribed(models, known):
        yield _lack(domain, UNDESCRIBED, lack, f"nothing describes the model `{lack.model}`", lack.model in owed)
    for lack in unkeyed(owed, known, models):
        yield _lack(domain, UNKEYED, lack, f"no test holds a key of `{lack.model}`", True)


def _lack(domain: str, rule: DriftRule, lack: Lack, message: str, product: bool) -> Finding:
    path, about = f"{names.DBT_FOLDER}/{domain}/{lack.path}", f"{domain}.{lack.model}" if product else None
    return Finding(path, lack.line, lack.column, rule.code, rule.level, message, rule.fix, product=about)


def _unparsed(domain: str, found: Unparsed) -> Finding:
    path = f"{names.DBT_FOLDER}/{domain}/{found.path}"
    return Finding(path, found.line, found.column, UNPARSED.code, UNPARSED.level, found.message, FIX)


def _refused(mesh: Mesh, environment: Environment, domain: str) -> Iterator[Finding]:
    if problem := refused(mesh, environment, domain):
        yield Finding(problem.path, problem.line, 1, UNPARSED.code, UNPARSED.level, problem.message, problem.fix)


def _model(path: str, folders: tuple[str, ...]) -> str | None:
    """The model that a query in SQL builds."""
    return PurePosixPath(path).stem if path.endswith(".sql") and path.startswith(folders) else None


Departure = tuple[DriftRule, tuple[int, int], str, str]
"""Rule, line and column, message, model."""


def _query(path: str, content: bytes) -> Iterator[Departure]:
    if not any(word in content for word in _HEADER):
        model = PurePosixPath(path).stem
        yield NO_HEADER, (1, 1), f"nothing in the model selects `{names.BATCH_COLUMN}`", model


def _properties(content: bytes, owed: Mapping[str, Contract], target: Target) -> Iterator[Departure]:
    root = compose(content) if mentions(content, owed.values()) else None
    for entry in items(below(root, "models")):
        if promised := owed.get(text(below(entry, "name")) or ""):
            for rule, node, message in _entry(entry, promised, target):
                yield rule, (node.start_mark.line + 1, node.start_mark.column + 1), message, promised.model


_Spot = tuple[DriftRule, yaml.Node, str]


def _entry(entry: yaml.Node, promised: Contract, target: Target) -> Iterator[_Spot]:
    by_name = {c.name.lower(): c for c in promised.columns}
    for column in items(below(entry, "columns")):
        name = below(column, "name")
        if isinstance(name, yaml.ScalarNode):
            yield from _column(column, name, by_name.get(name.value.lower()), target)
    enforced = below(below(below(entry, "config"), "contract"), "enforced")
    if enforced is not None and (text(enforced) or "").lower() not in {"true", "yes", "on"}:
        yield NO_CONTRACT, enforced, f"the contract of `{promised.model}` is switched off"


def _column(
    column: yaml.Node, name: yaml.ScalarNode, promised: ContractColumn | None, target: Target
) -> Iterator[_Spot]:
    if promised is None:
        yield UNKNOWN_COLUMN, name, f"the schema has no column `{name.value}`"
        return
    typed = below(column, "data_type")
    if typed is not None and _spelled(text(typed) or "", target) != promised.data_type:
        yield OTHER_TYPE, typed, f"`{name.value}` is typed {_shown(typed)}; the schema makes it `{promised.data_type}`"


def _shown(node: yaml.Node) -> str:
    written = text(node)
    return (
        f"`{written}`" if written is not None else "as a mapping" if isinstance(node, yaml.MappingNode) else "as a list"
    )


def _spelled(data_type: str, target: Target) -> str:
    word = " ".join(data_type.upper().split())
    return _ALIASES[target].get(word, word)
