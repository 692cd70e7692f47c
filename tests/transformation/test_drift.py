"""What is typed in a dbt project about a product's columns is held against the schema, without dbt."""

import subprocess
import sys
from pathlib import Path

import pytest

from mesh_platform.environment import PROJECT_ROOT, Environment
from mesh_platform.manifest.finding import Finding, Level
from mesh_platform.manifest.mesh import Mesh
from mesh_platform.transformation.drift import drift
from mesh_platform.transformation.drift_rule import RULES, UNDESCRIBED, UNKEYED

HEAD = "models:\n  - name: revenue_daily\n"


@pytest.fixture
def yml(finance: Path) -> Path:
    return finance / "models/products/revenue_daily.yml"


def departures(mesh: Mesh, environment: Environment) -> list[Finding]:
    """What departs from the schema; what an entry that is this short lacks besides is another matter."""
    return [f for f in drift(mesh, environment) if f.code not in {UNDESCRIBED.code, UNKEYED.code}]


def codes(mesh: Mesh, environment: Environment) -> list[tuple[str, int]]:
    return [(f.code, f.line) for f in departures(mesh, environment)]


def test_the_shipped_projects_do_not_drift(mesh: Mesh, environment: Environment) -> None:
    assert drift(mesh, environment) == []


def test_a_column_the_schema_lacks_is_an_error_at_its_line(mesh: Mesh, environment: Environment, yml: Path) -> None:
    yml.write_text(HEAD + "    columns:\n      - name: net_cents\n      - name: nett_cents\n")
    (found,) = departures(mesh, environment)
    assert str(found).startswith("dbt_projects/finance/models/products/revenue_daily.yml:5: DBT101 ")
    assert "`nett_cents`" in found.message
    assert (found.level, found.product) == (Level.ERROR, "finance.revenue_daily")


@pytest.mark.parametrize("typed", ["bigint", "BIGINT", "int8", " long "])
def test_the_schemas_own_type_may_be_typed_in_any_spelling(
    mesh: Mesh, environment: Environment, yml: Path, typed: str
) -> None:
    yml.write_text(HEAD + f"    columns:\n      - {{name: net_cents, data_type: '{typed}'}}\n")
    assert codes(mesh, environment) == []


def test_another_type_than_the_schemas_is_an_error(mesh: Mesh, environment: Environment, yml: Path) -> None:
    yml.write_text(HEAD + "    columns:\n      - name: net_cents\n        data_type: decimal(18,2)\n")
    assert codes(mesh, environment) == [("DBT102", 5)]


def test_a_contract_that_is_switched_off_is_an_error(mesh: Mesh, environment: Environment, yml: Path) -> None:
    yml.write_text(HEAD + "    config:\n      contract:\n        enforced: false\n")
    assert codes(mesh, environment) == [("DBT103", 5)]
    yml.write_text(HEAD + "    config:\n      contract: {enforced: true}\n")
    assert codes(mesh, environment) == []


def test_a_model_that_selects_nothing_of_the_platforms_is_warned_of(
    mesh: Mesh, environment: Environment, finance: Path
) -> None:
    (finance / "models/products/revenue_daily.sql").write_text("select 1 as net_cents")
    (found,) = departures(mesh, environment)
    assert str(found).startswith("dbt_projects/finance/models/products/revenue_daily.sql:1: DBT104 ")
    assert (found.level, found.product) == (Level.WARNING, "finance.revenue_daily")


def test_a_model_that_is_no_text_is_said_once(mesh: Mesh, environment: Environment, finance: Path) -> None:
    (finance / "models/products/revenue_daily.sql").write_bytes(b"\xff\x00")
    assert [f.code for f in departures(mesh, environment)] == ["DBT100"]


def test_a_product_model_is_known_where_the_project_says_its_models_are(
    mesh: Mesh, environment: Environment, finance: Path
) -> None:
    settings = finance / "dbt_project.yml"
    settings.write_text(settings.read_text() + "\nmodel-paths: [sql]\n")
    (finance / "models").rename(finance / "sql")
    (finance / "sql/products/revenue_daily.sql").write_text("select 1 as net_cents")
    assert {f.code for f in departures(mesh, environment)} >= {"DBT104"}


def test_the_platforms_own_columns_may_be_tested(mesh: Mesh, environment: Environment, yml: Path) -> None:
    yml.write_text(HEAD + "    columns:\n      - name: _mesh_batch\n        data_tests: [not_null]\n")
    assert codes(mesh, environment) == []


def test_an_entry_in_any_file_of_the_project_counts(mesh: Mesh, environment: Environment, finance: Path) -> None:
    (finance / "models/elsewhere.yaml").write_text(HEAD + "    columns: [{name: ghost}]\n")
    assert codes(mesh, environment) == [("DBT101", 3)]


@pytest.mark.parametrize("content", ["models: revenue_daily", "revenue_daily", "models: [{name: [revenue_daily]}]"])
def test_what_is_no_properties_file_is_left_to_dbt(
    mesh: Mesh, environment: Environment, yml: Path, content: str
) -> None:
    yml.write_text(content)
    assert codes(mesh, environment) == []


def test_every_rule_has_a_reason_and_a_fix() -> None:
    assert all(rule.rationale and rule.fix for rule in RULES.values())
    assert sorted(RULES) == ["DBT005", "DBT006", "DBT100", "DBT101", "DBT102", "DBT103", "DBT104", "DBT900"]


def test_neither_dbt_nor_an_engine_is_loaded_for_it() -> None:
    program = (
        "import sys; from mesh_platform.environment import read_environment;"
        "from mesh_platform.manifest.gather import gather; from mesh_platform.transformation.drift import drift;"
        "from mesh_platform.transformation.prepare import is_stale, prepared;"
        "e = read_environment({}); m = gather(e.root); drift(m, e); is_stale(m, e, 'orders'); prepared(e, 'orders');"
        "print([x for x in ('dbt', 'duckdb', 'dagster') if x in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"
