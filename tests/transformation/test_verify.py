"""What dbt understood of a project is held against what the platform relies on."""

import json
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.transformation.contract import Contract
from mesh_platform.transformation.refusal import Refusal
from mesh_platform.transformation.verify import verify


def node(**changes: Any) -> dict[str, Any]:
    config = {"materialized": "incremental", "contract": {"enforced": True}} | changes.pop("config", {})
    return {
        "resource_type": "model", "package_name": "shop", "name": "sales", "alias": "sales", "schema": "shop_internal",
        "original_file_path": "models/sales.sql", "config": config, **changes,
    }  # fmt: skip


def judged(folder: Path, sales: dict[str, Any], project: str = "shop") -> Refusal | None:
    (folder / "target").mkdir()
    manifest = {"metadata": {"project_name": project}, "nodes": {"model.shop.sales": sales}}
    (folder / "target/manifest.json").write_text(json.dumps(manifest))
    return verify(folder, "shop", [Contract("sales", ())])


def test_a_project_that_keeps_to_the_rules_is_fine(tmp_path: Path) -> None:
    assert judged(tmp_path, node()) is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schema": "shop_internal_extra"}, "`sales` would be built in `shop_internal_extra`"),
        ({"alias": "sold"}, "the product `sales` would be named `sold`"),
        ({"config": {"materialized": "view"}}, "the product `sales` is a view"),
        ({"config": {"contract": {"enforced": False}}}, "switches its contract off"),
    ],
)
def test_what_the_platform_could_not_work_with_is_refused_at_its_file(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    refused = judged(tmp_path, node(**changes))
    assert refused is not None
    assert told in refused.message
    assert refused.path == "models/sales.sql"


def test_a_project_is_named_as_its_domain(tmp_path: Path) -> None:
    refused = judged(tmp_path, node(), project="store")
    assert refused == Refusal("the project's name is `store`; it must be its domain's, `shop`", "dbt_project.yml", 1)
