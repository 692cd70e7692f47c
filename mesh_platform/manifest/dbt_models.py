"""What a domain's dbt project holds, told from its files: validating never parses dbt."""

import os
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mesh_platform.manifest.folder import Entry, Root, below, exists, is_inside, read_text
from mesh_platform.manifest.mesh import DbtModels, TextFile
from mesh_platform.manifest.plain_text import printable
from mesh_platform.manifest.snapshots import named_snapshots, snapshots_in
from mesh_platform.manifest.yaml_file import read_yaml

_MODEL_FILES: Final = (".sql", ".py")
_PROPERTIES: Final = (".yml", ".yaml")
_TOLD: Final = ("sources", "seeds", "snapshots", "hook")
"""What a properties file may say that matters here."""
_PACKAGES: Final = ("packages.yml", "dependencies.yml")


def read_dbt_models(root: Root, project: Entry) -> DbtModels | None:
    """The project in this folder; None when there is none."""
    settings = below(project, "dbt_project.yml")
    if not is_inside(root, project) or not exists(settings):
        return None
    said = _mapping(root, settings)
    models, properties = _files(root, project, said, "model"), list[TextFile]()
    paths: dict[str, str] = {}
    queries: dict[str, TextFile] = {}
    for file in models:
        name, ending = _split(file)
        if ending in _MODEL_FILES:
            paths.setdefault(name, file.path)
        if ending == ".sql" and (query := _text(root, file)) and query.path == paths[name]:
            queries[name] = query
    tables = [file for kind in ("seed", "snapshot") for file in _files(root, project, said, kind)]
    for file in (*models, *tables):
        if _split(file)[1] in _PROPERTIES and (found := _text(root, file)) and any(w in found.text for w in _TOLD):
            properties.append(found)
    snapshots = snapshots_in(_text(root, file) for file in tables if _split(file)[1] == ".sql")
    snapshots |= {name: file for file in properties for name, file in named_snapshots(file)}
    return DbtModels(
        project.path,
        paths,
        {**snapshots, **queries},
        read_macros(root, project, said),
        tuple(properties),
        frozenset(_split(file)[0] for file in tables) | frozenset(snapshots),
        folders=_folders(said, "model"),
        tests=tuple(found for file in _tests(root, project, said) if (found := _text(root, file))),
        settings=_text(root, settings),
        has_packages=any(_has_packages(_mapping(root, below(project, name))) for name in _PACKAGES),
    )


def _tests(root: Root, project: Entry, said: Mapping[str, Any]) -> list[Entry]:
    """The singular tests; a generic one is a macro."""
    files = _files(root, project, said, "test")
    return [f for f in files if _split(f)[1] == ".sql" and f.path.split("/")[-2:-1] != ["generic"]]


def read_macros(root: Root, project: Entry, said: Mapping[str, Any] | None = None) -> tuple[TextFile, ...]:
    """The macro files of a project, by path; those that cannot be read are left out."""
    if not is_inside(root, project):
        return ()
    files = (file for file in _files(root, project, said or {}, "macro") if _split(file)[1] == ".sql")
    return tuple(found for file in files if (found := _text(root, file)))


def _mapping(root: Root, entry: Entry) -> Mapping[str, Any]:
    value = read_yaml(root, entry).value if exists(entry) else None
    return value if isinstance(value, dict) else {}


def _has_packages(said: Mapping[str, Any]) -> bool:
    """Whether dbt installs anything that does not lie in the mesh beside the project."""
    packages = said.get("packages")
    return isinstance(packages, list) and any(not (isinstance(p, dict) and "local" in p) for p in packages)


def _folders(said: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """Where the project says that its files of a kind are; never outside it."""
    paths = said.get(f"{kind}-paths")
    named = [p.strip("/") for p in paths if isinstance(p, str)] if isinstance(paths, list) else []
    inside = tuple(p for p in named if p and ".." not in p.split("/"))
    return inside or (f"{kind}s",)


def _files(root: Root, project: Entry, said: Mapping[str, Any], kind: str) -> list[Entry]:
    folders = [below(project, name) for name in _folders(said, kind)]
    return [file for folder in folders if is_inside(root, folder) for file in _within(folder)]


def _within(folder: Entry) -> Iterator[Entry]:
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
