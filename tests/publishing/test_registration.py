"""A publication tells the registry what it does not know yet, and never depends on it."""

import json
from pathlib import Path

import pytest

from mesh_platform.manifest.gather import gather
from mesh_platform.manifest.mesh import Product
from mesh_platform.publishing.registration import Registration, register_published
from mesh_platform.schema.registry import exchange
from tests.schema.registry.stand_in import StandIn, failing

PRODUCT, SUBJECT = "orders.order_events", "orders.order_events"
SECRET = "hunter2-hunter2"  # of nobody


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "sleep", [].append)


@pytest.fixture
def folder(root: Path, stand_in: StandIn) -> Path:
    """The product's folder; its manifest names the stand-in."""
    manifest = root / "domains" / "orders" / "order_events" / "data-product.yaml"
    manifest.write_text(manifest.read_text().replace("https://schema-registry.example.com", stand_in.url))
    return manifest.parent


def product(folder: Path) -> Product:
    return gather(folder.parents[2]).products[PRODUCT]


def published(folder: Path, stand_in: StandIn, **variables: str) -> Registration:
    return register_published({"MESH_REGISTRY_URL": stand_in.url, **variables}, [product(folder)])[PRODUCT]


def add(folder: Path, version: str, **extra: object) -> None:
    """A version that adds one field to 2.1.0."""
    schema = json.loads((folder / "schema" / "2.1.0.avsc").read_text())
    schema["fields"].append({"name": f"added_{version.replace('.', '_').replace('-', '_')}", **extra})
    (folder / "schema" / f"{version}.avsc").write_text(json.dumps(schema))
    manifest = folder / "data-product.yaml"
    manifest.write_text(manifest.read_text().replace('schema_version: "2.1.0"', f'schema_version: "{version}"'))


OPTIONAL = {"type": ["null", "string"], "default": None}


def test_the_first_publication_registers_every_version_in_order(folder: Path, stand_in: StandIn) -> None:
    told = published(folder, stand_in)
    assert (told.version, told.fresh, told.problems) == ("2.1.0", ("2.0.0", "2.1.0"), ())
    assert told.registered and told.registered.version == 2
    texts = [json.loads(text) for _, text in stand_in.subjects[SUBJECT]]
    assert texts == [json.loads((folder / "schema" / f"{v}.avsc").read_text()) for v in ("2.0.0", "2.1.0")]


def test_the_next_publication_asks_one_question(folder: Path, stand_in: StandIn) -> None:
    published(folder, stand_in)
    stand_in.asked.clear()
    told = published(folder, stand_in)
    assert (told.fresh, told.problems) == ((), ())
    assert stand_in.paths == [f"POST /subjects/{SUBJECT}"]


def test_only_what_came_after_the_newest_known_version_is_registered(folder: Path, stand_in: StandIn) -> None:
    stand_in.subjects[SUBJECT] = [(1, (folder / "schema" / "2.1.0.avsc").read_text())]
    add(folder, "2.2.0", **OPTIONAL)
    assert published(folder, stand_in).fresh == ("2.2.0",)
    assert len(stand_in.subjects[SUBJECT]) == 2


def test_of_prereleases_only_the_published_one_is_registered(folder: Path, stand_in: StandIn) -> None:
    (folder / "schema" / "2.1.0-rc.1.avsc").write_text((folder / "schema" / "2.1.0.avsc").read_text())
    add(folder, "2.2.0-rc.1", **OPTIONAL)
    assert published(folder, stand_in).fresh == ("2.0.0", "2.1.0", "2.2.0-rc.1")


def test_a_version_that_is_not_published_yet_is_not_registered(folder: Path, stand_in: StandIn) -> None:
    add(folder, "2.2.0", **OPTIONAL)
    manifest = folder / "data-product.yaml"
    manifest.write_text(manifest.read_text().replace('"2.2.0"', '"2.1.0"'))
    assert published(folder, stand_in).fresh == ("2.0.0", "2.1.0")


def test_a_refusal_is_told_and_tried_again(folder: Path, stand_in: StandIn) -> None:
    stand_in.default = "FULL"
    add(folder, "2.2.0", type="string")
    for _ in range(2):
        told = published(folder, stand_in)
        assert told.registered is None
        assert [p.partition(":")[0] for p in told.problems] == ["`2.2.0` is refused"]
        assert "not registered, tried again next time" in str(told)
    stand_in.default = "NONE"
    assert published(folder, stand_in).fresh == ("2.2.0",)


def test_an_outage_is_told_and_the_next_publication_catches_up(folder: Path, stand_in: StandIn) -> None:
    stand_in.plan = [failing(503)] * 4
    told = published(folder, stand_in)
    assert (told.registered, told.fresh) == (None, ())
    assert "`503`" in told.problems[0]
    assert published(folder, stand_in).fresh == ("2.0.0", "2.1.0")


def test_an_outage_in_the_middle_keeps_the_order(folder: Path, stand_in: StandIn) -> None:
    stand_in.plan = [None, None, None, *[failing(503)] * 4]
    assert published(folder, stand_in).problems
    assert len(stand_in.subjects[SUBJECT]) == 1
    assert published(folder, stand_in).fresh == ("2.1.0",)


def test_a_registry_that_is_down_costs_a_step_one_wait(folder: Path, stand_in: StandIn) -> None:
    stand_in.plan = [failing(503)] * 99
    one = product(folder)
    others = [Product(f"orders.p{n}", one.manifest, one.document, one.schemas) for n in range(5)]
    told = register_published({"MESH_REGISTRY_URL": stand_in.url}, [one, *others])
    assert len(stand_in.asked) == 4
    assert all(
        told[other.id].problems == ("not asked, after it failed for another product of this step",) for other in others
    )


def test_with_nothing_configured_nothing_is_asked(folder: Path, stand_in: StandIn) -> None:
    assert register_published({}, [product(folder)]) == {}
    assert register_published({"MESH_REGISTRY_TOKEN": SECRET}, [product(folder)]) == {}
    assert stand_in.asked == []


def test_a_registry_that_the_manifest_does_not_name_is_never_told_a_credential(folder: Path, stand_in: StandIn) -> None:
    manifest = folder / "data-product.yaml"
    manifest.write_text(manifest.read_text().replace(stand_in.url, "https://elsewhere.example.com"))
    variables = {"MESH_REGISTRY_URL": stand_in.url, "MESH_REGISTRY_TOKEN": SECRET}
    assert register_published(variables, [product(folder)]) == {}
    assert stand_in.asked == []


def test_an_environment_that_cannot_be_used_stops_no_publication(folder: Path, stand_in: StandIn) -> None:
    told = published(folder, stand_in, MESH_REGISTRY_USER="me")
    assert told.problems == ("MESH_REGISTRY_USER is set, and MESH_REGISTRY_PASSWORD is not",)
    assert stand_in.asked == []


def test_credentials_show_in_nothing_that_is_told(folder: Path, stand_in: StandIn) -> None:
    stand_in.plan = [failing(403, {"error_code": 40301, "message": f"{SECRET} may not"})]
    told = published(folder, stand_in, MESH_REGISTRY_TOKEN=SECRET)
    assert "*** may not" in str(told)
    assert SECRET not in repr(told)
