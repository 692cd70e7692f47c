"""Properties files with the contracts merged in."""

import pytest
import yaml

from mesh_platform.transformation.contract import Contract, ContractColumn
from mesh_platform.transformation.properties import GENERATED, with_contracts

PROMISED = Contract("sales", (ContractColumn("id", "VARCHAR", "who", True),))
MODEL = {"dbt_project.yml": b"name: d\n", "models/products/sales.sql": b"select 1"}


def described(files: dict[str, bytes], path: str) -> list[dict[str, object]]:
    return list(yaml.safe_load(files[path])["models"])


def test_a_described_model_gets_its_contract_where_it_is_described() -> None:
    written = b"version: 2\nmodels:\n  - name: other\n  - name: sales\n    description: ours\nsources: []\n"
    files = with_contracts({**MODEL, "models/a.yml": written}, [PROMISED])
    other, sales = described(files, "models/a.yml")
    assert other == {"name": "other"}
    assert sales["config"] == {"contract": {"enforced": True}}
    assert sales["description"] == "ours"
    assert set(yaml.safe_load(files["models/a.yml"])) == {"version", "models", "sources"}
    assert f"models/{GENERATED}" not in files


def test_a_model_nobody_describes_gets_a_file_of_its_own_in_the_projects_model_folder() -> None:
    files = with_contracts({**MODEL, "dbt_project.yml": b"name: d\nmodel-paths: [sql/]\n"}, [PROMISED])
    (sales,) = described(files, f"sql/{GENERATED}")
    assert sales["name"] == "sales"


def test_a_contract_without_a_model_adds_nothing() -> None:
    files = {"dbt_project.yml": b"name: d\n"}
    assert with_contracts(files, [PROMISED]) == files


@pytest.mark.parametrize("content", [b"models: [sales", b"models: sales", b"- sales", b"\xff sales", b"sales: &a [*a]"])
def test_a_file_that_does_not_describe_models_is_left_for_dbt_to_judge(content: bytes) -> None:
    assert with_contracts({**MODEL, "models/a.yml": content}, [PROMISED])["models/a.yml"] == content


def test_jinja_and_words_of_any_language_survive() -> None:
    written = "models:\n  - name: sales\n    description: \"{{ doc('größe') }}\"\n".encode()
    (sales,) = described(with_contracts({**MODEL, "models/a.yml": written}, [PROMISED]), "models/a.yml")
    assert sales["description"] == "{{ doc('größe') }}"
