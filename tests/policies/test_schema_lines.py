"""In a schema that is written over many lines a finding stands where the reader sees what it is about."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.manifest.gather import gather
from mesh_platform.policies.govern import govern
from tests.policies.test_lineage import TODAY

HERE = Path(__file__).parent
SCHEMA = "domains/sales/orders/schema/1.1.0.avsc"


def lines(tmp_path: Path, code: str, **attributes: Any) -> list[str]:
    """The lines that the findings of this code point at, the column `channel` being written so, over many lines."""
    root = shutil.copytree(HERE / "base", tmp_path / "root")
    schema = json.loads((root / SCHEMA).read_text())
    field = next(f for f in schema["fields"] if f["name"] == "channel")
    field.update(attributes)
    (root / SCHEMA).write_text(json.dumps(schema, indent=2))
    text = (root / SCHEMA).read_text().split("\n")
    return [text[f.line - 1].strip() for f in govern(gather(root), TODAY) if f.code == code and f.path == SCHEMA]


@pytest.mark.parametrize(
    ("code", "attributes", "line"),
    [
        ("PII002", {"name": "email"}, '"name": "email",'),
        ("PII008", {"pii": "emial"}, '"pii": "emial"'),
        ("SCH004", {"default": 3}, '"default": 3'),
        ("SCH010", {"pii": "no"}, '"pii": "no"'),
        ("SCH009", {"name": "_mesh_x"}, '"name": "_mesh_x",'),
        ("SCH002", {"name": "a-b"}, '"name": "a-b",'),
    ],
)
def test_the_line_shows_what_the_finding_is_about(
    code: str, attributes: dict[str, Any], line: str, tmp_path: Path
) -> None:
    assert set(lines(tmp_path, code, **attributes)) == {line}
