"""Over TLS only whom the authority vouches for is told anything."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mesh_platform.schema.registry import client
from mesh_platform.schema.registry.access import read_access
from mesh_platform.schema.registry.exchange import open_registry
from mesh_platform.schema.registry.problem import RegistryUnavailable
from tests.schema.registry.stand_in import serving

SECRET = "hunter2-hunter2"  # of nobody


def certificate(folder: Path, address: str) -> Path:
    """A certificate that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    folder.mkdir(exist_ok=True)
    (folder / "server.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder


def asked(url: str, **variables: str) -> list[str]:
    access = read_access({"MESH_REGISTRY_URL": url, "MESH_REGISTRY_TOKEN": SECRET, **variables})
    assert access
    with open_registry(access, pause=[].append) as registry:
        return client.subjects(registry)


def test_only_the_named_authority_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong = certificate(tmp_path / "a", "127.0.0.1"), certificate(tmp_path / "b", "127.0.0.1")
    with serving(right / "server.pem") as state:
        assert asked(state.url, MESH_REGISTRY_CA=str(right / "ca.pem")) == []
        # neither the machine's variable nor anything else overrules what the mesh was given
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(wrong / "ca.pem"))
        assert asked(state.url, MESH_REGISTRY_CA=str(right / "ca.pem")) == []
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(right / "ca.pem"))
        before = len(state.asked)
        with pytest.raises(RegistryUnavailable, match=r"certificate is not accepted .*MESH_REGISTRY_CA") as told:
            asked(state.url, MESH_REGISTRY_CA=str(wrong / "ca.pem"))
        assert SECRET not in str(told.value)
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        with pytest.raises(RegistryUnavailable, match="certificate is not accepted"):
            asked(state.url)
        assert len(state.asked) == before


def test_a_certificate_of_another_host_is_not_believed(tmp_path: Path) -> None:
    folder = certificate(tmp_path, "127.0.0.2")
    with serving(folder / "server.pem") as state:
        with pytest.raises(RegistryUnavailable, match="certificate is not accepted"):
            asked(state.url, MESH_REGISTRY_CA=str(folder / "ca.pem"))
        assert state.asked == []


def test_a_file_that_only_looks_like_a_certificate_is_an_outage_in_a_sentence(tmp_path: Path) -> None:
    folder = certificate(tmp_path, "127.0.0.1")
    (folder / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n")
    with serving(folder / "server.pem") as state, pytest.raises(RegistryUnavailable):
        asked(state.url, MESH_REGISTRY_CA=str(folder / "ca.pem"))
