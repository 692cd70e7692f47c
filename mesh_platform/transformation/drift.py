"""Where what an engineer typed about a product's columns departs from the schema, which alone decides them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import yaml

from mesh_platform import names
from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.finding import Finding, Level
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.transformation.contract import Contract, ContractColumn, contracts
from mesh_platform.transformation.prepared import FIX
from mesh_platform.transformation.project import PROJECT_FILE, ProjectRefused, is_project, project_files
from mesh_platform.transformation.properties import is_properties, mentions
from mesh_platform.transformation.refused import refused
from mesh_platform.transformation.unparsed import Unparsed, unparsed
from mesh_platform.transformation.yaml_text import below, compose, items, text


@dataclass(frozen=True)
class DriftRule:
    """A kind of drift: a permanent code, why it matters, and what to do."""

    code: str
    title: str
    rationale: str
    fix: str
    level: Level = Level.ERROR


UNKNOWN_COLUMN: Final = DriftRule(
    "DBT101",
    "properties name only columns of the schema",
    "A column that the schema does not have is not in the product; a test on it would never run.",
    "remove the column, or add it to a new schema version",
)
OTHER_TYPE: Final = DriftRule(
    "DBT102",
    "the schema decides the type",
    "The schema decides a column's type; a second one in the dbt project can only be wrong.",
    "remove `data_type`: it is generated from the schema",
)
NO_CONTRACT: Final = DriftRule(
    "DBT103",
    "the contract is on",
    "A product without its contract could be published with other columns than it promises.",
    "remove `contract`: every product is under the contract of its schema version",
)
NO_HEADER: Final = DriftRule(
    "DBT104",
    "a product's rows tell their batch",
    "Every row of a product tells its batch and its revision; a model that does not is refused when it runs.",
    "select `{{ platform.contract_columns() }}, {{ platform.data_product_header() }}` at the end of the model",
    Level.WARNING,
)
STALE: Final = DriftRule(
    "DBT900",
    "what runs is what is written",
    "The mesh runs on prepared dbt artifacts; when the files have moved on, what runs is not what is written.",
    "run `mesh prepare` and reload the location; `mesh up` does so by itself",
    Level.WARNING,
)
UNPARSED: Final = DriftRule(
    "DBT100",
    "the project parses",
    "A dbt project that does not parse costs its own domain its refreshes; what was prepared before stays.",
    "correct the project; the message is dbt's own",
)
_HEADER: Final = (b"data_product_header", names.BATCH_COLUMN.encode())
RULES: Final = {rule.code: rule for rule in (UNPARSED, UNKNOWN_COLUMN, OTHER_TYPE, NO_CONTRACT, NO_HEADER, STALE)}

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
    domains = sorted({p.domain for p in mesh.products.values()} | set(mesh.dbt))
    return [found for domain in domains for found in _domain(mesh, environment, domain)]


def _domain(mesh: Mesh, environment: Environment, domain: str) -> Iterator[Finding]:
    folder = environment.dbt_projects / domain
    if not is_project(folder):
        return
    owed = {c.model: c for c in contracts(mesh, domain, environment.target)}
    try:
        files = project_files(folder, lambda path: path == PROJECT_FILE or is_properties(path) or path.endswith(".sql"))
    except ProjectRefused as problem:
        yield _unparsed(domain, Unparsed(problem.path, 1, 1, str(problem)))
        return
    broken = [_unparsed(domain, found) for found in unparsed(files)]
    yield from broken or _refused(mesh, environment, domain)
    for path, content in files.items():
        model_file = _model(path) in owed
        if not model_file and not is_properties(path):
            continue
        departures = _query(path, content) if model_file else _properties(content, owed, environment.target)
        for rule, (line, column), message, model in departures:
            shown = f"{names.DBT_FOLDER}/{domain}/{path}"
            yield Finding(shown, line, column, rule.code, rule.level, message, rule.fix, product=f"{domain}.{model}")


def _unparsed(domain: str, found: Unparsed) -> Finding:
    path = f"{names.DBT_FOLDER}/{domain}/{found.path}"
    return Finding(path, found.line, found.column, UNPARSED.code, UNPARSED.level, found.message, FIX)


def _refused(mesh: Mesh, environment: Environment, domain: str) -> Iterator[Finding]:
    if problem := refused(mesh, environment, domain):
        yield Finding(problem.path, problem.line, 1, UNPARSED.code, UNPARSED.level, problem.message, problem.fix)


def _model(path: str) -> str | None:
    """The model that a query in SQL builds."""
    return PurePosixPath(path).stem if path.endswith(".sql") and path.startswith("models/") else None


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
        yield OTHER_TYPE, typed, f"`{name.value}` is typed `{text(typed)}`; the schema makes it `{promised.data_type}`"


def _spelled(data_type: str, target: Target) -> str:
    word = " ".join(data_type.upper().split())
    return _ALIASES[target].get(word, word)
