"""Where a registry is, and under which subject it knows a product, as `spec.schema_registry` says it."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from mesh_platform.manifest.mesh import Product

_SUBJECTS: Final = "/subjects"
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_LONGEST: Final = 2000
_DOTS: Final = frozenset({".", ".."})
"""What no path can hold as a step, however it is escaped."""


class NoAddress(Exception):
    """The text is no address of a registry; the reason never repeats the text, which may hold a secret."""


class SecretInAddress(NoAddress):
    """The address carries what proves who asks."""


@dataclass(frozen=True)
class Address:
    """A registry, and a subject in it where the text names one."""

    registry: str
    """Scheme, host, port and path; equal for two spellings of one place."""
    subject: str | None
    encrypted: bool
    """Whether nobody on the way can read what is sent: HTTPS, or this very machine."""


def address_of(product: Product) -> Address | None:
    """What the product's manifest says of its registry; None where it says nothing, or nothing that can be asked."""
    text = product.manifest.spec.schema_registry
    try:
        return read_address(text) if text else None
    except NoAddress:
        return None


def subject_of(product: Product) -> str:
    """The subject a product's schemas are registered under: the one its `schema_registry` names after `/subjects/`,
    otherwise `<domain>.<product>-value`, as a topic's values are called."""
    address = address_of(product)
    return (address.subject if address else None) or f"{product.id}-value"


def shown_address(text: str | None) -> str | None:
    """What a manifest says of its registry, as everybody may see it; None where it holds a secret."""
    try:
        if text:
            read_address(text)
    except SecretInAddress:
        return None
    except NoAddress:
        return text
    return text


def escaped(subject: str) -> str:
    """The subject as one step of a path."""
    return quote(subject, safe="")


def read_address(text: str) -> Address:
    """The address that a text spells; raises NoAddress."""
    parts = _parts(text)
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise SecretInAddress("it carries a user or a password")
    if parts.query or parts.fragment:
        raise SecretInAddress("it carries a query, which is where tokens are put")
    prefix, subject = _path(parts.path)
    host = str(parts.hostname)
    return Address(
        registry=f"{parts.scheme}://{_place(parts, host)}{prefix}",
        subject=subject,
        encrypted=parts.scheme == "https" or _is_this_machine(host),
    )


def _parts(text: str) -> SplitResult:
    if len(text) > _LONGEST or not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise NoAddress("it is no URL")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise NoAddress("it is no URL") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or port == 0:
        raise NoAddress("it is no `https://` URL")
    return parts


def _place(parts: SplitResult, host: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{shown}:{parts.port}"


def _path(path: str) -> tuple[str, str | None]:
    """(what comes before the registry's own paths, subject)."""
    prefix, found, rest = f"{path.rstrip('/')}/".partition(f"{_SUBJECTS}/")
    if not found:
        return path.rstrip("/"), None
    step = rest.rstrip("/")
    subject = unquote(step)
    if "/" in step:
        raise NoAddress("more than one step follows `/subjects/`; the subject is one, with `/` written as `%2F`")
    if subject in _DOTS or not subject.isprintable():
        raise NoAddress("what follows `/subjects/` is no subject")
    return prefix, subject or None


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
