"""The JSON Schemas editors complete and check with, generated from the models; `python -m` this module renews them."""

import ast
import inspect
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mesh_platform.environment import PROJECT_ROOT
from mesh_platform.manifest.council import ExemptionsFile, PolicyFile
from mesh_platform.manifest.domain import DomainManifest
from mesh_platform.manifest.notifications import NotificationsFile
from mesh_platform.manifest.product import DataProduct
from mesh_platform.manifest.value import Value

FOLDER: Final = PROJECT_ROOT / "docs" / "schemas"
MODELS: Final[Mapping[str, type[Value]]] = {
    "data-product": DataProduct,
    "domain": DomainManifest,
    "policy": PolicyFile,
    "exemptions": ExemptionsFile,
    "notifications": NotificationsFile,
}
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schemas() -> dict[str, str]:
    """File name → text."""
    return {f"{name}.schema.json": _text(model) for name, model in MODELS.items()}


def _text(model: type[Value]) -> str:
    schema = model.model_json_schema(by_alias=True)
    notes = {name: note for module in _modules(model) for name, note in _notes(module).items()}
    for definition in [schema, *schema.get("$defs", {}).values()]:
        _describe(definition, notes.get(definition.get("title", ""), {}))
    return json.dumps({"$schema": _DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"


def _modules(model: type[Value]) -> list[Any]:
    return [sys.modules[name] for name in ("mesh_platform.manifest.product", model.__module__)]


def _notes(module: Any) -> dict[str, dict[str, str]]:
    """Class → field → the sentence written below the field, which no class keeps at run time."""
    classes = [node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ClassDef)]
    return {node.name: _field_notes(node) for node in classes}


def _field_notes(node: ast.ClassDef) -> dict[str, str]:
    notes = {}
    for field, note in zip(node.body, node.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(note, ast.Expr) and isinstance(note.value, ast.Constant):
            notes[ast.unparse(field.target)] = str(note.value.value)
    return notes


def _describe(definition: dict[str, Any], notes: Mapping[str, str]) -> None:
    aliases = {"row_schema": "schema", "begins": "from"}
    for name, note in notes.items():
        key = aliases.get(name, name)
        if key in definition.get("properties", {}):
            definition["properties"][key]["description"] = note


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    target.mkdir(parents=True, exist_ok=True)
    for file_name, text in json_schemas().items():
        (target / file_name).write_text(text, encoding="utf-8")
