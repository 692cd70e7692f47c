from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.manifest.gather import gather
from mesh_platform.schema.registry.address import (
    NoAddress,
    SecretInAddress,
    escaped,
    read_address,
    shown_address,
    subject_of,
)

ARTICLE = "https://schema-registry.example.com/subjects/orders.order_events"


@pytest.mark.parametrize(
    ("text", "registry", "subject"),
    [
        (ARTICLE, "https://schema-registry.example.com", "orders.order_events"),
        ("https://Registry.Example.com:443/", "https://registry.example.com", None),
        ("https://r.example.com/api/v1/", "https://r.example.com/api/v1", None),
        ("https://r.example.com/api/subjects/a%2Fb", "https://r.example.com/api", "a/b"),
        ("https://r.example.com/subjects/:.ctx:a-value", "https://r.example.com", ":.ctx:a-value"),
        ("https://r.example.com/subjects/", "https://r.example.com", None),
        ("http://localhost:8081", "http://localhost:8081", None),
        ("http://[::1]:8081/subjects/a", "http://[::1]:8081", "a"),
    ],
)
def test_an_address_is_a_registry_and_a_subject(text: str, registry: str, subject: str | None) -> None:
    address = read_address(text)
    assert (address.registry, address.subject) == (registry, subject)


@pytest.mark.parametrize(
    ("text", "encrypted"),
    [
        ("https://r.example.com", True),
        ("http://r.example.com", False),
        ("http://localhost", True),
        ("http://127.0.0.1:1", True),
        ("http://[::1]", True),
        ("http://localhost.example.com", False),
        ("http://10.0.0.1", False),
    ],
)
def test_only_this_machine_is_reached_without_encryption(text: str, encrypted: bool) -> None:
    assert read_address(text).encrypted is encrypted


@pytest.mark.parametrize(
    "text",
    [
        "", "orders", "ftp://r.example.com", "https://", "https:///subjects/a", "https://r.example.com:0", "https://r:99999",
        "https://r:x", "https://[::1", "https://r.example.com/a b", "https://r\\@evil.example.com", "https://rä.example.com",
        "https://r.example.com/subjects/a/versions/1", "https://r.example.com/subjects/..", "https://r/subjects/%2E%2e",
        "https://r.example.com/subjects/a%0Ab", "https://r/" + "a" * 3000, "//r.example.com", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(NoAddress):
        read_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://someone:hunter2@r.example.com",
        "https://hunter2@r.example.com",
        "https://@r.example.com",
        "https://r.example.com/subjects/a?token=hunter2",
        "https://r.example.com/#hunter2",
    ],
)
def test_a_secret_in_an_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(SecretInAddress) as refused:
        read_address(text)
    assert "hunter2" not in str(refused.value)


@given(st.text(max_size=60) | st.text(max_size=40).map("https://r.example.com/{}".format))
def test_whatever_the_text_it_is_an_address_or_none(text: str) -> None:
    try:
        address = read_address(text)
    except NoAddress:
        return
    assert read_address(address.registry).registry == address.registry
    assert "@" not in address.registry.split("/")[2]


@given(st.text(min_size=1, max_size=40).filter(lambda t: t.isprintable() and t not in {".", ".."}))
def test_a_subject_comes_back_from_its_address(subject: str) -> None:
    assert read_address(f"https://r.example.com/subjects/{escaped(subject)}").subject == subject


def test_a_product_has_the_subject_its_manifest_names_or_its_own(root: Path) -> None:
    manifest = root / "domains" / "orders" / "order_events" / "data-product.yaml"
    assert subject_of(gather(root).products["orders.order_events"]) == "orders.order_events"
    manifest.write_text(manifest.read_text().replace("/subjects/orders.order_events", ""))
    assert subject_of(gather(root).products["orders.order_events"]) == "orders.order_events-value"


def test_an_address_is_shown_unless_it_holds_a_secret() -> None:
    assert shown_address(ARTICLE) == ARTICLE
    assert shown_address("nothing") == "nothing"
    assert shown_address(None) is None
    assert shown_address("https://me:hunter2@r.example.com") is None
