"""A table or view of the mesh, and how it is told from the name that a query has for it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from mesh_platform import names
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.policies.sql.relation import MODEL, RECORD, RECORDS, THIS, parts


class Kind(StrEnum):
    """What a model can read."""

    MODEL = "model"
    LANDED = "landed"
    PORT = "port"
    PRIVATE = "private"
    """A table in the schema that only its own domain reads."""
    SEED = "seed"
    RECORD = "record"
    """One of the platform's own tables, or the model's own."""
    MISSING = "missing"
    """A model that there is not."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, order=True)
class Node:
    """A table or view of the mesh."""

    kind: Kind
    domain: str
    name: str
    """Of a model its name, of a landed table the table's or its change log's, of a port the product's id."""


class Nodes:
    """What every relation is, for the models of each domain."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._known: dict[tuple[str, str], Node] = {}

    def node(self, domain: str, relation: str) -> Node:
        """What a relation is, that a model of this domain reads."""
        at = (domain, relation)
        if at not in self._known:
            self._known[at] = self._resolved(domain, *parts(relation))
        return self._known[at]

    @cached_property
    def _ports(self) -> Mapping[tuple[str, str], str]:
        return {(dataset.lower(), table.lower()): product for (dataset, table), product in self._mesh.ports.items()}

    def _resolved(self, domain: str, kind: str, schema: str, name: str) -> Node:
        if kind in (THIS, RECORD):
            return Node(Kind.RECORD, domain, name)
        if kind == MODEL:
            return self._model(domain, schema, name)
        schema, name = schema.rpartition(".")[2].lower(), name.lower()
        if (schema, name) in self._ports:
            product = self._ports[schema, name]
            return Node(Kind.PORT, product.partition(".")[0], product)
        for owner in self._mesh.known_domains:
            if schema == names.cdc_schema(owner).lower():
                return Node(Kind.LANDED, owner, name)
            if schema == names.internal_schema(owner).lower():
                return Node(Kind.PRIVATE, owner, name)
        return Node(
            Kind.RECORD if f"{schema}.{name}" in RECORDS else Kind.UNKNOWN, "", f"{schema}.{name}" if schema else name
        )

    def _model(self, domain: str, package: str, name: str) -> Node:
        project = self._mesh.dbt.get(package)
        if project and (name in project.models or name in project.queries):
            return Node(Kind.MODEL, package, name)
        if project and (latest := _latest(project.models, name)):
            return Node(Kind.MODEL, package, latest)
        return Node(Kind.SEED if project and name in project.tables else Kind.MISSING, package, name)


def _latest(models: Iterable[str], name: str) -> str | None:
    """Of a model in versions, `<name>_v<number>`, the greatest: what `ref` means that names none."""
    found = [
        (int(m[1]), model) for model in models if (m := re.fullmatch(rf"{re.escape(name)}_v([0-9]{{1,9}})", model))
    ]
    return max(found, default=(0, None))[1]
