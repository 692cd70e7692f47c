"""What a domain's dbt project holds, told from its files: validating never parses dbt."""

import os
from collections.abc import Iterator
from typing import Final

from mesh_platform.manifest.folder import Entry, Root, below, exists, is_inside, read_text
from mesh_platform.manifest.mesh import DbtModels, TextFile
from mesh_platform.manifest.plain_text import printable

_MODEL_FILES: Final = (".sql", ".py")
_PROPERTIES: Final = (".yml", ".yaml")
_SOURCES: Final = "sources"


def read_dbt_models(root: Root, project: Entry) -> DbtModels | None:
    """The project in this folder; None when there is none."""
    if not is_inside(root, project) or not exists(below(project, "dbt_project.yml")):
        return None
    paths: dict[str, str] = {}
    queries: dict[str, TextFile] = {}
    properties: list[TextFile] = []
    for file in _files(below(project, "models")):
        name, ending = _split(file)
        if ending in _MODEL_FILES:
            paths.setdefault(name, file.path)
        if ending == ".sql" and (query := _text(root, file)) and query.path == paths[name]:
            queries[name] = query
        elif ending in _PROPERTIES and (found := _text(root, file)) and _SOURCES in found.text:
            properties.append(found)
    for kind in ("seeds", "snapshots"):
        texts = (_text(root, f) for f in _files(below(project, kind)) if _split(f)[1] in _PROPERTIES)
        properties += [found for found in texts if found and _SOURCES in found.text]
    tables = frozenset(_split(file)[0] for kind in ("seeds", "snapshots") for file in _files(below(project, kind)))
    return DbtModels(project.path, paths, queries, read_macros(root, project), tuple(properties), tables)


def read_macros(root: Root, project: Entry) -> tuple[TextFile, ...]:
    """The macro files of a project, by path; those that cannot be read are left out."""
    if not is_inside(root, project):
        return ()
    files = (file for file in _files(below(project, "macros")) if _split(file)[1] == ".sql")
    return tuple(found for file in files if (found := _text(root, file)))


def _files(folder: Entry) -> Iterator[Entry]:
    for parent, folders, files in os.walk(folder.at):
        folders.sort()
        path = folder.path + printable(parent.removeprefix(folder.at))
        yield from (Entry(name, f"{path}/{printable(name)}", f"{parent}/{name}") for name in sorted(files))


def _split(file: Entry) -> tuple[str, str]:
    """(name of what the file holds, its ending)."""
    name, ending = os.path.splitext(file.name)
    return printable(name), ending


def _text(root: Root, file: Entry) -> TextFile | None:
    text = read_text(root, file)
    return TextFile(file.path, text) if isinstance(text, str) else None
