"""The SQL of a dbt project that is no model: its tests, and the hooks that its files of settings hold."""

from collections.abc import Iterator
from typing import Any

from mesh_platform.manifest.mesh import DbtModels, TextFile
from mesh_platform.policies.sql.hook import statements_of
from mesh_platform.transformation.yaml_text import read_yaml


def statements(project: DbtModels) -> Iterator[tuple[TextFile, str]]:
    """Each file with the statements in it, unrendered."""
    yield from ((file, file.text) for file in project.tests)
    for file in (*filter(None, [project.settings]), *project.properties):
        if "hook" in file.text or "on-run-" in file.text:
            for sql in _hooks(read_yaml(file.text.encode("utf-8", "replace"))):
                yield file, sql


def _hooks(said: Any) -> Iterator[str]:
    waiting = [said]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, dict):
            yield from statements_of(value)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
