"""The contract of a product's model: the schema's columns as dbt enforces them, with the engineer's tests kept."""

from typing import Any

import pytest

from mesh_platform.environment import Environment, Target
from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Mesh, Product, TextFile
from mesh_platform.transformation.contract import Contract, ContractColumn, contract, contracts, merged


@pytest.fixture
def events(shipped_mesh: Mesh) -> Contract:
    found = contract(shipped_mesh.products["orders.order_events"], Target.DUCKDB)
    assert found is not None
    return found


def columns(entry: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {c["name"]: c for c in entry["columns"]}


def test_the_columns_are_the_schemas_in_order_and_then_the_platforms(events: Contract) -> None:
    names = [c.name for c in events.columns]
    assert names[:4] == ["event_id", "event_type", "event_timestamp", "order_id"]
    assert names[-3:] == ["refund_cents", "_mesh_batch", "_mesh_revision"]


def test_types_are_spelled_as_the_engine_prints_them(events: Contract, shipped_mesh: Mesh) -> None:
    kinds = {c.name: c.data_type for c in events.columns}
    assert (kinds["event_timestamp"], kinds["metadata"]) == ("TIMESTAMP WITH TIME ZONE", "MAP(VARCHAR, VARCHAR)")
    elsewhere = contract(shipped_mesh.products["orders.order_events"], Target.BIGQUERY)
    assert elsewhere is not None
    kinds = {c.name: c.data_type for c in elsewhere.columns}
    assert (kinds["event_timestamp"], kinds["_mesh_revision"]) == ("TIMESTAMP", "INT64")
    assert kinds["metadata"] == "ARRAY<STRUCT<key STRING, value STRING>>"
    assert not any(c.required for c in elsewhere.columns if c.name == "metadata"), "no array is null in BigQuery"


def test_required_columns_are_not_null_and_optional_ones_may_be(events: Contract) -> None:
    entry = columns(merged({}, events))
    assert entry["order_id"]["constraints"] == [{"type": "not_null"}]
    assert "constraints" not in entry["refund_cents"]


def test_an_engineers_tests_and_descriptions_stay_and_types_are_the_schemas(events: Contract) -> None:
    written = {
        "name": "order_events",
        "description": "mine",
        "data_tests": ["t"],
        "config": {"tags": ["x"], "contract": {"enforced": False}},
        "columns": [{"name": "Event_ID", "data_type": "INTEGER", "description": "mine", "data_tests": ["unique"]}],
    }
    entry = merged(written, events)
    assert entry["config"] == {"tags": ["x"], "contract": {"enforced": True}}
    assert (entry["description"], entry["data_tests"]) == ("mine", ["t"])
    column = columns(entry)["event_id"]
    assert (column["data_type"], column["description"], column["data_tests"]) == ("VARCHAR", "mine", ["unique"])


def test_a_column_the_schema_lacks_is_left_out(events: Contract) -> None:
    assert "ghost" not in columns(merged({"columns": [{"name": "ghost"}]}, events))


def test_a_schemas_words_are_not_read_as_jinja_and_a_keyword_is_quoted() -> None:
    odd = Contract("p", (ContractColumn("order", "VARCHAR", "braces {{ here }}", False),))
    (column,) = merged({}, odd)["columns"]
    assert column["description"] == "{% raw %}braces {{ here }}{% endraw %}"
    assert column["quote"] is True


def test_personal_columns_are_marked_for_dbt(events: Contract) -> None:
    marked = Contract("p", (ContractColumn("email", "VARCHAR", "", False, pii="contact"),))
    (column,) = merged({"columns": [{"name": "email", "config": {"meta": {"a": 1}, "tags": ["t"]}}]}, marked)["columns"]
    assert column["config"] == {"meta": {"a": 1, "pii": "contact"}, "tags": ["t"]}


def test_a_column_declared_personal_in_the_manifest_alone_is_marked_too(shipped_mesh: Mesh) -> None:
    product = shipped_mesh.products["orders.order_events"]
    spec = product.manifest.spec
    personal = spec.model_copy(
        update={"sensitivity": spec.sensitivity.model_copy(update={"pii_columns": ["customer_id"]})}
    )
    manifest = product.manifest.model_copy(update={"spec": personal})
    found = contract(Product(product.id, manifest, product.document, product.schemas), Target.DUCKDB)
    assert found is not None
    assert {c.name for c in found.columns if c.pii} == {"customer_id"}


def test_a_product_whose_schema_cannot_be_read_has_no_contract_and_its_siblings_keep_theirs(shipped_mesh: Mesh) -> None:
    product = shipped_mesh.products["orders.order_events"]
    broken = Product(product.id, product.manifest, product.document, {"2.1.0": TextFile("2.1.0.avsc", "{")})
    sibling = Product("orders.other", product.manifest, product.document, product.schemas)
    mesh = Mesh(domains={}, products={broken.id: broken, sibling.id: sibling})
    assert [c.model for c in contracts(mesh, "orders", Target.DUCKDB)] == ["other"]


def test_a_mark_inside_a_column_is_the_columns(environment: Environment) -> None:
    file = environment.domains / "orders/order_events/schema/2.1.0.avsc"
    mail = '{"name": "mail", "type": "string", "pii": "email"}'
    buyer = f'{{"type": "record", "name": "Buyer", "fields": [{mail}]}}'
    inner = f'{{"name": "buyer", "type": ["null", {buyer}], "default": null}},'
    text = file.read_text().replace('    {"name": "metadata"', f'    {inner}\n    {{"name": "metadata"')
    file.write_text(text)
    found = contract(gather(environment.root).products["orders.order_events"], Target.DUCKDB)
    assert found is not None
    assert {c.name: c.pii for c in found.columns if c.pii} == {"buyer": "email", "customer_id": "declared"}
