from base64 import b64encode
from pathlib import Path

import pytest

from mesh_platform.environment import EnvironmentProblem
from mesh_platform.manifest.gather import gather
from mesh_platform.schema.registry.access import read_access

URL = "https://registry.example.com"
SECRET = "hunter2-hunter2"  # of nobody


def test_without_an_address_there_is_no_registry() -> None:
    assert read_access({}) is None
    assert read_access({"MESH_REGISTRY_URL": "", "MESH_REGISTRY_TOKEN": SECRET}) is None


def test_basic_and_bearer_become_the_header_and_show_nowhere() -> None:
    basic = read_access({"MESH_REGISTRY_URL": URL, "MESH_REGISTRY_USER": "ä", "MESH_REGISTRY_PASSWORD": SECRET})
    bearer = read_access({"MESH_REGISTRY_URL": URL, "MESH_REGISTRY_TOKEN": SECRET})
    assert basic and bearer
    encoded = b64encode(f"ä:{SECRET}".encode()).decode()
    assert (basic.authorization, bearer.authorization) == (f"Basic {encoded}", f"Bearer {SECRET}")
    assert SECRET not in f"{basic}{bearer}"
    assert encoded not in f"{basic!r}"
    assert basic.without_secrets(f"you sent {encoded}, {SECRET}") == "you sent ***, ***"


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"MESH_REGISTRY_URL": f"https://me:{SECRET}@r.example.com"}, "carries a user or a password"),
        ({"MESH_REGISTRY_URL": f"{URL}?token={SECRET}"}, "carries a query"),
        ({"MESH_REGISTRY_URL": "http://registry.example.com"}, "not encrypted"),
        ({"MESH_REGISTRY_URL": "registry.example.com"}, "no `https://` URL"),
        ({"MESH_REGISTRY_URL": f"{URL}/subjects/a"}, "names a subject"),
        ({"MESH_REGISTRY_URL": URL, "MESH_REGISTRY_USER": "me"}, "MESH_REGISTRY_PASSWORD is not"),
        ({"MESH_REGISTRY_URL": URL, "MESH_REGISTRY_PASSWORD": SECRET}, "MESH_REGISTRY_USER is not"),
        ({"MESH_REGISTRY_URL": URL, "MESH_REGISTRY_USER": "a:b", "MESH_REGISTRY_PASSWORD": SECRET}, "holds a `:`"),
        ({"MESH_REGISTRY_URL": URL, "MESH_REGISTRY_TOKEN": SECRET, "MESH_REGISTRY_USER": "me"}, "not both"),
        ({"MESH_REGISTRY_URL": URL, "MESH_REGISTRY_TOKEN": f"{SECRET}\n"}, "is a line end left in it"),
        ({"MESH_REGISTRY_URL": URL, "MESH_REGISTRY_TOKEN": f"{SECRET}ä"}, "no header can"),
        ({"MESH_REGISTRY_URL": URL, "MESH_REGISTRY_CA": "/nowhere"}, "cannot be read"),
        ({"MESH_REGISTRY_URL": URL, "MESH_REGISTRY_CA": "/"}, "cannot be read"),
        ({"MESH_REGISTRY_URL": URL, "MESH_REGISTRY_CA": __file__ + "\0"}, "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence_without_the_secret(variables: dict[str, str], reason: str) -> None:
    with pytest.raises(EnvironmentProblem, match=reason) as refused:
        read_access(variables)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_file_without_a_certificate_is_no_authority(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(EnvironmentProblem, match="must be PEM"):
        read_access({"MESH_REGISTRY_URL": URL, "MESH_REGISTRY_CA": str(tmp_path / "ca.pem")})


def test_a_product_of_another_registry_is_not_served(root: Path) -> None:
    products = gather(root).products
    ours = read_access({"MESH_REGISTRY_URL": "https://schema-registry.example.com/"})
    other = read_access({"MESH_REGISTRY_URL": URL})
    assert ours and other
    assert [p for p in products if ours.serves(products[p])] == ["orders.order_events"]
    assert not any(other.serves(p) for p in products.values())
