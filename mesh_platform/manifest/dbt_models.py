"""What a domain's dbt project holds, told from its files: validating never parses dbt."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from mesh_platform.manifest.folder import Entry, Root, below, exists, is_inside, read_text
from mesh_platform.manifest.mesh import DbtModels, TextFile
from mesh_platform.manifest.plain_text import printable
from mesh_platform.manifest.yaml_file import read_yaml
from mesh_platform.manifest.yaml_tree import read_tree

_MODEL_FILES: Final = (".sql", ".py")
_PROPERTIES: Final = (".yml", ".yaml")
_TOLD: Final = ("sources", "seeds", "snapshots", "hook")
"""What a properties file may say that matters here."""
_PACKAGES: Final = ("packages.yml", "dependencies.yml")
_SNAPSHOT: Final = re.compile(r"\{%-?\s*snapshot\s+(\w+)\s*-?%\}(.*?)\{%-?\s*endsnapshot\s*-?%\}", re.DOTALL)


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
        name = printable(file.stem)
        if file.suffix in _MODEL_FILES:
            paths.setdefault(name, _path(root, file))
        if file.suffix == ".sql" and (query := _text(root, file)) and query.path == paths[name]:
            queries[name] = query
    tables = [file for kind in ("seed", "snapshot") for file in _files(root, project, said, kind)]
    for file in (*models, *tables):
        if file.suffix in _PROPERTIES and (found := _text(root, file)) and any(word in found.text for word in _TOLD):
            properties.append(found)
    snapshots = _snapshots(_text(root, file) for file in tables if file.suffix == ".sql")
    snapshots |= {name: file for file in properties for name, file in _named_snapshots(file)}
    tests = [f for f in _files(root, project, said, "test") if f.suffix == ".sql" and f.parent.name != "generic"]
    return DbtModels(
        project.path,
        paths,
        {**snapshots, **queries},
        read_macros(root, project, said),
        tuple(properties),
        frozenset(printable(file.stem) for file in tables) | frozenset(snapshots),
        folders=_folders(said, "model"),
        tests=tuple(found for file in tests if (found := _text(root, file))),
        settings=_text(root, settings.at),
        has_packages=any(_has_packages(_mapping(root, below(project, name))) for name in _PACKAGES),
    )


def read_macros(root: Root, project: Entry, said: Mapping[str, Any] | None = None) -> tuple[TextFile, ...]:
    """The macro files of a project, by path; those that cannot be read are left out."""
    if not is_inside(root, project):
        return ()
    files = (file for file in _files(root, project, said or {}, "macro") if file.suffix == ".sql")
    return tuple(found for file in files if (found := _text(root, file)))


def _snapshots(files: Iterable[TextFile | None]) -> dict[str, TextFile]:
    """Snapshot → its file with nothing left of it but the snapshot's query, each at its line."""
    found: dict[str, TextFile] = {}
    for file in filter(None, files):
        for block in _SNAPSHOT.finditer(file.text):
            before = re.sub(r"[^\n]", "", file.text[: block.start(2)])
            found.setdefault(printable(block[1]), TextFile(file.path, before + block[2]))
    return found


def _named_snapshots(file: TextFile) -> Iterator[tuple[str, TextFile]]:
    """(snapshot, its query) of those that a properties file makes of a relation each."""
    said = read_tree(file.text).value if "snapshots" in file.text else None
    entries = said.get("snapshots") if isinstance(said, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        relation = entry.get("relation") if isinstance(entry, dict) else None
        if isinstance(relation, str):
            before = "\n" * file.text.count("\n", 0, max(file.text.find(relation), 0))
            query = f"{before}select * from {{{{ {relation} }}}}"
            yield printable(str(entry.get("name", ""))), TextFile(file.path, query)


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


def _files(root: Root, project: Entry, said: Mapping[str, Any], kind: str) -> list[Path]:
    folders = [below(project, name) for name in _folders(said, kind)]
    return [file for folder in folders if is_inside(root, folder) for file in _within(folder)]


def _within(folder: Entry) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder.at):
        folders.sort()
        yield from (Path(parent) / name for name in sorted(files))


def _text(root: Root, file: Path) -> TextFile | None:
    path = _path(root, file)
    text = read_text(root, Entry(file.name, path, file))
    return TextFile(path, text) if isinstance(text, str) else None


def _path(root: Root, file: Path) -> str:
    return "/".join(printable(part) for part in file.relative_to(root.folder).parts)
