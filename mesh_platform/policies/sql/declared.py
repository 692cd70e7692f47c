"""What the properties files of the dbt projects declare, of sources and of seeds."""

from collections.abc import Mapping

from mesh_platform.manifest.mesh import Mesh
from mesh_platform.policies.sql import seeds
from mesh_platform.policies.sql.relation import SOURCE, parts
from mesh_platform.policies.sql.sources import Sources, guessed, readable, sources


class Declared:
    """Answers from the files of every project, each read once."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._sources: dict[str, Sources | None] = {}
        self._personal: dict[str, Mapping[str, frozenset[str]]] = {}

    def sources(self, domain: str) -> Sources | None:
        """What the sources of a project stand for; None where a file that may declare one cannot be read."""
        if domain not in self._sources:
            project = self._mesh.dbt.get(domain)
            self._sources[domain] = sources(project.properties) if project and readable(project.properties) else None
        return self._sources[domain]

    def is_undeclared(self, domain: str, relation: str) -> bool:
        """Whether a relation is a `source()` that no file declares: none of the project, and it installs none."""
        kind, schema, name = parts(relation)
        known = self.sources(domain) if kind == SOURCE and not self._mesh.dbt[domain].has_packages else None
        return known is not None and (schema, name) not in known.values()

    def is_declared(self, domain: str, relation: str) -> bool:
        """Whether a relation is a `source()` of a file of the project, which writes its names out."""
        kind, schema, name = parts(relation)
        known = self.sources(domain) if kind == SOURCE else None
        declared = known is not None and (schema, name) in known.values()
        return declared and (schema, name) not in guessed(self._mesh.dbt[domain].properties)

    def personal_columns(self, domain: str, seed: str) -> frozenset[str]:
        """The columns of a seed that are declared personal data, lower case."""
        if domain not in self._personal:
            self._personal[domain] = seeds.personal_columns(self._mesh.dbt[domain].properties)
        return self._personal[domain].get(seed, frozenset())
