"""What dbt says when it refuses a project, as one sentence with a place."""

import json
from pathlib import Path

import pytest

from mesh_platform.transformation.refusal import Refusal, refusal


def logged(message: str) -> str:
    return json.dumps({"info": {"level": "error", "msg": f"Encountered an error:\n{message}"}}) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models/products").mkdir(parents=True)
    (tmp_path / "models/products/sales.sql").touch()
    (tmp_path / "models/products/sales.yml").touch()
    return tmp_path


def test_the_file_and_line_that_dbt_names_are_the_place(folder: Path) -> None:
    said = "Compilation Error in model sales (models/products/sales.sql)\n  unexpected '}'\n    line 7\n      }}"
    expected = "Compilation Error in model sales (models/products/sales.sql) unexpected '}' line 7 }}"
    assert refusal(logged(said), folder) == Refusal(expected, "models/products/sales.sql", 7)


def test_a_file_named_without_its_first_folder_is_found(folder: Path) -> None:
    said = "Parsing Error\n  Error reading finance: products/sales.yml - Runtime Error\n  Syntax error near line 4"
    assert refusal(logged(said), folder).path == "models/products/sales.yml"


def test_a_syntax_error_of_no_file_is_the_project_files(folder: Path) -> None:
    said = "Runtime Error\n  Syntax error near line 2\n  1  | name: ["
    assert (refusal(logged(said), folder).path, refusal(logged(said), folder).line) == ("dbt_project.yml", 2)


def test_a_file_outside_the_project_is_no_place(folder: Path) -> None:
    assert refusal(logged("see core.yml and site-packages/dbt/main.py"), folder).path is None


def test_a_traceback_is_its_last_line_and_silence_is_told_as_such(folder: Path) -> None:
    assert (
        refusal("Traceback (most recent call last):\n  File x\nMemoryError: no room\n", folder).message
        == "MemoryError: no room"
    )
    assert refusal("", folder) == Refusal("dbt ended without a word")


def test_the_prepared_folders_own_path_is_not_shown(folder: Path) -> None:
    assert str(folder) not in refusal(logged(f"cannot read {folder}/models/products/sales.sql"), folder).message
