"""What a domain's dbt project holds, told from its files: validating never parses dbt."""

import os
from collections.abc import Iterator
from pathlib import Path
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
        name = printable(file.stem)
        if file.suffix in _MODEL_FILES:
            paths.setdefault(name, _path(root, file))
        if file.suffix == ".sql" and (query := _text(root, file)) and query.path == paths[name]:
            queries[name] = query
        elif file.suffix in _PROPERTIES and (found := _text(root, file)) and _SOURCES in found.text:
            properties.append(found)
    for kind in ("seeds", "snapshots"):
        texts = (_text(root, f) for f in _files(below(project, kind)) if f.suffix in _PROPERTIES)
        properties += [found for found in texts if found and _SOURCES in found.text]
    tables = frozenset(printable(file.stem) for kind in ("seeds", "snapshots") for file in _files(below(project, kind)))
    return DbtModels(project.path, paths, queries, read_macros(root, project), tuple(properties), tables)


def read_macros(root: Root, project: Entry) -> tuple[TextFile, ...]:
    """The macro files of a project, by path; those that cannot be read are left out."""
    if not is_inside(root, project):
        return ()
    files = (file for file in _files(below(project, "macros")) if file.suffix == ".sql")
    return tuple(found for file in files if (found := _text(root, file)))


def _files(folder: Entry) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder.at):
        folders.sort()
        yield from (Path(parent) / name for name in sorted(files))


def _text(root: Root, file: Path) -> TextFile | None:
    path = _path(root, file)
    text = read_text(root, Entry(file.name, path, file))
    return TextFile(path, text) if isinstance(text, str) else None


def _path(root: Root, file: Path) -> str:
    return "/".join(printable(part) for part in file.relative_to(root.folder).parts)
