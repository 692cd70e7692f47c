"""Which models a domain's dbt project has, told from its files: validating never parses dbt."""

import os
from pathlib import Path
from typing import Final

from mesh_platform.manifest.folder import Entry, Root, below, exists, is_inside
from mesh_platform.manifest.mesh import DbtModels
from mesh_platform.manifest.plain_text import printable

_MODEL_FILES: Final = (".sql", ".py")


def read_dbt_models(root: Root, project: Entry) -> DbtModels | None:
    """The models of the project in this folder; None when there is no project."""
    if not is_inside(root, project) or not exists(below(project, "dbt_project.yml")):
        return None
    folder = below(project, "models").at
    paths: dict[str, str] = {}
    for parent, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            file = Path(parent) / name
            if file.suffix in _MODEL_FILES:
                paths.setdefault(printable(file.stem), _path(root, file))
    return DbtModels(project.path, paths)


def _path(root: Root, file: Path) -> str:
    return "/".join(printable(part) for part in file.relative_to(root.folder).parts)
