"""The registry that the environment names, and what proves to it who asks; nothing is read from anywhere else."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mesh_platform import names
from mesh_platform.environment import EnvironmentProblem
from mesh_platform.manifest.mesh import Product
from mesh_platform.schema.registry.address import NoAddress, address_of, read_address

HIDDEN: Final = "***"


@dataclass(frozen=True)
class Patience:
    """How long a registry is waited for, in seconds."""

    connect: float = 3.0
    silence: float = 5.0
    """Without a byte of the answer."""
    whole: float = 12.0
    """From asking to knowing, every attempt and every pause included."""
    attempts: int = 4
    first_pause: float = 0.25
    """Doubles with every attempt; what the registry itself asks for comes first."""


@dataclass(frozen=True)
class Access:
    """One registry as the environment describes it. What is secret shows in no representation of this value."""

    registry: str
    authorization: str | None = field(default=None, repr=False)
    """The header of that name."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What must not be repeated, whoever says it."""
    authority: Path | None = None
    """Certificates to trust instead of the machine's own."""
    patience: Patience = Patience()

    def without_secrets(self, text: str) -> str:
        """The text, as it may be shown."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def serves(self, product: Product) -> bool:
        """Whether this is the registry the product's manifest names; no other is ever asked, or shown a credential."""
        address = address_of(product)
        return address is not None and address.registry == self.registry


def read_access(variables: Mapping[str, str]) -> Access | None:
    """The registry these variables describe, None where they name none; raises EnvironmentProblem."""
    url = variables.get(names.ENV_REGISTRY_URL)
    if not url:
        return None
    authorization, secrets = _authorization(variables)
    return Access(_registry(url), authorization, secrets, _authority(variables))


def _registry(url: str) -> str:
    try:
        address = read_address(url)
    except NoAddress as problem:
        raise EnvironmentProblem(
            f"{names.ENV_REGISTRY_URL} cannot be used: {problem}; write it as `https://registry.example.com`,"
            f" and credentials to {names.ENV_REGISTRY_USER} and {names.ENV_REGISTRY_PASSWORD}"
            f" or {names.ENV_REGISTRY_TOKEN}"
        ) from None
    if address.subject:
        raise EnvironmentProblem(
            f"{names.ENV_REGISTRY_URL} names a subject; it is the registry of all products, so leave `/subjects/…` out"
        )
    if not address.encrypted:
        raise EnvironmentProblem(f"{names.ENV_REGISTRY_URL} is not encrypted; `http://` is for `localhost` only")
    return address.registry


def _authorization(variables: Mapping[str, str]) -> tuple[str | None, tuple[str, ...]]:
    """(header, what is secret in it)."""
    user, password, token = (
        _plain(variables, name)
        for name in (names.ENV_REGISTRY_USER, names.ENV_REGISTRY_PASSWORD, names.ENV_REGISTRY_TOKEN)
    )
    if token and (user or password):
        raise EnvironmentProblem(f"give either {names.ENV_REGISTRY_TOKEN} or {names.ENV_REGISTRY_USER}, not both")
    if bool(user) != bool(password):
        given, missing = names.ENV_REGISTRY_USER, names.ENV_REGISTRY_PASSWORD
        given, missing = (given, missing) if user else (missing, given)
        raise EnvironmentProblem(f"{given} is set, and {missing} is not")
    if ":" in user:
        raise EnvironmentProblem(f"{names.ENV_REGISTRY_USER} holds a `:`, which no user's name can")
    if token:
        return f"Bearer {token}", (token,)
    if user:
        encoded = b64encode(f"{user}:{password}".encode()).decode()
        return f"Basic {encoded}", (encoded, password)
    return None, ()


def _plain(variables: Mapping[str, str], name: str) -> str:
    """A value that can stand in a header; a token has no space in it either."""
    value = variables.get(name, "")
    ascii_only = name == names.ENV_REGISTRY_TOKEN
    if not value.isprintable() or (ascii_only and (not value.isascii() or " " in value)):
        raise EnvironmentProblem(f"{name} holds a character that no header can; is a line end left in it?")
    return value


def _authority(variables: Mapping[str, str]) -> Path | None:
    value = variables.get(names.ENV_REGISTRY_CA)
    if not value:
        return None
    try:
        path = Path(value).expanduser()
        if "-----BEGIN CERTIFICATE-----" not in path.read_text(encoding="ascii", errors="replace"):
            raise EnvironmentProblem(f"{names.ENV_REGISTRY_CA} names a file without a certificate; it must be PEM")
        return path
    except (OSError, ValueError, RuntimeError):
        raise EnvironmentProblem(f"{names.ENV_REGISTRY_CA} names a file that cannot be read") from None
