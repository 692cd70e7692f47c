"""Law 7 for the page on a new domain: its files, written as they stand there, make a domain nobody objects to."""

import re
from datetime import date
from pathlib import Path

import pytest

from mesh_platform.environment import Environment
from mesh_platform.manifest.gather import gather
from mesh_platform.policies.govern import govern_files
from mesh_platform.transformation.prepare import prepare
from mesh_platform.transformation.prepared import Prepared

pytestmark = pytest.mark.xdist_group("dbt")

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "new-domain.md").read_text()
FILES = re.findall(r"```(?:yaml|json|sql)\n(?:#|--) (\S+)\n(.*?)```", PAGE, re.DOTALL)


TODAY = date(2026, 11, 23)


@pytest.fixture
def written(environment: Environment) -> Environment:
    root = environment.root
    for path, text in FILES:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        assert not (root / path).exists()
        (root / path).write_text(text)
    return environment


def test_the_page_names_as_many_files_as_it_shows() -> None:
    assert len(FILES) == 11
    assert "eleven small files" in PAGE


def test_the_new_domain_is_without_a_finding_before_dbt_has_read_it_and_after(written: Environment) -> None:
    mesh = gather(written.root)
    assert "loyalty.members" in mesh.products
    assert govern_files(mesh, written, TODAY) == ()
    assert isinstance(prepare(mesh, written, ["loyalty"])["loyalty"], Prepared)
    assert govern_files(mesh, written, TODAY) == ()
