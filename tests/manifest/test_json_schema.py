import json
from pathlib import Path

from mesh_platform.manifest.json_schema import FOLDER, json_schemas
from mesh_platform.manifest.reference import PAGE, page

PROJECT = Path(__file__).resolve().parents[2]


def test_the_schemas_in_docs_are_those_of_the_models() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert written == json_schemas(), "run `python -m mesh_platform.manifest.json_schema`"


def test_the_page_in_docs_is_that_of_the_models() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m mesh_platform.manifest.reference`"


def test_they_refuse_unknown_keys_and_explain_the_known_ones() -> None:
    schema = json.loads(json_schemas()["data-product.schema.json"])
    freshness = schema["$defs"]["Freshness"]
    assert freshness["additionalProperties"] is False
    assert freshness["required"] == ["target_minutes", "warn_minutes", "error_minutes"]
    assert freshness["properties"]["event_time"]["description"].startswith("The column that says when")
    assert "schema" in json.loads(json_schemas()["domain.schema.json"])["$defs"]["SourceTable"]["required"]


def test_the_manifests_point_an_editor_there() -> None:
    for manifest in (PROJECT / "domains").rglob("data-product.yaml"):
        _, _, written = manifest.read_text().split("\n")[0].partition("$schema=")
        assert (manifest.parent / written).resolve() == FOLDER / "data-product.schema.json"
