"""dbt's properties files: which entries describe a model, and how they read with the contract merged in."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mesh_platform.transformation.contract import Contract, merged
from mesh_platform.transformation.project import PROJECT_FILE
from mesh_platform.transformation.yaml_text import dump_yaml, read_yaml

GENERATED: Final = "mesh_contracts.yml"
YAML: Final = (".yml", ".yaml")
_NO_PROPERTIES: Final = frozenset({PROJECT_FILE, "packages.yml", "dependencies.yml", "profiles.yml", "selectors.yml"})


def is_properties(path: str) -> bool:
    """Whether a project's file can describe models."""
    return path.endswith(YAML) and path not in _NO_PROPERTIES


def mentions(content: bytes, contracts: Iterable[Contract]) -> bool:
    """Whether the file may be about one of these models; spares the reading of all others."""
    return any(c.model.encode() in content for c in contracts)


def with_contracts(files: Mapping[str, bytes], contracts: Iterable[Contract]) -> dict[str, bytes]:
    """The project with every product model under its contract; a file that is no YAML stays, for dbt to refuse."""
    todo = {c.model: c for c in contracts if c.model in models(files)}
    described = {p: _merged_file(content, todo) for p, content in files.items() if is_properties(p)}
    found = {name for _, names in described.values() for name in names}
    rest = [merged({}, c) for name, c in todo.items() if name not in found]
    generated = {f"{_model_folder(files)}/{GENERATED}": dump_yaml({"models": rest})} if rest else {}
    return {**files, **{p: content for p, (content, _) in described.items()}, **generated}


def models(files: Iterable[str]) -> frozenset[str]:
    """The names of the models the project has."""
    return frozenset(path.rsplit("/", 1)[-1].rsplit(".", 1)[0] for path in files if path.endswith((".sql", ".py")))


def _merged_file(content: bytes, todo: Mapping[str, Contract]) -> tuple[bytes, list[str]]:
    """(the file's new content, the models it describes that are under contract)."""
    document: Any = read_yaml(content) if mentions(content, todo.values()) else None
    entries = document.get("models") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        return content, []
    found = [name for e in entries if (name := _name(e)) in todo]
    if not found:
        return content, []
    described = [merged(e, todo[_name(e)]) if _name(e) in todo else e for e in entries]
    return dump_yaml({**document, "models": described}), found


def _name(entry: Any) -> str:
    return str(entry.get("name", "")) if isinstance(entry, dict) else ""


def _model_folder(files: Mapping[str, bytes]) -> str:
    project = read_yaml(files.get(PROJECT_FILE, b""))
    paths = project.get("model-paths") if isinstance(project, dict) else None
    return str(paths[0]).strip("/") if isinstance(paths, list) and paths else "models"
