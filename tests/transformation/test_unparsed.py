"""What dbt will not parse is told without dbt where its files say so, and as dbt told it where they do not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_platform.environment import Environment
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.transformation.drift import drift
from mesh_platform.transformation.prepare import prepare
from mesh_platform.transformation.refusal import Refusal
from mesh_platform.transformation.unparsed import Unparsed, unparsed

PROJECT = b"name: finance\n"
MODEL = "models/products/revenue_daily.sql"


def places(files: dict[str, bytes]) -> list[tuple[str, int]]:
    return [(u.path, u.line) for u in unparsed({"dbt_project.yml": PROJECT, **files})]


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"name: finance\na: [\n", 2), (b"a: b: c\n", 1), (b"a:\n\t- b\n", 2), (b"", 1), (b"- a\n", 1)],
)
def test_a_project_file_that_is_no_yaml_or_no_settings_is_told_at_its_line(content: bytes, line: int) -> None:
    assert places({"dbt_project.yml": content}) == [("dbt_project.yml", line)]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"select {{ nope( from", 1),
        (b"select 1\n{% if x %}\nfrom y\n", 2),
        (b"select 1\n\n{{ a b }}\n", 3),
        (b"-- {{ a(\nselect 1", 2),
        (b"select '\xff' {{ x }}", 1),
    ],
)
def test_a_model_whose_jinja_cannot_be_read_is_told_at_its_line(content: bytes, line: int) -> None:
    assert places({MODEL: content}) == [(MODEL, line)]


@pytest.mark.parametrize(
    "content",
    [
        b"select 1",
        b"{{ config(materialized='table') }}\nselect * from {{ ref('a') }} {# a remark #}",
        b"{% do log('x') %}{% set a = 1 %}{% call statement('x') %}select 1{% endcall %}",
        b"{%- if is_incremental() -%} where {{ x }} > 1 {%- endif -%}",
        b"{% a_tag_of_dbts_own x %} select 1 {% enda_tag_of_dbts_own %}",
        b"{% raw %}{{ nope( {% endraw %}",
    ],
)
def test_what_dbt_understands_is_no_fault(content: bytes) -> None:
    assert places({MODEL: content}) == []


def test_only_where_the_project_says_its_models_are_is_looked_at() -> None:
    elsewhere = b"name: x\nmodel-paths: [transformations]\n"
    assert places({"analyses/x.sql": b"{{ (", MODEL: b"select 1"}) == []
    assert list(unparsed({"dbt_project.yml": elsewhere, MODEL: b"{{ ("})) == []
    (found,) = unparsed({"dbt_project.yml": elsewhere, "transformations/x.sql": b"{{ ("})
    assert isinstance(found, Unparsed)


def test_a_broken_project_is_a_finding_of_its_domain(mesh: Mesh, environment: Environment, finance: Path) -> None:
    (finance / "dbt_project.yml").write_text("a: [")
    (found,) = drift(mesh, environment)
    assert str(found).startswith("dbt_projects/finance/dbt_project.yml:1: DBT100 `dbt_project.yml` is not YAML: ")
    assert found.product is None


def test_a_link_that_leads_out_is_a_finding(
    mesh: Mesh, environment: Environment, finance: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("x")
    (finance / "models/stolen.sql").symlink_to(tmp_path / "secret")
    (found,) = drift(mesh, environment)
    assert str(found).startswith("dbt_projects/finance/models/stolen.sql:1: DBT100 the link")


def test_what_dbt_refused_is_told_for_as_long_as_the_files_are_those(
    environment: Environment, mesh: Mesh, finance: Path, parses: list[Path], refusing: Callable[[Refusal], None]
) -> None:
    text = (finance / MODEL).read_text()
    prepare(mesh, environment)
    assert drift(mesh, environment) == []
    (finance / MODEL).write_text(text + "\n-- {{ ref('nowhere') }}\n")
    refusing(Refusal("Compilation Error: no node named `nowhere`", MODEL, 3))
    prepare(mesh, environment, ["finance"])
    (found,) = drift(gather(environment.root), environment)
    assert str(found).startswith(f"dbt_projects/finance/{MODEL}:3: DBT100 Compilation Error: no node")
    (finance / MODEL).write_text(text + "\n-- mended\n")
    assert drift(mesh, environment) == []


def test_what_is_prepared_again_was_not_refused(
    environment: Environment, mesh: Mesh, finance: Path, parses: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as refusing:
        refusing.setattr("mesh_platform.transformation.prepare.parse_project", lambda folder: Refusal("a bad day"))
        prepare(mesh, environment, ["finance"])
    assert [f.code for f in drift(mesh, environment)] == ["DBT100"]
    prepare(mesh, environment, ["finance"])
    assert drift(mesh, environment) == []


@pytest.mark.parametrize("kept", ["", "[]", "{}", '{"hash": 3}', "\xff"])
def test_a_record_that_is_none_says_nothing(environment: Environment, mesh: Mesh, kept: str) -> None:
    folder = environment.dbt_home / "finance"
    folder.mkdir(parents=True)
    (folder / "refused.json").write_text(kept)
    assert drift(mesh, environment) == []
